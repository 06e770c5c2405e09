"""What a pipeline is written down as reads back as the same pipeline, wherever a range or a choice stands in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from caviar import Pipeline, Sampler
from caviar.config.declaration.dump import to_toml
from caviar.config.declaration.space import space_of
from caviar.config.fill import fill
from caviar.config.reading.resolved import loads, loads_training
from caviar.interfaces.fields.types import FieldType, field_type
from caviar.plugin import Plugin
from caviar.registry.index import NotInstalled, names
from caviar.registry.load import load
from caviar_plugins import (
    L2,
    MLP,
    SGD,
    Adam,
    Beta,
    Choice,
    Constant,
    Cosine,
    Huber,
    Int,
    LayerNorm,
    Log,
    LogInt,
    MinMax,
    Normal,
    Ordinal,
    PopulationTrainer,
    ReLU,
    Tanh,
    Uniform,
    Vectors,
    Warmup,
)

SEARCHED = ("model", "activation", "embedding", "normalizer", "optimizer", "schedule", "regularizer", "trainer", "loss")
RANGES = (
    Log(1e-4, 0.5),
    Uniform(0.125, 0.5, step=0.125),
    Normal(0.5, 0.1, 0.25, 0.75),
    Beta(0.5, 0.9),
    Int(1, 9, step=2),
    LogInt(1, 64),
    Ordinal((1, 3, 7)),
    Choice((5, 2)),
)


def plugins(kind: str) -> tuple[type[Plugin], ...]:
    """The bundled plugins of a kind, without those whose library is not installed."""
    found = []
    for name in names(kind):
        with suppress(NotInstalled):
            found.append(load(kind, name))
    return tuple(found)


def every(want: FieldType, own: Sampler | None) -> Iterator[Any]:
    """All that may stand in a searched field: its own range, all ranges of its type, lists of them, plugins."""
    if own is not None:
        yield own
    if want.plugin is not None:
        yield Choice(tuple(cls() for cls in plugins(want.plugin.kind)))
        yield from (nested for cls in plugins(want.plugin.kind) for nested in declared(cls))
    if float in want.types:
        yield from (each for each in RANGES if not (isinstance(each, (Ordinal, Choice)) or each.whole))
    if int in want.types:
        yield from (each for each in RANGES if each.whole)
    if bool in want.types:
        yield Choice((True, False))
    if want.options():
        yield Choice(want.options())
    if want.element is not None:
        yield from ((each, 4) for each in every(want.element, None))
        yield Choice(((4, 4), (8,)))


def declared(cls: type[Plugin]) -> Iterator[Plugin]:
    """A plugin with each of its own ranges in turn."""
    for field in cls.model_fields:
        if (search := cls.facts(field).search) is not None:
            yield cls(**{field: search})


def accepts(cls: type[Plugin], field: str, value: Any) -> bool:
    """Whether the field's bounds and rule allow such a value; which do is not the question here."""
    try:
        cls(**{field: value})
    except ValueError:
        return False
    return True


def placed(plugin: Any) -> Iterator[Pipeline]:
    """Pipelines with a plugin wherever one of its kind may stand."""
    kind: Any = plugin.kind
    if kind == "schedule":
        yield Pipeline(schedule={"learning_rate": plugin})
        yield Pipeline(schedule={"beta1": Constant(), "learning_rate": Choice((plugin, plugin.called("again")))})
    elif kind == "regularizer":
        yield Pipeline(regularizer=(plugin, L2(0.5).called("other")))
        yield Pipeline(regularizer=(Choice((plugin, L2(0.5).called("other"))),))
    elif kind == "activation":
        yield Pipeline(model=MLP(activation=plugin))
        yield Pipeline(model=Choice((MLP(activation=plugin), MLP(activation=ReLU()).called("plain"))))
    elif kind == "embedding":
        yield Pipeline(model=MLP(embedding=(plugin, Vectors().called("other"))))
        yield Pipeline(model=MLP(embedding=(Choice((plugin, Vectors().called("other"))),)))
    elif kind == "loss":
        yield Pipeline(trainer=PopulationTrainer(loss=plugin))
    elif kind == "trainer":
        yield Pipeline(trainer=plugin)
    else:
        for part in (plugin, Choice((plugin, plugin.called("again")))):
            fields: dict[str, Any] = {kind: part}
            yield Pipeline(**fields)


FIELDS = [(kind, cls, field) for kind in SEARCHED for cls in plugins(kind) for field in cls.model_fields]
SEARCHED_FIELDS = [
    (kind, cls, field)
    for kind, cls, field in FIELDS
    if field_type(cls, field).tunable or field_type(cls, field).plugin is not None
]


@pytest.mark.parametrize(
    ("kind", "cls", "field"),
    SEARCHED_FIELDS,
    ids=[f"{kind}-{cls.__name__}-{field}" for kind, cls, field in SEARCHED_FIELDS],
)
def test_every_searched_field_of_every_bundled_plugin_reads_back(kind: str, cls: type[Plugin], field: str) -> None:
    values = [each for each in every(field_type(cls, field), cls.facts(field).search) if accepts(cls, field, each)]
    assert values
    for value in values:
        for pipeline in placed(cls(**{field: value})):
            reads_back(pipeline)


@pytest.mark.parametrize(
    "pipeline",
    [
        Pipeline(schedule={"learning_rate": Choice((Cosine(), Constant()))}),
        Pipeline(
            schedule={"learning_rate": Choice((Cosine(final=Uniform(0.0, 0.1)), Warmup(then=Choice((Cosine(),)))))}
        ),
        Pipeline(schedule={"learning_rate": Choice((Cosine(), Cosine(final=0.5).called("half"))), "beta1": Constant()}),
        Pipeline(schedule={"learning_rate": Constant(), "momentum": Choice((Constant(), Cosine()))}, optimizer=SGD()),
        Pipeline(regularizer=(Choice((L2(Log(1e-4, 1.0)), L2(0.5).called("strong"))), L2(0.25).called("always"))),
        Pipeline(
            model=Choice(
                (MLP(units=(LogInt(8, 16), Choice((3, 4)))), MLP(activation=Choice((Tanh(), ReLU()))).called("b"))
            )
        ),
        Pipeline(normalizer=Choice((LayerNorm(place="after-activation"), LayerNorm().called("before")))),
        Pipeline(optimizer=Choice((Adam(learning_rate=Log(1e-4, 1.0)), SGD(momentum=Beta(0.5, 0.99))))),
        Pipeline(trainer=PopulationTrainer(loss=Huber(delta=Log(0.5, 2.0)), batch_size=Ordinal((16, 32)))),
        Pipeline(transform=(MinMax(),), reporter=()),
    ],
    ids=str,
)
def test_choices_read_back_from_every_place_where_they_may_stand(pipeline: Pipeline) -> None:
    reads_back(pipeline)


def reads_back(pipeline: Pipeline) -> None:
    """The resolved text, the same filled, and the text that workers get."""
    text = to_toml(pipeline.model_copy(update={"data": load("data", "digits")()}))
    read = loads(text, "resolved")
    assert read.model_copy(update={"data": None}) == pipeline
    assert space_of(read) == space_of(pipeline)
    assert to_toml(read) == text
    assert fill(text, "resolved") == text, "a resolved file leaves nothing to fill in"
    assert loads_training(to_toml(pipeline)) == pipeline
