"""The head of an archive: what reading it whole would tell."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar import DataError
from caviar_plugins import NPZ, Digits

X = numpy.zeros((30, 4, 5), dtype=numpy.uint8)


def head_of(folder: Path, target: str = "y", **arrays: Any) -> Any:
    numpy.savez(folder / "a.npz", **arrays)
    return NPZ(path=folder / "a.npz", target=target).head()


@pytest.mark.parametrize(
    ("y", "kind", "whole", "distinct"),
    [
        (numpy.arange(30) % 3, "numbers", True, 3),
        (numpy.linspace(0, 1, 30), "numbers", False, 30),
        (numpy.arange(30) % 2 == 0, "flags", False, 2),
        (numpy.asarray(["a", "bc", "d"] * 10), "words", False, 3),
    ],
)
def test_arrays_are_reported_by_their_headers(tmp_path: Path, y: Any, kind: str, whole: bool, distinct: int) -> None:
    head = head_of(tmp_path, X=X, y=y)
    assert (head.rows, head.inputs.width, head.exact, head.test) == (30, 20, True, 0)
    assert (head.target[0].kind, head.target[0].whole, head.target[0].distinct) == (kind, whole, distinct)


def test_a_test_part_of_its_own_is_counted(tmp_path: Path) -> None:
    head = head_of(tmp_path, "label", X_train=X, label_train=numpy.arange(30), X_test=X[:9], label_test=numpy.arange(9))
    assert (head.rows, head.test) == (39, 9)


def test_what_is_missing_is_reported(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no array 'y' to predict; name it as target; there are x, z"):
        head_of(tmp_path, X=X, z=X)
    (tmp_path / "a.npz").write_bytes(b"nothing")
    with pytest.raises(DataError, match="not a NumPy archive"):
        NPZ(path=tmp_path / "a.npz").head()


def test_the_head_of_digits_is_true() -> None:
    head, table = Digits().head(), Digits().read()
    assert table.test is not None
    shape = table.columns["x"].shape[1:]
    assert (head.rows, head.inputs.shape, head.test) == (table.rows, shape, int(table.test.sum()))
    assert head.target[0].distinct == len(numpy.unique(table.columns["digit"]))


def archive_with(folder: Path, x: bytes, compression: int = zipfile.ZIP_STORED) -> NPZ:
    """An archive whose X is these bytes, with a sound y and an array that nobody asks for."""
    y = io.BytesIO()
    numpy.save(y, numpy.arange(30) % 2)
    with zipfile.ZipFile(folder / "a.npz", "w", compression) as archive:
        archive.writestr("X.npy", x)
        archive.writestr("y.npy", y.getvalue())
        archive.writestr("other.npy", b"\x93NUMPY\x02\x00" + (1 << 31).to_bytes(4, "little"))
    return NPZ(path=folder / "a.npz")


def with_header(header: str) -> bytes:
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + bytes(480)


def told(npz: NPZ) -> str:
    """What `check` and `run` say, which is the same and names the file."""
    said = []
    for look in (npz.head, npz.read):
        with pytest.raises(DataError) as error:
            look()
        said.append(str(error.value))
    assert said[0] == said[1]
    assert said[0].startswith(f"{npz.path}: ")
    return said[0].removeprefix(f"{npz.path}: ")


FIELDS = "{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}}}"


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("-" * 9000, "damaged: the header of X.npy cannot be parsed; save it again with numpy.savez"),
        ("1+" * 4000 + "1", "damaged: the header of X.npy cannot be parsed; save it again with numpy.savez"),
        ("[" * 5000, "damaged: the header of X.npy cannot be parsed; save it again with numpy.savez"),
        ("()", "damaged: the header of X.npy is not NumPy's; save it again with numpy.savez"),
        (
            " " * 10_001,
            "X.npy has a header of 10,001 bytes, and 10,000 are the most; save plain arrays of numbers or words",
        ),
        (
            FIELDS.format(descr="'<f8'", shape="'ab'"),
            "damaged: the header of X.npy states no shape; save it again with numpy.savez",
        ),
        (
            FIELDS.format(descr="'<f8'", shape=f"({'9' * 400},)"),
            "damaged: the header of X.npy states an impossible shape; save it again with numpy.savez",
        ),
        (
            FIELDS.format(descr="'<f8'", shape="(30, 1000000000000)"),
            "damaged: X.npy is to hold 30,000,000,000,000 values of 8 bytes and holds 480 bytes; "
            "save it again with numpy.savez",
        ),
    ],
)
def test_a_header_that_is_none_is_reported(tmp_path: Path, header: str, said: str) -> None:
    assert told(archive_with(tmp_path, with_header(header))) == said


def test_an_array_that_is_not_requested_is_not_read(tmp_path: Path) -> None:
    x = io.BytesIO()
    numpy.save(x, X)
    npz = archive_with(tmp_path, x.getvalue())
    assert npz.head().rows == npz.read().rows == 30


def test_an_array_that_grows_out_of_nothing_is_refused_before_it_is_read(tmp_path: Path) -> None:
    header = FIELDS.format(descr="'|u1'", shape=f"(30, {9 << 20})")
    bomb = archive_with(tmp_path, with_header(header) + bytes((270 << 20) - 480), zipfile.ZIP_DEFLATED)
    assert re.fullmatch(
        r"X\.npy would grow from 2..,... to 283,1..,... bytes, more than 100 times; if that is right, save it again "
        r"with numpy\.savez",
        told(bomb),
    )


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (8, 1, "X.npy is encrypted; save it again with numpy.savez"),
        (10, 14, "X.npy is compressed by a method that NumPy does not use; save it again with numpy.savez or"),
        (10, 99, "X.npy is compressed by a method that NumPy does not use; save it again with numpy.savez or"),
    ],
)
def test_other_kinds_of_archive_are_reported(tmp_path: Path, place: int, value: int, said: str) -> None:
    npz = archive_with(tmp_path, with_header("()"))
    content = bytearray(npz.path.read_bytes())
    content[content.index(b"PK\x01\x02") + place] = value  # in the directory at the archive's end
    npz.path.write_bytes(content)
    assert told(npz).startswith(said)


def test_classes_of_both_parts_are_counted(tmp_path: Path) -> None:
    head = head_of(tmp_path, X_train=X, y_train=numpy.arange(30) % 2, X_test=X[:3], y_test=numpy.arange(3))
    assert head.target[0].distinct == 3


@pytest.mark.parametrize("dtype", ["i1", ">i2", "u4", ">f4", "f2", "f8", ">U3", "?"])
def test_values_are_counted_as_numpy_reads_them(tmp_path: Path, dtype: str) -> None:
    y = (numpy.arange(30) % 2).astype(dtype)
    assert head_of(tmp_path, X=X, y=y).target[0].distinct == len(numpy.unique(y)) == 2


def test_whole_numbers_that_become_floats_beside_others_are_not_rounded_unseen(tmp_path: Path) -> None:
    numpy.savez(tmp_path / "a.npz", X_train=X, y_train=numpy.arange(30) + 2**60, X_test=X, y_test=numpy.ones(30))
    npz = NPZ(path=tmp_path / "a.npz")
    assert npz.head().target[0].rounded
    assert npz.read().rounded == ("y",)
