"""Tiles: predicts rows in blocks of one size, so that a prediction does not depend on how the rows are split."""

from __future__ import annotations

from collections.abc import Callable

from caviar.values.arrays import Array

_SIZES = (512, 64, 8)
_ALONE = 8
_ORDERS = 8


class Tiled:
    """A predictor, (rows, inputs) to predictions, called with blocks of exactly so many rows; the last is padded.

    The largest size is taken at which a row's bits do not depend on its place in the block: OpenBLAS's AVX2 kernels
    add up the last rows of a block in another order, its AVX-512 kernels do not. One row alone is a block of eight, for
    speed; where a product over many inputs is added up in parts, its last digits are then others.
    """

    def __init__(self, predict: Callable[[Array], Array]) -> None:
        self._predict = predict
        self._size = 0

    def __call__(self, x: Array) -> Array:
        import numpy

        if not self._size and len(x) != 1:
            self._size = _steady(self._predict, x)
        size, answers = self._size if len(x) != 1 else _ALONE, []
        for start in range(0, len(x), size):
            rows = x[start : start + size]
            if len(rows) < size:
                rows = numpy.concatenate([rows, numpy.zeros((size - len(rows), x.shape[1]), x.dtype)])
            answers.append(self._predict(rows)[: len(x) - start])
        return numpy.concatenate(answers)


def _steady(predict: Callable[[Array], Array], like: Array) -> int:
    """The largest size at which a row gets equal predictions at any place of a block.

    Many different rows are tried in many orders: two orders of adding up often round to the same number.
    """
    import numpy

    generator = numpy.random.default_rng(0)
    for size in _SIZES:
        rows = generator.normal(size=(size, like.shape[1])).astype(like.dtype)
        answers, orders = predict(rows), (generator.permutation(size) for _ in range(_ORDERS))
        if all((predict(rows[order]) == answers[order]).all() for order in orders):
            return size
    return _ALONE
