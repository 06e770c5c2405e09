"""The simulation against closed formulas."""

from __future__ import annotations

from math import ceil

import numpy
import pytest
from numpy.testing import assert_allclose

from benchmarks.scale.barrier import of_exponential, utilization


@pytest.mark.parametrize(("workers", "size"), [(8, 8), (8, 64), (64, 128)])
def test_exponential_times_keep_workers_busy_as_the_closed_form_says(workers: int, size: int) -> None:
    """The mean time of rounds, which each last (size - workers) / workers means and the harmonic sum of the workers."""
    draw = numpy.random.default_rng(0)
    found = utilization(draw.exponential(size=400 * size), workers, size)
    assert_allclose(found, of_exponential(workers, size), rtol=0.02)


@pytest.mark.parametrize(("workers", "size"), [(4, 4), (4, 6), (4, 9), (5, 3)])
def test_equal_times_fill_whole_waves(workers: int, size: int) -> None:
    assert_allclose(utilization(numpy.ones(10 * size), workers, size), size / (workers * ceil(size / workers)))


def test_nothing_is_waited_for_where_a_proposal_needs_no_trial() -> None:
    """Then one worker after the other takes the next trial: within the longest time all end together."""
    times = numpy.random.default_rng(0).lognormal(size=2000)
    work = times.sum() / 8
    assert utilization(times, 8, 16, late=2000) >= work / (work + times.max())


def test_the_more_a_proposal_does_without_the_busier_workers_are() -> None:
    times = numpy.random.default_rng(0).lognormal(sigma=1.0, size=6400)
    found = [utilization(times, 16, 64, late) for late in (0, 16, 32, 64)]
    assert found == sorted(found)
    assert found[-1] > found[0] + 0.1
