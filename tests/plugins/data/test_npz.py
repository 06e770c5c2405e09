"""Archives of arrays: the layouts that are read, and what is said of others."""

from pathlib import Path

import numpy
import pytest
from caviar import DataError
from caviar.testing import DataContract
from caviar_plugins.data.npz import NPZ

X, Y = numpy.arange(24.0).reshape(4, 2, 3), numpy.asarray([0, 1, 0, 1])
SHARED = Path(__file__).parents[4] / "shared" / "data"


def saved(folder: Path, **arrays: object) -> Path:
    numpy.savez(folder / "a.npz", **arrays)  # type: ignore[arg-type]
    return folder / "a.npz"


class TestNPZ(DataContract):
    def source(self, folder: Path) -> NPZ:
        return NPZ(path=saved(folder, X=X, y=Y))

    def unlabelled(self, folder: Path) -> NPZ:
        return NPZ(path=saved(folder, X=X))


class TestNPZWithPartsOfItsOwn(DataContract):
    def source(self, folder: Path) -> NPZ:
        words = numpy.asarray(["a", "b", "a", "b"])
        return NPZ(path=saved(folder, X_train=X, y_train=words, X_test=X[:1] + 1, y_test=words[:1]))


def test_images_keep_their_shape(tmp_path: Path) -> None:
    table = NPZ(path=saved(tmp_path, X=X, y=Y)).read()
    assert (table.columns["x"] == X).all()
    assert table.columns["x"].shape == X.shape
    assert (table.columns["y"] == Y).all()
    assert table.test is None


def test_small_x_is_as_good_and_a_target_has_any_name(tmp_path: Path) -> None:
    table = NPZ(path=saved(tmp_path, x=X, Price=Y), target="Price").read()
    assert table.target == ("Price",)
    assert (table.columns["Price"] == Y).all()


def test_its_own_test_part_is_marked(tmp_path: Path) -> None:
    table = NPZ(path=saved(tmp_path, X_train=X, y_train=Y, X_test=X[:1] + 1, y_test=Y[:1])).read()
    assert table.rows == 5
    assert numpy.asarray(table.test).tolist() == [False] * 4 + [True]
    assert (table.columns["x"][4] == X[0] + 1).all()


def test_words_are_labels_and_other_arrays_are_ignored(tmp_path: Path) -> None:
    table = NPZ(path=saved(tmp_path, X=X, y=["a", "b", "a", "b"], info="text", cat_mask=[True])).read()
    assert table.columns["y"].tolist() == ["a", "b", "a", "b"]
    assert table.columns["y"].dtype == object
    assert set(table.columns) == {"x", "y"}


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"y": Y}, "there is no array X; X holds the features"),
        ({"X": X}, "there is no array 'y' to predict; name it as target"),
        ({"X": X, "y": Y[:3]}, "X has 4 rows and y 3; they must agree"),
        ({"X": Y, "y": Y}, "X is int64 of shape (4,); numbers are expected, one row per example"),
        ({"X": X, "y": X}, "y is float64 of shape (4, 2, 3); one number or word a row is expected"),
        ({"X": X.astype("U"), "y": Y}, "numbers are expected"),
        ({"X_train": X, "y_train": Y, "X_test": X}, "y_train and y_test belong together; one is missing"),
        (
            {"X_train": X, "y_train": Y, "X_test": X[:, 1:], "y_test": Y},
            "X_train and X_test differ in shape: (4, 2, 3)",
        ),
        ({"X": numpy.asarray([{}], dtype=object), "y": Y}, "X is object of shape (1,); numbers are expected"),
        ({"X": X, "y": numpy.asarray([{}] * 4)}, "y is object of shape (4,); one number or word a row is expected"),
        ({"X": X[:, 0] * 1j, "y": Y}, "X is complex128 of shape (4, 3); numbers are expected, one row per example"),
        ({"X": numpy.zeros((4, 2), dtype="i4,f8"), "y": Y}, "X is structured of shape (4, 2); numbers are expected"),
        ({"X": X[:, :0, 0], "y": Y}, "X is float64 of shape (4, 0); numbers are expected, one row per example"),
        ({"X": numpy.float64(3), "y": Y}, "X is float64 of shape (); numbers are expected, one row per example"),
        ({"X": X, "y": numpy.int64(3)}, "y is int64 of shape (); one number or word a row is expected"),
        ({"X": X, "y": Y.astype("M8[D]")}, "y is datetime64 of shape (4,); one number or word a row is expected"),
        ({"X": X, "y": Y.astype("S")}, "y is bytes of shape (4,); one number or word a row is expected"),
        ({"X": X, "y": [0.5, numpy.nan, 1, 2]}, "y is not a finite number in row 2; correct it or remove the row"),
        (
            {"X_train": X, "y_train": [0.5, 1, 1, 2], "X_test": X, "y_test": [1, 2, numpy.inf, 1]},
            "y_test is not a finite number in row 3",
        ),
        (
            {"X_train": X, "y_train": Y, "X_test": X, "y_test": ["a", "b", "a", "b"]},
            "y_train holds numbers and y_test words; they must be the same",
        ),
    ],
)
def test_what_does_not_fit_is_reported(tmp_path: Path, arrays: dict[str, object], said: str) -> None:
    path = saved(tmp_path, **arrays)
    for look in (NPZ(path=path).read, NPZ(path=path).head):
        with pytest.raises(DataError) as error:
            look()
        assert str(error.value).startswith(f"{path}: ")
        assert said in str(error.value)


@pytest.mark.parametrize("content", [b"", b"text", b"PK\x03\x04 broken", b"\x80\x04N."])
def test_other_files_are_no_archives(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(DataError, match=r"a\.npz: not a NumPy archive"):
        NPZ(path=tmp_path / "a.npz").read()


def test_a_damaged_archive_is_reported(tmp_path: Path) -> None:
    path = saved(tmp_path, X=X, y=Y)
    content = bytearray(path.read_bytes())
    content[150] ^= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"a\.npz: "):
        NPZ(path=path).read()


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.npz: there is no such file"):
        NPZ(path=tmp_path / "none.npz").read()


@pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared")
def test_real_archives_are_read() -> None:
    letter = NPZ(path=SHARED / "tabular" / "letter.npz").read()
    assert letter.columns["x"].shape == (20000, 16)
    fashion = NPZ(path=SHARED / "fashion_mnist.npz").read()
    assert fashion.columns["x"].shape == (70000, 28, 28)
    assert int(numpy.asarray(fashion.test).sum()) == 10000
