"""The laws of backends."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy

from caviar.interfaces.backend import Backend
from caviar.testing.stated import StatedInterface
from caviar.values.arrays import Array, namespace

DTYPES = ("float32", "float64", "int64", "uint64", "bool")
SHAPES = ((3,), (2, 1), (2, 3, 4), (0, 5))


class BackendContract(StatedInterface):
    """Set `backend`. If it reports that it cannot be used here, all other tests are skipped."""

    kind = "backend"
    backend: ClassVar[Backend]

    def test_it_says_why_it_cannot_be_used_or_nothing(self) -> None:
        missing = self.backend.missing()
        assert missing is None or missing.strip()

    def test_arrays_come_back_from_the_device_as_they_were(self) -> None:
        backend = self.usable()
        for dtype in DTYPES:
            for shape in SHAPES:
                array = _array(shape).astype(dtype)
                found = backend.fetch(backend.send(array))
                assert isinstance(found, numpy.ndarray)
                assert found.dtype == array.dtype
                numpy.testing.assert_array_equal(found, array)

    def test_what_is_sent_is_an_array_of_the_library(self) -> None:
        backend = self.usable()
        assert namespace(backend.send(_array((2, 3)))) is backend.library()

    def test_what_is_sent_is_left_as_it_was(self) -> None:
        backend, array = self.usable(), _array((2, 3))
        array.flags.writeable = False
        backend.send(array)
        numpy.testing.assert_array_equal(array, _array((2, 3)))

    def test_the_library_computes_what_numpy_computes(self) -> None:
        backend = self.usable()
        for found, expected in zip(
            _computed(backend.library(), backend.send(_array((2, 3, 4)))),
            _computed(numpy, _array((2, 3, 4))),
            strict=True,
        ):
            assert found.dtype == expected.dtype
            numpy.testing.assert_allclose(backend.fetch(found), expected, rtol=1e-12)

    def test_buffers_are_changed_in_place(self) -> None:
        backend = self.usable()
        buffer = backend.send(_array((2, 3)))
        view = buffer[1:]
        view += 1.0
        numpy.testing.assert_array_equal(backend.fetch(buffer)[1], _array((2, 3))[1] + 1.0)

    def test_spare_memory_is_a_number_of_bytes_or_not_known(self) -> None:
        spare = self.usable().spare_memory()
        assert spare is None or spare > 0

    def usable(self) -> Backend:
        """The backend; skips the test if it cannot be used."""
        missing = self.backend.missing()
        if missing is not None:
            import pytest

            pytest.skip(missing)
        return self.backend


def _array(shape: tuple[int, ...]) -> Array:
    return numpy.random.default_rng(0).uniform(1.0, 9.0, shape)


def _computed(library: Any, x: Array) -> list[Array]:
    """What training needs of a library."""
    rows = library.asarray([2, 0, 1], dtype=library.int64)
    return [
        library.matmul(x, x.swapaxes(1, 2)),
        library.take(x, rows, axis=1),
        library.concatenate([x, library.zeros_like(x)], axis=0),
        library.stack([x, library.zeros_like(library.empty_like(x))], axis=1),
        library.where(x > 4, x, library.nan),
        library.exp(-x).sum(axis=1),
        library.argsort(x, axis=-1),
        library.log(x).max(axis=0),
        library.sqrt(x).mean(axis=2),
        library.isnan(x / library.full((2, 1, 1), 3.0, dtype=library.float64)),
    ]
