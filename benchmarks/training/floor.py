"""The floor: a step's matrix products alone, each by the fastest way there is, on buffers laid out like ours."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from time import process_time
from typing import Any

import numpy
from numba import njit
from threadpoolctl import threadpool_limits

from benchmarks.training.shapes import Shape


@njit(error_model="numpy", nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def _numba_dot(a: Any, b: Any, out: Any) -> None:
    numpy.dot(a, b, out)


def _matmul(a: Any, b: Any, out: Any) -> None:
    numpy.matmul(a, b, out=out)


def _dot(a: Any, b: Any, out: Any) -> None:
    numpy.dot(a, b, out=out)


def contender(shape: Shape, members: int) -> Callable[[], int]:
    """Does all products of a step for each member, again and again."""
    threadpool_limits(1)
    chosen = [(_fastest(product), product) for product in _products(shape, members)]

    def run() -> int:
        for _ in range(20):
            for way, product in chosen:
                for a, b, out in product:
                    way(a, b, out)
        return 20 * members

    return run


def _products(shape: Shape, members: int) -> list[list[tuple[Any, Any, Any]]]:
    """For each product of a step: operands and output of every member."""
    random = numpy.random.default_rng(0)

    def array(rows: int, columns: int) -> list[Any]:
        return [random.standard_normal((rows, columns)).astype(numpy.float32) for _ in range(members)]

    widths = (shape.inputs, shape.units, shape.units, shape.classes)
    products = []
    for layer, (inputs, outputs) in enumerate(pairwise(widths)):
        a, w, z = array(shape.batch, inputs), array(inputs, outputs), array(shape.batch, outputs)
        d, dw = array(shape.batch, outputs), array(inputs, outputs)
        products.append(list(zip(a, w, z, strict=True)))
        products.append(list(zip([each.T for each in a], d, dw, strict=True)))
        if layer > 0:
            products.append(list(zip(d, [each.T for each in w], array(shape.batch, inputs), strict=True)))
    return products


def _fastest(product: list[tuple[Any, Any, Any]]) -> Callable[[Any, Any, Any], None]:
    def seconds(way: Callable[[Any, Any, Any], None]) -> float:
        times = []
        for _ in range(9):
            began = process_time()
            for _ in range(20):
                for a, b, out in product:
                    way(a, b, out)
            times.append(process_time() - began)
        return sorted(times[1:])[4]

    changes_by_epoch: list[Callable[[Any, Any, Any], None]] = [_matmul, _dot, _numba_dot]
    return min(changes_by_epoch, key=seconds)
