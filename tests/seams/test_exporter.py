"""Seam: exporters are a kind. One by a third party (numpy_exporter.py, public names alone) gets a model's description,
writes it as an archive, and what NumPy predicts from that is what Caviar predicts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar import ExportError, Pipeline, PluginError, Search, TrainedModel, load, open_run
from caviar.plugin import Activation, Array, Exporter, ModelDescription, Table, Transform
from caviar.testing import ExporterContract, prediction_of
from caviar_plugins import (
    GELU,
    MLP,
    BatchNorm,
    BinaryCrossEntropy,
    Impute,
    Inline,
    LayerNorm,
    LeakyReLU,
    MinMax,
    NoNormalizer,
    OneHot,
    Periodic,
    PopulationTrainer,
    ReLU,
    SoftmaxCrossEntropy,
    Tanh,
    Vectors,
)
from pydantic import Field, PrivateAttr

from tests.seams.numpy_exporter import NumPyArchive, predicted

pytestmark = pytest.mark.thorough


class Rows:
    """As little of a data frame as Caviar asks for."""

    def __init__(self, columns: dict[str, Array]) -> None:
        self.columns = columns

    def __getitem__(self, name: str) -> Array:
        return self.columns[name]


def rows(seed: int) -> Rows:
    """Numbers with gaps, words with gaps, and flags."""
    random = numpy.random.default_rng(seed)
    size = random.normal(5, 3, 80)
    size[::7] = numpy.nan
    towns = numpy.asarray(["oslo", "rome", None, "bern"], dtype=object)
    return Rows({"size": size, "town": random.permutation(towns.repeat(20)), "new": random.random(80) > 0.5})


def trained(regression: bool, **parts: Any) -> TrainedModel:
    x = rows(0)
    number = 100 + 20 * numpy.nan_to_num(x["size"]) + 7 * (x["town"] == "rome")
    truth = number if regression else numpy.where(number > 180, "high", "low")
    given: dict[str, Any] = {"normalizer": BatchNorm(), "model": MLP(units=(9, 5))}
    given["trainer"] = PopulationTrainer(epochs=2, dtype="float64")
    best = (
        Pipeline(executor=Inline(), reporter=(), **({"search": Search(baselines=False)} | given | parts))
        .run(x, truth)
        .best
    )
    assert best is not None
    return best


def exported(model: TrainedModel, folder: Path) -> Array:
    """What the archive predicts of new rows."""
    model.export(NumPyArchive(), folder / "model.npz")
    found: Array = predicted(folder / "model.npz", rows(1).columns)
    return found


class TestNumPyArchive(ExporterContract):
    exporter = NumPyArchive()

    def predicted(self, path: Path, columns: Mapping[str, Array]) -> Any:
        return predicted(path, columns)


@pytest.mark.parametrize("place", ["before-activation", "after-activation"])
def test_a_classification_with_categories_and_gaps_predicts_the_same_elsewhere(tmp_path: Path, place: Any) -> None:
    model = trained(False, normalizer=BatchNorm(place=place))
    probabilities = exported(model, tmp_path)
    numpy.testing.assert_allclose(probabilities, model.probabilities(rows(1)), rtol=1e-12)
    assert [model.classes[code] for code in probabilities.argmax(axis=1)] == model.predict(rows(1)).tolist()


def test_a_regression_predicts_the_same_elsewhere(tmp_path: Path) -> None:
    model = trained(True, model=MLP(units=(7,), activation=Tanh()), transform=(Impute(), OneHot(), MinMax()))
    numpy.testing.assert_allclose(exported(model, tmp_path)[:, 0], model.predict(rows(1)), rtol=1e-12)


@pytest.mark.parametrize(
    "parts",
    [
        {"model": MLP(units=(6, 4), activation=GELU()), "normalizer": LayerNorm()},
        {"model": MLP(units=6, activation=LeakyReLU(slope=0.2)), "normalizer": LayerNorm(place="after-activation")},
        {"trainer": PopulationTrainer(epochs=2, dtype="float64", loss=BinaryCrossEntropy())},
    ],
)
def test_other_activations_normalizers_and_losses_are_described_as_they_predict(
    parts: dict[str, Any], tmp_path: Path
) -> None:
    model, kept = trained(False, **parts), Kept()
    model.export(kept, tmp_path / "kept")
    (description,) = kept.seen
    expected = model.probabilities(rows(1))
    numpy.testing.assert_allclose(prediction_of(description, rows(1).columns), expected, rtol=1e-12)
    assert [each.name for each in description.columns if each.words] == ["town"]


@pytest.mark.parametrize("regression", [False, True])
def test_what_pipe_init_writes_is_exported(tmp_path: Path, regression: bool) -> None:
    """The recipe with its embeddings, scale, parametrization and activation; words of many levels as vectors."""
    parts: dict[str, Any] = {"trainer": PopulationTrainer(epochs=3, batch_size=16), "normalizer": NoNormalizer()}
    parts["model"] = MLP(units=32, embedding=(Periodic(sigma=0.5), Vectors(size=2, above=2)))
    model = trained(regression, recipe="tabular", search=Search(baselines=False, trials=1), **parts)
    assert {"front.scale", "embedding1.frequency", "embedding2.town"} <= set(model.weights)
    expected = model.predict(rows(1))[:, None] if regression else model.probabilities(rows(1))
    numpy.testing.assert_allclose(exported(model, tmp_path), expected, rtol=1e-6, atol=1e-6)


def test_an_exporter_cannot_change_the_model(tmp_path: Path) -> None:
    kept = Kept()
    trained(True).export(kept, tmp_path / "kept")
    (member,) = kept.seen[0].members
    for operation in (*member.transforms, *member.layers):
        for constant in operation.constants.values():
            assert not isinstance(constant, numpy.ndarray) or not constant.flags.writeable


LACKING: dict[str, Callable[[], dict[str, Any]]] = {
    "activation 'mine'": lambda: {"model": MLP(units=4, activation=Mine())},
    "activation 'steeper'": lambda: {"model": MLP(units=4, activation=Steeper())},
    "activation 'steeper' in a list": lambda: {"model": Several(units=4, listed=(Tanh(), Steeper()))},
    "activation 'steeper' in a table": lambda: {"model": Several(units=4, named={"first": Steeper()})},
    "loss 'bolder'": lambda: {"trainer": PopulationTrainer(epochs=2, dtype="float64", loss=Bolder())},
    "model 'doubled'": lambda: {"model": Doubled(units=4)},
    "normalizer 'wider'": lambda: {"normalizer": Wider()},
    "trainer 'surer'": lambda: {"trainer": Surer(epochs=2, dtype="float64")},
    "transform 'halved'": lambda: {"transform": (Impute(), OneHot(), Halved())},
    "transform 'farther'": lambda: {"transform": (Impute(), OneHot(), Farther())},
}
"""Plugins without a description, or with that of a class whose computation they override, by what is named."""


@pytest.mark.parametrize("named", LACKING)
def test_a_plugin_without_a_description_of_its_own_is_named_with_what_to_do(tmp_path: Path, named: str) -> None:
    model = trained(False, **LACKING[named]())
    with pytest.raises(ExportError) as caught:
        model.export(NumPyArchive(), tmp_path / "model.npz")
    assert f"{named.partition(' in ')[0]} of" in str(caught.value)
    assert "cannot be exported: it has no description; its author adds a method `description`" in str(caught.value)
    assert not (tmp_path / "model.npz").exists()


@pytest.mark.parametrize("inherits", [False, True])
def test_a_model_of_another_owner_that_describes_what_it_computes_is_exported(tmp_path: Path, inherits: bool) -> None:
    model = trained(False, model=Several(units=4, listed=(Tanh(),)) if inherits else Described(units=4))
    numpy.testing.assert_allclose(exported(model, tmp_path), model.probabilities(rows(1)), rtol=1e-12)


def test_mistakes_of_and_about_exporters_are_reported(tmp_path: Path) -> None:
    model = trained(True, model=MLP(units=4, activation=GELU()))
    with pytest.raises(PluginError, match="exporter 'onxx'"):
        model.export("onxx", tmp_path / "model.onnx")
    with pytest.raises(ExportError, match="numpy-archive does not know the operation 'gelu'"):
        model.export(NumPyArchive(), tmp_path / "model.npz")
    with pytest.raises(PluginError, match=r"exporter 'broken' of .* failed: ZeroDivisionError"):
        model.export(Broken(), tmp_path / "model.npz")
    with pytest.raises(ExportError, match=r"exporter 'silent' of .* wrote nothing to .*model\.npz"):
        model.export(Silent(), tmp_path / "model.npz")
    with pytest.raises(ExportError, match="is not an exporter"):
        model.export(Tanh(), tmp_path / "model.npz")  # type: ignore[arg-type]
    with pytest.raises(ExportError, match=r"/new: there is no such folder; make it, or give another path"):
        model.export(Kept(), tmp_path / "new" / "model.npz")
    assert not (tmp_path / "new").exists()
    (tmp_path / "model").mkdir()
    with pytest.raises(ExportError, match=r"model: Is a directory"):
        model.export(Kept(), tmp_path / "model" / ".." / "model")


def test_a_model_of_a_run_is_exported_by_name(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(
        'data = "digits"\nreporter = []\nexecutor = "inline"\nmodel.units = 4\n'
        'trainer = { epochs = 1, dtype = "float64" }\n'
    )
    code = Path(__file__).with_name("numpy_exporter.py")
    best = load(tmp_path / "p.toml", code=code).run(runs=tmp_path).best
    assert best is not None
    x = numpy.random.default_rng(0).integers(0, 17, (20, 8, 8))
    for place, model in enumerate((best, open_run(tmp_path / "p", code).model())):
        file = tmp_path / f"{place}.npz"
        model.export("numpy-archive", file)
        numpy.testing.assert_allclose(predicted(file, {"x": x}), model.probabilities(x), rtol=1e-12)


class Kept(Exporter, interface=1):
    """Keeps the description."""

    _seen: list[ModelDescription] = PrivateAttr(default_factory=list)

    @property
    def seen(self) -> list[ModelDescription]:
        return self._seen

    def export(self, model: ModelDescription, path: Path) -> None:
        self._seen.append(model)
        path.write_text("seen")


class Broken(Exporter, interface=1):
    def export(self, model: ModelDescription, path: Path) -> None:
        raise ZeroDivisionError


class Silent(Exporter, interface=1):
    def export(self, model: ModelDescription, path: Path) -> None:
        return None


class Mine(Activation, interface=1):
    """It has no description."""

    def forward(self, z: Array) -> tuple[Array, Any]:
        return z, None

    def backward(self, gradient: Array, cache: Any) -> Array:
        return gradient


class Steeper(ReLU, interface=1):
    """It inherits the description of something that it does not compute."""

    def forward(self, z: Array) -> tuple[Array, Any]:
        a, cache = super().forward(z)
        return 2 * a, 2 * cache


class Halved(Transform, interface=2):
    """It has no description."""

    def fit(self, table: Table) -> dict[str, Array]:
        return {}

    def apply(self, table: Table, learned: dict[str, Array]) -> Table:
        return table.with_columns({**table.columns, "size": table.columns["size"] / 2})


class Farther(MinMax, interface=2):
    """This and the classes below inherit the description of something that they do not compute."""

    def apply(self, table: Table, learned: dict[str, Array]) -> Table:
        return super().apply(table, learned)


class Bolder(SoftmaxCrossEntropy, interface=1):
    def predict(self, scores: Array) -> Array:
        return super().predict(2 * scores)


class Doubled(MLP, interface=2):
    def forward(self, *given: Any) -> Any:
        return super().forward(*given)


class Wider(LayerNorm, interface=1):
    def forward(self, *given: Any) -> Any:
        z, cache = super().forward(*given)
        return 2 * z, cache


class Surer(PopulationTrainer, interface=2):
    def predict(self, *given: Any) -> Any:
        return super().predict(*given)


class Several(MLP, interface=2):
    """A model with plugins in a list and in a table."""

    listed: tuple[Activation, ...] = ()
    named: dict[str, Activation] = Field(default_factory=dict)


class Described(Doubled, interface=2):
    """A model with a description of its own."""

    def forward(self, *given: Any) -> Any:
        return super().forward(*given)

    def description(self, *given: Any) -> Any:
        return super().description(*given)
