"""ordinal."""

import pytest
from caviar.testing import SamplerContract
from caviar_plugins import Choice, Ordinal


class TestOrdinal(SamplerContract):
    sampler = Ordinal((64, 128, 256, 512, 1000))

    def test_it_has_an_order_unlike_a_choice(self) -> None:
        assert self.sampler.ordered
        assert not Choice((64, 128)).ordered

    def test_numbers_that_turn_back_are_refused(self) -> None:
        with pytest.raises(ValueError, match="increase or decrease throughout"):
            Ordinal((1, 3, 2))

    def test_no_value_is_refused(self) -> None:
        with pytest.raises(ValueError, match="at least one value"):
            Ordinal(())

    def test_a_value_that_stands_twice_is_refused(self) -> None:
        with pytest.raises(ValueError, match="only once, but 'a' appears twice"):
            Ordinal(("a", "b", "a"))


class TestFallingOrdinal(SamplerContract):
    sampler = Ordinal((0.1, 0.01, 0.001))

    def test_it_is_whole_only_if_all_values_are(self) -> None:
        assert not self.sampler.whole
        assert Ordinal((3, 2)).whole
        assert not Ordinal((1, True)).whole


class TestOrdinalOfWords(SamplerContract):
    sampler = Ordinal(("small", "medium", "large"))

    def test_a_stranger_is_refused_with_the_values(self) -> None:
        with pytest.raises(ValueError, match="'huge' is not one of the values 'small', 'medium', 'large'"):
            self.sampler.number("huge")
