"""The laws of samplers."""

from __future__ import annotations

from typing import ClassVar

import numpy

from caviar.interfaces.sampler import Sampler
from caviar.testing.stated import StatedInterface
from caviar.values.arrays import Array

COORDINATES = numpy.linspace(0.0, 1.0, 1001)


class SamplerContract(StatedInterface):
    """Set `sampler`."""

    kind = "sampler"
    sampler: ClassVar[Sampler]

    def numbers(self) -> Array:
        """The sampler's numbers for coordinates throughout [0, 1]."""
        return self.sampler.from_unit(COORDINATES)

    def test_it_gives_one_number_per_coordinate(self) -> None:
        numbers = self.numbers()
        assert numbers.shape == COORDINATES.shape
        assert numbers.dtype == numpy.float64
        assert numpy.isfinite(numbers).all()

    def test_numbers_never_turn_back(self) -> None:
        numbers = self.numbers()
        steps = numpy.diff(numbers) * (1 if numbers[-1] >= numbers[0] else -1)
        assert (steps >= -1e-12 * numpy.abs(numbers[1:])).all()

    def test_a_number_survives_the_way_to_its_coordinate_and_back(self) -> None:
        numbers = self.numbers()
        numpy.testing.assert_allclose(self.sampler.from_unit(self.sampler.to_unit(numbers)), numbers, rtol=1e-9)

    def test_coordinates_lie_between_zero_and_one(self) -> None:
        coordinates = self.sampler.to_unit(self.numbers())
        assert coordinates.shape == COORDINATES.shape
        assert (coordinates >= -1e-9).all()
        assert (coordinates <= 1 + 1e-9).all()

    def test_without_levels_the_whole_interval_is_used(self) -> None:
        if self.sampler.levels() is None:
            numpy.testing.assert_allclose(self.sampler.to_unit(self.numbers()), COORDINATES, atol=1e-9)

    def test_it_has_as_many_values_as_it_says(self) -> None:
        levels = self.sampler.levels()
        if levels is not None:
            found = len(numpy.unique(self.numbers()))
            assert found == levels if levels <= 20 else found <= levels

    def test_a_picked_value_leads_back_to_its_number(self) -> None:
        for number in self.numbers()[::50]:
            assert numpy.isclose(self.sampler.number(self.sampler.pick(float(number))), number, rtol=1e-9)

    def test_whole_samplers_pick_ints(self) -> None:
        picked = [self.sampler.pick(float(number)) for number in self.numbers()[::50]]
        assert not self.sampler.whole or all(type(value) is int for value in picked)

    def test_its_ends_are_the_values_at_zero_and_one(self) -> None:
        if self.sampler.ordered:
            ends = [self.sampler.number(end) for end in self.sampler.ends()]
            numpy.testing.assert_allclose(ends, self.numbers()[[0, -1]], rtol=1e-9)
        else:
            ends = [self.sampler.number(end) for end in self.sampler.ends()]
            assert sorted(set(ends)) == sorted(set(self.numbers()))

    def test_where_it_is_linear_equal_steps_are_equal_steps_of_the_value(self) -> None:
        if self.sampler.linear:
            numbers, levels = self.numbers(), self.sampler.levels()
            even = numbers[0] + (numbers[-1] - numbers[0]) * COORDINATES
            off = 1e-9 if levels is None else 1 / levels
            numpy.testing.assert_allclose(numbers, even, atol=off * abs(numbers[-1] - numbers[0]) + 1e-12)

    def test_a_narrower_range_has_only_values_of_the_part(self) -> None:
        part = self.sampler.narrow(0.25, 0.75)
        allowed = {repr(self.sampler.pick(float(number))) for number in self.sampler.from_unit(COORDINATES[250:751])}
        if self.sampler.levels() is not None:
            found = {repr(part.pick(float(number))) for number in part.from_unit(COORDINATES)}
            assert found <= allowed
        else:
            numpy.testing.assert_allclose(
                part.from_unit(COORDINATES), self.sampler.from_unit(0.25 + 0.5 * COORDINATES), rtol=1e-9
            )

    def test_every_value_can_be_described_on_one_line(self) -> None:
        for number in self.numbers()[::50]:
            text = self.sampler.describe(self.sampler.pick(float(number)))
            assert text
            assert "\n" not in text
