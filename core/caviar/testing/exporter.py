"""The laws of exporters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy

from caviar.interfaces.exporter import Exporter, ExportError
from caviar.testing.described import prediction_of
from caviar.testing.stated import StatedInterface
from caviar.testing.tools import raises, skip
from caviar.values.arrays import Array
from caviar.values.description import ColumnDescription, MemberDescription, ModelDescription, Operation
from caviar.values.inputs import InputColumn, Inputs
from caviar.values.target_scale import TargetScale
from caviar.values.task import Task

TOWNS = ("", "bern", "rome")


class ExporterContract(StatedInterface):
    """Set `exporter`, and define `predicted`, so that the tests compare the written model with the description.

    `tolerance` is the accepted relative difference; `suffix` is the ending of the file's name.
    """

    kind = "exporter"
    exporter: ClassVar[Exporter]
    tolerance: ClassVar[float] = 1e-12
    suffix: ClassVar[str] = ""

    def predicted(self, path: Path, columns: Mapping[str, Array]) -> Any:
        """Predicts rows (column -> array) with the file: probabilities (rows, classes), or targets."""
        skip("the test class defines no `predicted`, which would run what the exporter writes")

    def test_what_it_writes_predicts_what_the_description_says(self, tmp_path: Path) -> None:
        for number, model in enumerate(models()):
            path = tmp_path / f"model-{number}{self.suffix}"
            self.exporter.export(model, path)
            found, expected = numpy.asarray(self.predicted(path, rows())), prediction_of(model, rows())
            numpy.testing.assert_allclose(found, expected, rtol=self.tolerance)

    def test_it_writes_the_file_that_it_is_given_and_no_other(self, tmp_path: Path) -> None:
        for number, model in enumerate(models()):
            folder = tmp_path / str(number)
            folder.mkdir()
            self.exporter.export(model, folder / f"model{self.suffix}")
            assert [each.name for each in folder.iterdir()] == [f"model{self.suffix}"]

    def test_the_same_description_gives_the_same_bytes(self, tmp_path: Path) -> None:
        one, two = tmp_path / f"one{self.suffix}", tmp_path / f"two{self.suffix}"
        for model in models():
            self.exporter.export(model, one)
            self.exporter.export(model, two)
            assert one.read_bytes() == two.read_bytes()

    def test_it_replaces_what_was_there(self, tmp_path: Path) -> None:
        first, second = tmp_path / f"first{self.suffix}", tmp_path / f"second{self.suffix}"
        *_, last = models()
        first.write_bytes(b"x" * 100_000)
        self.exporter.export(last, first)
        self.exporter.export(last, second)
        assert first.read_bytes() == second.read_bytes()

    def test_an_operation_that_it_does_not_know_is_refused_by_name(self, tmp_path: Path) -> None:
        model = next(iter(models()))
        (member,), path = model.members, tmp_path / f"model{self.suffix}"
        unknown = Operation("nobody-knows-this", {})
        for other in (
            replace(member, transforms=(*member.transforms, replace(unknown, column="size"))),
            replace(member, layers=(*member.layers, unknown)),
            replace(member, head=unknown),
        ):
            with raises(ExportError) as caught:
                self.exporter.export(replace(model, members=(other,)), path)
            assert unknown.name in str(caught.value)
            assert not path.exists()


def models() -> Iterator[ModelDescription]:
    """A classification with words and missing values, a regression of two targets, and a model of two members."""
    columns = (
        ColumnDescription("size"),
        ColumnDescription("town", words=True),
        ColumnDescription("pixels", shape=(2, 2)),
    )
    classes = Task("classification", ("y",), classes=("no", "perhaps", "yes"))
    yield ModelDescription(columns, classes, (_member(0, 3, Operation("softmax")),))
    scales = (TargetScale(center=100.0, scale=20.0, low=0.0), TargetScale(center=-1.0, scale=0.5))
    first = _member(1, 2, Operation("identity"), scales)
    yield ModelDescription(columns, Task("regression", ("a", "b")), (first,))
    scales = (TargetScale("log", 4.0, 0.5, 1.0, 900.0), TargetScale("log1p", 2.0, 0.25))
    second = _member(2, 2, Operation("identity"), scales)
    yield ModelDescription(columns, Task("regression", ("a", "b")), (first, second))


def rows() -> dict[str, Array]:
    """Rows with missing values and with a word that the models do not know."""
    random = numpy.random.default_rng(9)
    size = random.normal(5.0, 3.0, 30)
    size[::7] = numpy.nan
    towns = numpy.array(["rome", "oslo", None, "bern", "rome"] * 6, dtype=object)
    return {"size": size, "town": towns, "pixels": random.normal(size=(30, 2, 2))}


def _member(seed: int, outputs: int, head: Operation, scales: tuple[TargetScale, ...] = ()) -> MemberDescription:
    """A member with constants, words and a width of its own."""
    random, words, width = numpy.random.default_rng(seed), TOWNS[: 2 + seed % 2], 3 + seed
    inputs = Inputs.of(
        [
            InputColumn("size", "number"),
            InputColumn("town", "category", (len(words),), len(words)),
            InputColumn("pixels", "number", (2, 2)),
        ]
    )
    transforms = (
        Operation("fill", {"value": numpy.asarray(4.0 + seed)}, "size"),
        Operation("one-hot", {"words": words}, "town"),
        Operation("scale", {"center": numpy.asarray(5.0), "width": numpy.asarray(3.0 - seed / 2)}, "size"),
        Operation("scale", {"center": random.normal(size=(2, 2)), "width": numpy.full((2, 2), 2.0)}, "pixels"),
    )
    layers = (
        Operation("dense", {"weight": random.normal(size=(inputs.width, width)), "bias": random.normal(size=width)}),
        Operation("relu"),
        Operation("dense", {"weight": random.normal(size=(width, outputs)), "bias": random.normal(size=outputs)}),
    )
    return MemberDescription(seed, "float64", transforms, inputs, layers, head, scales)
