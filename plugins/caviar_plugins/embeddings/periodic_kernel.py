"""periodic's compiled variant: one number of all rows after the other, its cosines never stored."""

from __future__ import annotations

from math import factorial, pi
from typing import Any, cast

import numpy
from caviar.plugin import Array, Inputs, Views

from caviar_plugins.embeddings.periodic import Periodic
from caviar_plugins.kernels import aligned, compiled, subkernel, summing, walkable


class CompiledPeriodic(Periodic):
    """Backward computes the cosines again, which costs less than to write and read them."""

    def forward(self, parameters: Views, x: Array, inputs: Inputs) -> tuple[Array, Any]:
        if not self.linear:
            return super().forward(parameters, x, inputs)
        x = walkable(x)
        members, (rows, count) = len(parameters.buffer), x.shape[1:]
        out = numpy.empty((members, rows, count * self.width), x.dtype)
        shape = count, self.frequencies, self.width - 1
        scratch = aligned((2 + self.width, rows), x.dtype)
        _forward(x, parameters.buffer, _starts(parameters), shape, self._turns(), scratch, out)
        return out, x

    def backward(self, gradient: Array, cache: Any, parameters: Views, gradients: Views) -> None:
        if not self.linear:
            return super().backward(gradient, cache, parameters, gradients)
        x: Array = cache
        shape = x.shape[2], self.frequencies, self.width - 1
        scratch = aligned((3 + self.width, x.shape[1]), x.dtype)
        buffers = parameters.buffer, gradients.buffer
        _backward(walkable(gradient), x, *buffers, _starts(parameters), shape, self._turns(), scratch)

    def _turns(self) -> Array:
        """sigma, (members, 1, 1)."""
        return walkable(cast("Array", self.sigma))


def _starts(parameters: Views) -> tuple[int, int, int, int]:
    frequency, phase, weight, bias = (parameters.slot(name).start for name in ("frequency", "phase", "weight", "bias"))
    return frequency, phase, weight, bias


@compiled
def _forward(
    x: Array,
    parameters: Array,
    starts: tuple[int, int, int, int],
    shape: tuple[int, int, int],
    sigma: Array,
    scratch: Array,
    out: Array,
) -> None:
    for m in range(len(parameters)):
        _forward_one(x[m % len(x)], parameters[m], starts, shape, sigma[m, 0, 0], scratch, out[m])


@compiled
def _backward(
    gradient: Array,
    x: Array,
    parameters: Array,
    gradients: Array,
    starts: tuple[int, int, int, int],
    shape: tuple[int, int, int],
    sigma: Array,
    scratch: Array,
) -> None:
    for m in range(len(parameters)):
        own_x, own, filled = x[m % len(x)], parameters[m], gradients[m]
        _backward_one(gradient[m], own_x, own, filled, starts, shape, sigma[m, 0, 0], scratch)


@subkernel
def _forward_one(
    x: Array,
    own: Array,
    starts: tuple[int, int, int, int],
    shape: tuple[int, int, int],
    sigma: Any,
    scratch: Array,
    out: Array,
) -> None:
    rows, (count, frequencies, mixed) = len(x), shape
    numbers, wave, sums = scratch[0], scratch[1], scratch[2:]
    for j in range(count):
        for i in range(rows):
            numbers[i] = x[i, j]
        for c in range(mixed):
            sums[c, :] = own[starts[3] + j * mixed + c]
        for k in range(frequencies):
            place = j * frequencies + k
            _cosines(numbers, sigma * own[starts[0] + place], own[starts[1] + place], wave)
            for c in range(mixed):
                _add(wave, own[starts[2] + place * mixed + c], sums[c])
        first = j * (mixed + 1)
        for i in range(rows):
            for c in range(mixed):
                out[i, first + c] = sums[c, i]
            out[i, first + mixed] = numbers[i]


@subkernel
def _backward_one(
    gradient: Array,
    x: Array,
    own: Array,
    filled: Array,
    starts: tuple[int, int, int, int],
    shape: tuple[int, int, int],
    sigma: Any,
    scratch: Array,
) -> None:
    rows, (count, frequencies, mixed) = len(x), shape
    numbers, wave, d, d_mixed = scratch[0], scratch[1], scratch[2], scratch[3:]
    zero, turn = x.dtype.type(0), x.dtype.type(2 * pi)
    for j in range(count):
        first = j * (mixed + 1)
        for i in range(rows):
            numbers[i] = x[i, j]
            for c in range(mixed):
                d_mixed[c, i] = gradient[i, first + c]
        for c in range(mixed):
            filled[starts[3] + j * mixed + c] = _sum(d_mixed[c], zero)
        for k in range(frequencies):
            place = j * frequencies + k
            frequency, phase = sigma * own[starts[0] + place], own[starts[1] + place]
            _cosines(numbers, frequency, phase, wave)
            d[:] = zero
            for c in range(mixed):
                at = starts[2] + place * mixed + c
                filled[at] = _dot(wave, d_mixed[c], zero)
                _add(d_mixed[c], own[at], d)
            _sines(numbers, frequency, phase, wave)
            filled[starts[1] + place] = -_dot(d, wave, zero)
            for i in range(rows):
                d[i] *= numbers[i]
            filled[starts[0] + place] = -turn * sigma * _dot(d, wave, zero)


@subkernel
def _cosines(numbers: Array, frequency: Any, phase: Any, out: Array) -> None:
    """cos(2 pi frequency number + phase)."""
    number = out.dtype.type
    _sines_of_turns(numbers, frequency, phase * number(1 / (2 * pi)) + number(0.25), out)


@subkernel
def _sines(numbers: Array, frequency: Any, phase: Any, out: Array) -> None:
    _sines_of_turns(numbers, frequency, phase * out.dtype.type(1 / (2 * pi)), out)


@subkernel
def _sines_of_turns(numbers: Array, frequency: Any, shift: Any, out: Array) -> None:
    """sin(2 pi u), u = frequency number + shift: less whole turns, mirrored at a quarter of one, by its series.

    Up to the 13th power, which errs by 1e-9, in single precision; up to the 19th, by 1e-16, in double.
    """
    number = out.dtype.type
    half, quarter, zero = number(0.5), number(0.25), number(0)
    for i in range(len(out)):
        u = numbers[i] * frequency + shift
        r = u - numpy.floor(u + half)
        size = abs(r)
        t = size if size <= quarter else half - size
        square = t * t
        total = zero
        if out.itemsize == 8:
            for term in _SERIES[:3]:
                total = total * square + number(term)
        for term in _SERIES[3:]:
            total = total * square + number(term)
        total *= t
        out[i] = -total if r < zero else total


_SERIES = tuple((-1) ** n * (2 * pi) ** (2 * n + 1) / factorial(2 * n + 1) for n in range(9, -1, -1))


@subkernel
def _add(a: Array, factor: Any, total: Array) -> None:
    for i in range(len(total)):
        total[i] += factor * a[i]


@summing
def _sum(a: Array, total: Any) -> Any:
    for i in range(len(a)):
        total += a[i]
    return total


@summing
def _dot(a: Array, b: Array, total: Any) -> Any:
    for i in range(len(a)):
        total += a[i] * b[i]
    return total
