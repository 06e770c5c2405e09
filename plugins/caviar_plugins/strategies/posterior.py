"""Gaussian process regression: the posterior of a function given noisy values of it, with fitted kernel parameters."""

from __future__ import annotations

from dataclasses import dataclass

from caviar.plugin import Array


@dataclass(frozen=True)
class Kernel:
    """A Matern-5/2 kernel's hyperparameters: a length per feature, the signal's variance, the noise's variance."""

    lengths: Array
    signal: float
    noise: float

    def between(self, left: Array, right: Array) -> Array:
        """Covariances (left rows, right rows): signal (1 + r + r^2 / 3) e^-r, r = sqrt(5) times the scaled distance."""
        import numpy

        a, b = left / self.lengths, right / self.lengths
        squares = (a * a).sum(1)[:, None] + (b * b).sum(1) - 2 * (a @ b.T)
        r = numpy.sqrt(5 * numpy.maximum(squares, 0))
        covariances: Array = self.signal * (1 + r + r * r / 3) * numpy.exp(-r)
        return covariances


@dataclass(frozen=True)
class Posterior:
    """The data: points x, the factor L of their covariances, and white = L^-1 y, one column per fantasy of y.

    In white coordinates a value that is only imagined is one standard normal number: see `fantasize`.
    """

    scales: Kernel
    x: Array
    factor: Array
    whitened_y: Array

    @staticmethod
    def of(scales: Kernel, x: Array, y: Array) -> Posterior:
        import numpy
        from scipy.linalg import solve_triangular

        covariances = scales.between(x, x)
        covariances[numpy.diag_indices(len(x))] = scales.signal + scales.noise
        factor = numpy.linalg.cholesky(covariances)
        return Posterior(scales, x, factor, solve_triangular(factor, y[:, None], lower=True))

    def whitened(self, at: Array) -> Array:
        """L^-1 k(x, at), from which mean and variance at other points are computed."""
        from scipy.linalg import solve_triangular

        found: Array = solve_triangular(self.factor, self.scales.between(self.x, at), lower=True, check_finite=False)
        return found

    def extended(self, whitened: Array, at: Array) -> Array:
        """The whitened covariances of the same points, extended by the row of the point fantasized last."""
        import numpy

        row = self.factor[-1]
        last = (self.scales.between(self.x[-1:], at)[0] - row[:-1] @ whitened) / row[-1]
        return numpy.concatenate([whitened, last[None]])

    def mean(self, whitened: Array) -> Array:
        """The posterior mean, without noise: (points, fantasies)."""
        return whitened.T @ self.whitened_y

    def variance(self, whitened: Array) -> Array:
        """The posterior variance: (points,)."""
        import numpy

        spread: Array = numpy.maximum(self.scales.signal - (whitened * whitened).sum(0), 1e-10 * self.scales.signal)
        return spread

    def fantasize(self, point: Array, draws: Array) -> tuple[Posterior, Array]:
        """The posterior given fantasies at one more point (features,), one for each of the standard normal `draws`.

        Also returns the fantasies' values there.
        """
        import numpy

        loading = self.whitened(point[None])
        deviation = numpy.sqrt(self.variance(loading))
        values = self.mean(loading)[0] + deviation * draws
        size = len(self.x)
        factor = numpy.zeros((size + 1, size + 1))
        factor[:size, :size], factor[size, :size], factor[size, size] = self.factor, loading[:, 0], deviation[0]
        whitened_y = numpy.concatenate([numpy.broadcast_to(self.whitened_y, (size, len(draws))), draws[None]])
        return Posterior(self.scales, numpy.concatenate([self.x, point[None]]), factor, whitened_y), values


def fitted(x: Array, y: Array, owners: Array) -> Kernel:
    """The most probable kernel parameters: one length per owner of features, by L-BFGS with analytic gradients.

    y should have about zero mean and unit variance. Priors are log-normal; see `_priors`.
    """
    import numpy
    from scipy.optimize import minimize

    dimensions = int(owners.max()) + 1
    gaps = numpy.zeros((dimensions, len(x), len(x)))
    for column, owner in zip(x.T, owners, strict=True):
        gaps[owner] += (column[:, None] - column) ** 2
    centre, width = _priors(dimensions)
    bounds = [(low, high) for low, high in zip(centre - 4 * width, centre + 4 * width, strict=True)]
    found = minimize(
        _NegativeLogPosterior(gaps.reshape(dimensions, -1), y, centre, width),
        centre,
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": 60, "ftol": 1e-6, "gtol": 1e-3},
    )
    lengths = numpy.exp(found.x[:dimensions])[owners]
    return Kernel(lengths, float(numpy.exp(found.x[-2])), float(numpy.exp(found.x[-1])))


def _priors(dimensions: int) -> tuple[Array, Array]:
    """Centres and widths of the normal priors on the logarithms: lengths, signal, noise.

    A length grows with the square root of the dimensions, as distances do: Hvarfner et al. 2024, arXiv:2402.02229.
    """
    import numpy

    centre = numpy.append(numpy.full(dimensions, -0.5 + 0.5 * numpy.log(dimensions)), [0.0, -6.0])
    width = numpy.append(numpy.full(dimensions, 1.0), [1.0, 2.0])
    return centre, width


class _NegativeLogPosterior:
    """Minus the log of likelihood times prior, and its gradient, as a function of log lengths, log signal, log noise.

    Source: Rasmussen & Williams 2006, "Gaussian processes for machine learning", equation 5.9.
    """

    def __init__(self, gaps: Array, y: Array, centre: Array, width: Array) -> None:
        self.gaps, self.y, self.centre, self.width = gaps, y, centre, width

    def __call__(self, logarithms: Array) -> tuple[float, Array]:
        import numpy
        from scipy.linalg.lapack import dpotrf, dpotri

        size, dimensions = len(self.y), len(self.gaps)
        weights = numpy.exp(-2 * logarithms[:dimensions])
        signal, noise = numpy.exp(logarithms[dimensions:])
        r = numpy.sqrt(5 * (weights @ self.gaps))
        fall = numpy.exp(-r)
        shape = ((1 + r + r * r / 3) * fall).reshape(size, size)
        covariances = signal * shape
        covariances[numpy.diag_indices(size)] += noise + 1e-8
        factor, failed = dpotrf(covariances, lower=1)
        if failed:
            return 1e10, numpy.zeros_like(logarithms)
        inverse = dpotri(factor, lower=1)[0]
        inverse = numpy.tril(inverse) + numpy.tril(inverse, -1).T
        solved = inverse @ self.y
        pull = (inverse - numpy.outer(solved, solved)).reshape(-1)
        steep = 0.5 * signal * pull * (5 / 3) * (1 + r) * fall
        gradient = numpy.concatenate(
            [
                weights * (self.gaps @ steep),
                [0.5 * signal * (pull @ shape.reshape(-1)), 0.5 * noise * pull[:: size + 1].sum()],
            ]
        )
        away = (logarithms - self.centre) / self.width
        misfit = 0.5 * self.y @ solved + numpy.log(numpy.diag(factor)).sum() + 0.5 * away @ away
        return float(misfit), gradient + away / self.width
