"""Expected improvement, in logarithms so that tiny values can be compared."""

from __future__ import annotations

from dataclasses import dataclass

from caviar.plugin import Array


@dataclass(frozen=True)
class Improvement:
    """Expected improvement of points below the best, averaged over fantasies of the posterior.

    z: (points, versions), (best - mean) / deviation. deviation: (points,). The expectation E[max(best - f, 0)] of a
    normal f is deviation * h(z) with h(z) = z Phi(z) + phi(z).
    """

    z: Array
    deviation: Array

    @staticmethod
    def of(mean: Array, variance: Array, best: Array) -> Improvement:
        """mean: (points, fantasies); variance: (points,); best: (fantasies,), or (1,) for all of them."""
        import numpy

        deviation = numpy.sqrt(variance)
        return Improvement((best - mean) / deviation[:, None], deviation)

    def ceilings(self) -> Array:
        """The logarithm of an upper bound: the improvement of each point's best fantasy. (points,)"""
        import numpy

        most: Array = _log_h(self.z.max(1)) + numpy.log(self.deviation)
        return most

    def floors(self, ceilings: Array) -> Array:
        """The matching lower bound: the mean, if all other fantasies had no improvement. (points,)"""
        import numpy

        least: Array = ceilings - numpy.log(self.z.shape[1])
        return least

    def logarithms(self, wanted: Array) -> Array:
        """The logarithm of each point's expected improvement, a mean over fantasies; -inf if not `wanted`. (points,)"""
        import numpy

        logs = _log_h(self.z[wanted]) + numpy.log(self.deviation[wanted])[:, None]
        top = logs.max(1)
        found = numpy.full(len(self.z), -numpy.inf)
        found[wanted] = top + numpy.log(numpy.exp(logs - top[:, None]).mean(1))
        return found


def _log_h(z: Array) -> Array:
    """log h(z). Far below zero the two terms of h cancel; phi(z) (1 - sqrt(pi / 2) |z| erfcx(|z| / sqrt 2)) does not.

    Source: Ament et al. 2023, "Unexpected improvements to expected improvement", arXiv:2310.20708.
    """
    import numpy
    from scipy.special import erfcx, ndtr

    found, near = numpy.empty_like(z), z > -1
    high, low = z[near], z[~near]
    found[near] = numpy.log(high * ndtr(high) + numpy.exp(-0.5 * high * high) / numpy.sqrt(2 * numpy.pi))
    rest = 1 - numpy.sqrt(numpy.pi / 2) * -low * erfcx(-low / numpy.sqrt(2))
    found[~near] = -0.5 * low * low - 0.5 * numpy.log(2 * numpy.pi) + numpy.log(numpy.maximum(rest, 1e-300))
    return found
