"""choice."""

import numpy
import pytest
from caviar.testing import SamplerContract
from caviar_plugins import SGD, Adam, Choice, Log
from scipy import stats


class TestChoice(SamplerContract):
    sampler = Choice(("relu", "tanh", "gelu"))

    def test_every_option_is_equally_likely(self) -> None:
        draws = self.sampler.from_unit(numpy.random.default_rng(0).uniform(size=6000))
        assert stats.chisquare(numpy.unique(draws, return_counts=True)[1]).pvalue > 0.01

    def test_it_has_no_order(self) -> None:
        assert not self.sampler.ordered

    def test_a_stranger_is_refused_with_the_options(self) -> None:
        with pytest.raises(ValueError, match="'sigmoid' is not one of the options 'relu', 'tanh', 'gelu'"):
            self.sampler.number("sigmoid")

    def test_no_option_is_refused(self) -> None:
        with pytest.raises(ValueError, match="at least one option"):
            Choice(())

    def test_an_option_that_stands_twice_is_refused(self) -> None:
        with pytest.raises(ValueError, match="only once, but 64 appears twice"):
            Choice((64, 128, 64))


class TestChoiceOfNumbers(SamplerContract):
    sampler = Choice((64, 128, 256))

    def test_it_is_whole_only_if_all_options_are(self) -> None:
        assert self.sampler.whole
        assert not Choice((64, 0.5)).whole
        assert not Choice((1, True)).whole


class TestChoiceOfAnything(SamplerContract):
    sampler = Choice((1, True, None, 0.5, (64, 32), Adam(learning_rate=Log(1e-4, 1.0)), SGD()))

    def test_one_and_true_are_different_options(self) -> None:
        assert self.sampler.number(1) == 0
        assert self.sampler.number(True) == 1

    def test_lists_become_tuples(self) -> None:
        assert Choice([[64, 32], [128]]).options == ((64, 32), (128,))
