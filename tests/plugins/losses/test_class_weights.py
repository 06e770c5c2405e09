"""Class weights of the losses of classification."""

from typing import Any

import numpy
import pytest
from caviar import DataError, Pipeline, Search
from caviar.engine.data.resolve import resolve_run
from caviar.plugin import Segment, Table, Task
from caviar.testing import LossContract
from caviar_plugins import BinaryCrossEntropy, Inline, Memory, PopulationTrainer, SoftmaxCrossEntropy
from scipy.special import softmax
from sklearn.metrics import log_loss
from sklearn.utils.class_weight import compute_class_weight

WEIGHTS = (1.0, 2.0, 0.5, 4.0)


class TestSoftmaxCrossEntropyWithClassWeights(LossContract):
    loss = SoftmaxCrossEntropy(class_weights=WEIGHTS)

    def test_the_weighed_mean_is_scikit_learns_log_loss_with_sample_weights(self) -> None:
        output, target = self.outputs(3), self.target()
        values, weights = self.loss.forward(output, target)[0], self.loss.weigh(target)
        assert weights is not None
        rows = numpy.asarray(WEIGHTS)[target[:, 0]]
        for member in range(3):
            expected = log_loss(target[:, 0], softmax(output[member], axis=-1), labels=range(4), sample_weight=rows)
            numpy.testing.assert_allclose((values[member] * weights).sum() / weights.sum(), expected, rtol=1e-12)

    def test_equal_weights_change_nothing(self) -> None:
        output, target = self.outputs(2), self.target()
        plain, even = SoftmaxCrossEntropy(), SoftmaxCrossEntropy(class_weights=(3.0,) * 4)
        expected = plain.backward(plain.forward(output, target)[1])
        numpy.testing.assert_allclose(even.backward(even.forward(output, target)[1]), expected, rtol=1e-12)


def test_there_must_be_a_weight_for_every_class() -> None:
    with pytest.raises(DataError, match="2 weights for 3 classes; give one for each of 'a', 'b', 'c'"):
        SoftmaxCrossEntropy(class_weights=(1.0, 2.0)).outputs(Task("classification", ("y",), classes=("a", "b", "c")))


def test_weights_must_be_above_zero() -> None:
    with pytest.raises(ValueError, match="must be above 0"):
        SoftmaxCrossEntropy(class_weights=(1.0, 0.0))
    with pytest.raises(ValueError, match="must be above 0"):
        BinaryCrossEntropy(class_weights={"rare": -1.0})


@pytest.mark.parametrize(
    ("classes", "table", "listed"),
    [
        (("common", "rare"), {"rare": 5.0}, (1.0, 5.0)),
        ((0, 3, 7), {"7": 2.0, "0": 0.5}, (0.5, 1.0, 2.0)),
        ((False, True), {"true": 3.0}, (1.0, 3.0)),
    ],
)
def test_a_table_weighs_the_classes_it_names_and_leaves_the_others_at_one(
    classes: tuple[Any, ...], table: dict[str, float], listed: tuple[float, ...]
) -> None:
    loss, task = SoftmaxCrossEntropy(class_weights=table), Task("classification", ("y",), classes=classes)
    assert loss.outputs(task) == len(classes)
    target = numpy.arange(len(classes))[:, None]
    numpy.testing.assert_array_equal(loss.fitted(target, task).weigh(target), listed)


def test_a_table_must_name_classes_that_there_are() -> None:
    loss = SoftmaxCrossEntropy(class_weights={"rar": 5.0})
    with pytest.raises(DataError, match="class_weights: there is no class 'rar'; there are 'common', 'rare'"):
        loss.outputs(Task("classification", ("y",), classes=("common", "rare")))
    assert loss.outputs(Task("classification", ("y",), classes=("", ""))) == 2  # names that are not known yet


def test_training_with_a_table_is_training_with_the_list() -> None:
    x = numpy.random.default_rng(0).normal(size=(120, 2))
    y = numpy.where(x.sum(axis=1) > 1, "normal", "abnormal")  # "normal" is a sampler's name too
    given: list[Any] = [{"normal": 4.0}, (1.0, 4.0), None]
    found = []
    for weights in given:
        trainer = PopulationTrainer(epochs=2, loss=SoftmaxCrossEntropy(class_weights=weights))
        found.append(
            Pipeline(trainer=trainer, executor=Inline(), reporter=(), search=Search(baselines=False))
            .run(x, y)
            .trials[0]
            .metrics
        )
    assert found[0] == found[1] != found[2]


@pytest.mark.parametrize(("kind", "classes"), [(SoftmaxCrossEntropy, 4), (BinaryCrossEntropy, 2)])
def test_balanced_weights_are_scikit_learns(kind: type[Any], classes: int) -> None:
    random = numpy.random.default_rng(0)
    target = numpy.minimum(random.geometric(0.4, (200, 1)) - 1, classes - 1)
    task = Task("classification", ("y",), classes=tuple("abcd"[:classes]))
    loss = kind(class_weights="balanced")
    loss.outputs(task)
    found = loss.fitted(target, task).class_weights
    expected = compute_class_weight("balanced", classes=numpy.arange(classes), y=target[:, 0])
    numpy.testing.assert_allclose(found, expected, rtol=1e-15)


def test_a_class_without_training_rows_has_a_weight() -> None:
    task = Task("classification", ("y",), classes=("a", "b", "c"))
    fitted = SoftmaxCrossEntropy(class_weights="balanced").fitted(numpy.array([[0], [0], [2]]), task)
    assert fitted.class_weights == (0.5, 1.0, 1.0)


def test_weights_that_are_given_or_absent_stay_as_they_are() -> None:
    task, target = Task("classification", ("y",), classes=("a", "b")), numpy.array([[0], [1]])
    for loss in (SoftmaxCrossEntropy(), SoftmaxCrossEntropy(class_weights=(1.0, 2.0))):
        assert loss.fitted(target, task) == loss


def test_each_fold_is_balanced_on_its_own_training_part() -> None:
    random = numpy.random.default_rng(0)
    x, y = random.normal(size=(101, 3)), numpy.minimum(random.geometric(0.5, 101), 3)
    table = Table({"x": x, "y": y}, ("y",))
    pipeline = Pipeline(
        data=Memory(folds=3).holding(table),
        trainer=PopulationTrainer(loss=SoftmaxCrossEntropy(class_weights="balanced")),
    )
    work, _, _ = resolve_run(pipeline)
    for fold, data in enumerate(work.datasets):
        loss = work.population(Segment((0,), ({},), 0, 1, fold)).parts["trainer"].loss
        rows = data.y[data.split.train][:, 0]
        expected = compute_class_weight("balanced", classes=numpy.arange(3), y=rows)
        numpy.testing.assert_allclose(loss.class_weights, expected, rtol=1e-15)
