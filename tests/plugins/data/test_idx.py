"""IDX: arrays as MNIST's files hold them."""

import gzip
from pathlib import Path

import numpy
import pytest
from caviar.plugin import Array, DataError
from caviar.testing import DataContract
from caviar_plugins import IDX

X = numpy.arange(60, dtype=numpy.uint8).reshape(10, 2, 3)
Y = numpy.arange(10, dtype=numpy.uint8) % 3


def written(path: Path, array: Array) -> Path:
    codes = {"uint8": 8, "int32": 12, "float32": 13}
    start = bytes([0, 0, codes[str(array.dtype)], array.ndim])
    content = (
        start
        + b"".join(size.to_bytes(4, "big") for size in array.shape)
        + array.astype(array.dtype.newbyteorder(">")).tobytes()
    )
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


class TestIDX(DataContract):
    def source(self, folder: Path) -> IDX:
        return IDX(path=written(folder / "x.gz", X), labels=written(folder / "y", Y))

    def unlabelled(self, folder: Path) -> IDX:
        return self.source(folder)


def test_values_come_out_as_they_were(tmp_path: Path) -> None:
    for kind in ("uint8", "int32", "float32"):
        data = IDX(path=written(tmp_path / "x", X.astype(kind)), labels=written(tmp_path / "y", Y))
        table = data.read()
        assert table.columns["x"].dtype == kind
        numpy.testing.assert_array_equal(table.columns["x"], X)


def test_a_test_part_is_marked(tmp_path: Path) -> None:
    x, y = written(tmp_path / "x", X), written(tmp_path / "y", Y)
    more, truth = written(tmp_path / "tx", X[:4]), written(tmp_path / "ty", Y[:4])
    data = IDX(path=x, labels=y, test_path=more, test_labels=truth)
    table = data.read()
    assert table.test is not None
    assert (table.rows, table.test.sum(), data.head().test) == (14, 4, 4)


def test_what_does_not_fit_is_reported(tmp_path: Path) -> None:
    x, y = written(tmp_path / "x", X), written(tmp_path / "y", Y)
    (tmp_path / "cut").write_bytes(x.read_bytes()[:-1])
    (tmp_path / "other").write_bytes(b"x,y\n1,2\n")
    for path, labels, told in (
        (x, written(tmp_path / "few", Y[:3]), "does not fit 10 rows of x"),
        (tmp_path / "cut", y, r"cut: damaged: it states the shape \(10, 2, 3\), and holds 59 bytes"),
        (tmp_path / "other", y, "other: not an IDX file"),
        (tmp_path / "none", y, "none: there is no such file"),
    ):
        with pytest.raises(DataError, match=told):
            IDX(path=path, labels=labels).read()
