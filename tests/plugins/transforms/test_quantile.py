"""quantile."""

import numpy
from caviar.plugin import Table
from caviar.testing import TransformContract
from caviar_plugins import Quantile
from scipy.stats import norm
from sklearn.preprocessing import QuantileTransformer


class TestQuantile(TransformContract):
    transform = Quantile()

    def test_away_from_the_ends_it_gives_what_scikit_learn_gives(self) -> None:
        column = numpy.exp(numpy.random.default_rng(0).normal(size=5000))
        table = Table({"a": column}, ())
        found = self.transform.apply(table, self.transform.fit(table)).columns["a"]
        expected = QuantileTransformer(output_distribution="normal", n_quantiles=1000).fit_transform(column[:, None])
        inner = numpy.abs(expected[:, 0]) < 2
        numpy.testing.assert_allclose(found[inner], expected[inner, 0], atol=0.01)

    def test_training_values_become_normal(self) -> None:
        table = Table({"a": numpy.random.default_rng(0).exponential(size=4000)}, ())
        found = numpy.sort(self.transform.apply(table, self.transform.fit(table)).columns["a"])
        numpy.testing.assert_allclose(found[40:-40], norm.ppf((numpy.arange(4000) + 0.5) / 4000)[40:-40], atol=0.02)

    def test_equal_values_get_the_middle_of_their_ranks(self) -> None:
        table = Table({"a": numpy.asarray([0.0] * 50 + [1.0] * 50)}, ())
        learned = self.transform.fit(table)
        found = self.transform.apply(table, learned).columns["a"]
        assert found[0] == -found[-1]
        assert self.transform.apply(Table({"a": numpy.full(3, 0.0)}, ()), learned).columns["a"][0] == found[0]

    def test_values_outside_of_the_training_rows_are_at_the_ends(self) -> None:
        learned = self.transform.fit(Table({"a": numpy.arange(10.0)}, ()))
        new = self.transform.apply(Table({"a": numpy.asarray([-1e9, 0.0, 9.0, 1e9])}, ()), learned).columns["a"]
        assert (new[0], new[3]) == (new[1], new[2])
