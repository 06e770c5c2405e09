"""batchnorm's running values: corrected for their start, or replaced by those of the whole training set."""

from collections.abc import Iterator

import numpy
import pytest
from caviar.plugin import Array, Inputs, ModelContext, Views, lay_out, size_of
from caviar.testing import NormalizerContract
from caviar.testing.tools import bound
from caviar_plugins import MLP, BatchNorm, LayerNorm, NoNormalizer, ReLU
from caviar_plugins.normalizers.exact import estimate


class TestBatchNormCorrected(NormalizerContract):
    normalizer = BatchNorm(corrected=True)

    def test_after_one_batch_the_running_values_are_the_batchs(self) -> None:
        z = numpy.random.default_rng(0).normal(7.0, 4.0, (1, 20, 3))
        statistics = self._trained([z])
        numpy.testing.assert_allclose(statistics["mean"], z.mean(axis=1, keepdims=True), rtol=1e-12)
        numpy.testing.assert_allclose(statistics["variance"], z.var(axis=1, ddof=1, keepdims=True), rtol=1e-12)

    def test_they_are_the_average_divided_by_what_is_known(self) -> None:
        """As Adam's moments: an average from zero over 1 - averaging^t."""
        random = numpy.random.default_rng(0)
        batches = [random.normal(7.0, 4.0, (1, 20, 3)) for _ in range(5)]
        average = numpy.zeros((1, 1, 3))
        for z in batches:
            average = 0.9 * average + 0.1 * z.mean(axis=1, keepdims=True)
        numpy.testing.assert_allclose(self._trained(batches)["mean"], average / (1 - 0.9**5), rtol=1e-12)

    def _trained(self, batches: list[Array]) -> Views:
        normalizer = bound([self.normalizer])
        layout = lay_out(normalizer.statistics(3))
        statistics = Views(numpy.asarray([[slot.initial.size for slot in layout for _ in range(slot.size)]]), layout)
        for z in batches:
            normalizer.forward(z, {"gamma": numpy.ones((1, 1, 3)), "beta": numpy.zeros((1, 1, 3))}, statistics, True)
        return statistics


class TestBatchNormExact(NormalizerContract):
    normalizer = BatchNorm(estimate="exact")


FOUR = Inputs.block(4)


class TestExactStatistics:
    x = numpy.random.default_rng(0).normal(1.0, 2.0, (1, 100, 4))
    model = MLP(layers=3, units=5, dropout=0.5)

    def parts(self, members: int, normalizer: BatchNorm) -> tuple[Views, Views]:
        random = numpy.random.default_rng(1)
        slots, running = (lay_out(each) for each in self.model.layout(FOUR, 2, normalizer))
        weights = random.normal(0.2, 0.7, (16, size_of(slots)))[:members]
        return Views(weights, slots), Views(numpy.ones((members, size_of(running))), running)

    def estimated(self, normalizer: BatchNorm, members: int = 2, tile: int = 32) -> Views:
        parameters, statistics = self.parts(members, normalizer)

        def tiles() -> Iterator[Array]:
            yield from (self.x[:, start : start + tile] for start in range(0, 100, tile))

        model, bound_normalizer = bound([self.model] * members), bound([normalizer] * members)
        passing = ModelContext(False, bound_normalizer, ReLU(), inputs=FOUR)
        estimate(model, passing, parameters, statistics, tiles)
        return statistics

    @pytest.mark.parametrize("place", ["before-activation", "after-activation"])
    @pytest.mark.parametrize("corrected", [False, True])
    def test_every_layer_has_mean_and_variance_of_what_it_sees_in_prediction(self, place: str, corrected: bool) -> None:
        normalizer = BatchNorm(estimate="exact", place=place, corrected=corrected)  # type: ignore[arg-type]
        statistics = self.estimated(normalizer)
        parameters, _ = self.parts(2, normalizer)
        seen: list[Array] = []

        class Listening(BatchNorm):
            def forward(self, z: Array, *rest: object) -> tuple[Array, object]:
                seen.append(z.copy())
                return super().forward(z, *rest)  # type: ignore[arg-type]

        listening = bound([Listening(place=place)] * 2)  # type: ignore[arg-type]
        context = ModelContext(False, listening, ReLU(), inputs=FOUR)
        bound([self.model] * 2).forward(parameters, statistics, self.x, context)
        assert len(seen) == 3
        for layer, z in enumerate(seen, start=1):
            mean, variance = z.mean(axis=1, keepdims=True), z.var(axis=1, keepdims=True)
            numpy.testing.assert_allclose(statistics[f"layer{layer}.mean"], mean, rtol=1e-9, atol=1e-12)
            numpy.testing.assert_allclose(statistics[f"layer{layer}.variance"], variance, rtol=1e-9)

    def test_the_cut_into_tiles_does_not_matter(self) -> None:
        few, many = (self.estimated(BatchNorm(estimate="exact"), tile=tile).buffer for tile in (100, 7))
        numpy.testing.assert_allclose(many, few, rtol=1e-9, atol=1e-12)

    def test_a_member_is_the_same_alone_and_in_a_population(self) -> None:
        alone, together = (self.estimated(BatchNorm(estimate="exact"), members).buffer for members in (1, 16))
        numpy.testing.assert_array_equal(alone[0], together[0])


def test_only_exact_batchnorm_asks_for_it() -> None:
    assert BatchNorm(estimate="exact").re_estimates
    assert not any(each.re_estimates for each in (BatchNorm(), LayerNorm(), NoNormalizer()))


@pytest.mark.parametrize(
    "z",
    [
        numpy.full((1, 64, 2), 1e6),
        numpy.random.default_rng(0).normal(1e6, 1.0, (1, 64, 2)),
        numpy.random.default_rng(0).normal(0.0, 1e15, (1, 64, 2)),
        numpy.full((1, 64, 2), 1e-30),
    ],
    ids=["constant", "far from zero", "huge", "tiny"],
)
def test_exact_statistics_of_extreme_columns_are_finite_and_close(z: Array) -> None:
    normalizer = bound([BatchNorm(estimate="exact")], "float32")
    statistics = {"mean": numpy.zeros((1, 1, 2), "float32"), "variance": numpy.zeros((1, 1, 2), "float32")}
    for start in range(0, 64, 16):
        normalizer.gather(z[:, start : start + 16].astype("float32"), statistics, start)
    numpy.testing.assert_allclose(
        statistics["mean"], z.mean(axis=1, keepdims=True), rtol=1e-5, atol=1e-6 * abs(z).max()
    )
    assert (statistics["variance"] >= 0).all()
    assert numpy.isfinite(statistics["variance"]).all()
