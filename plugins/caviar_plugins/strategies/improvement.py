"""Expected improvement, in logarithms so that it says something where it is vanishingly small."""

from __future__ import annotations

from caviar import Array


def log_expected_improvement(mean: Array, variance: Array, best: Array) -> Array:
    """log of the mean over versions of E[max(best - f, 0)], f normal: mean (points, versions), variance (points,).

    With z = (best - mean) / deviation the expectation is deviation * (z Phi(z) + phi(z)). For z far below zero the two
    cancel; there phi(z) (1 - sqrt(pi / 2) |z| erfcx(|z| / sqrt 2)) is the same without loss.
    Source: Ament et al. 2023, "Unexpected improvements to expected improvement", arXiv:2310.20708.
    """
    import numpy
    from scipy.special import erfcx, ndtr

    deviation = numpy.sqrt(variance)[:, None]
    z = (best - mean) / deviation
    density = numpy.exp(-0.5 * z * z) / numpy.sqrt(2 * numpy.pi)
    near = z > -1
    low = numpy.minimum(z, -1)
    rest = 1 - numpy.sqrt(numpy.pi / 2) * -low * erfcx(-low / numpy.sqrt(2))
    far = -0.5 * low * low - 0.5 * numpy.log(2 * numpy.pi) + numpy.log(numpy.maximum(rest, 1e-300))
    logs = numpy.where(near, numpy.log(numpy.where(near, z * ndtr(z) + density, 1.0)), far) + numpy.log(deviation)
    top = logs.max(1)
    expected: Array = top + numpy.log(numpy.exp(logs - top[:, None]).mean(1))
    return expected
