"""Training stays on the device: it calls nothing of NumPy's, no step waits or sends, and the numbers are the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar import Pipeline, Search
from caviar.testing import BackendContract, TrainerContract
from caviar.testing.work import EVERY, Bench, small_pipeline
from caviar_plugins import (
    L2,
    MLP,
    SGD,
    Adam,
    AdamW,
    BatchNorm,
    Hyperband,
    Inline,
    Log,
    NumPy,
    PopulationTrainer,
    RMSprop,
    SoftmaxCrossEntropy,
    Warmup,
)

from tests.gpu.emulator import emulated
from tests.gpu.parts import PARTS, everything, small
from tests.gpu.stand_in import Emulated, StandIn


@pytest.fixture(autouse=True)
def _kernels() -> Iterator[None]:
    with emulated(pytest.MonkeyPatch()):
        yield


class TestTheBackend(BackendContract):
    backend = StandIn()


class TestThePopulationTrainer(TrainerContract):
    trainer = PopulationTrainer(epochs=3, batch_size=16, keep="best", patience=2)
    pipeline = small_pipeline(trainer).model_copy(update={"backend": StandIn(), "normalizer": BatchNorm()})


@pytest.mark.parametrize("part", PARTS)
def test_every_bundled_part_gives_numpys_bits_without_naming_numpy(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # The stand-in's numbers are NumPy's; a part that called NumPy itself, or mixed in one of its arrays, would raise.
    from caviar.engine.training import variants as variants

    monkeypatch.setattr(variants, "_numba_works", lambda: False)
    for pipeline in PARTS[part]:
        here, there = (everything(pipeline, backend) for backend in (NumPy(), StandIn()))
        for name, array in here.items():
            numpy.testing.assert_array_equal(there[name], array, err_msg=f"{pipeline}: {name}")


FULL = {
    "regularizer": (L2(1e-3),),
    "schedule": {"learning_rate": Warmup(length=2)},
    "normalizer": BatchNorm(),
    "model": MLP(units=(7, 5), dropout=0.2),
}


@pytest.mark.parametrize("backend", [StandIn(), Emulated()])
@pytest.mark.parametrize("optimizer", [Adam(), AdamW(), SGD(momentum=0.9), RMSprop()])
@pytest.mark.parametrize("classes", [None, (1.0, 2.0, 3.0)])
def test_no_step_but_a_populations_first_waits_for_the_device(backend: StandIn, optimizer: Any, classes: Any) -> None:
    loss = SoftmaxCrossEntropy(class_weights=classes)
    trainer = PopulationTrainer(epochs=2, batch_size=8, clip=0.5, loss=loss)
    seen = watched(small(trainer, optimizer=optimizer, **FULL), backend)
    assert len({waits for waits, _ in seen[1:]}) == 1


def test_with_the_kernels_no_step_but_the_first_sends_anything() -> None:
    seen = watched(small(PopulationTrainer(batch_size=8, loss=SoftmaxCrossEntropy()), **FULL), Emulated())
    assert len({sends for _, sends in seen[1:]}) == 1


def watched(pipeline: Pipeline, backend: StandIn) -> list[tuple[int, int]]:
    """How often someone had waited and sent, at the beginning of each step of an epoch."""
    seen: list[tuple[int, int]] = []
    bench = Bench(pipeline.model_copy(update={"backend": backend}))
    state, module = bench.start(EVERY), backend.module
    bench.context = replace(bench.context, check_stop=lambda: seen.append((module.waits, module.sends)))
    bench.advance(state, EVERY, 1)
    assert len(seen) > 5
    return seen


def test_a_whole_search_on_the_device_has_the_winner_of_numpys(tmp_path: Path) -> None:
    studies = []
    for number, backend in enumerate((NumPy(), Emulated())):
        pipeline = small(
            PopulationTrainer(epochs=4, batch_size=16),
            normalizer=BatchNorm(),
            model=MLP(units=16),
            optimizer=Adam(learning_rate=Log(1e-4, 0.5)),
            search=Search(baselines=False, trials=9, round=9, pruner=Hyperband(), metric="validation.loss"),
            executor=Inline(),
            backend=backend,
        )
        studies.append(pipeline.run(runs=tmp_path / str(number)))
    here, there = (study.best for study in studies)
    assert here is not None
    assert there is not None
    assert there.trial == here.trial
    assert there.metrics["validation.loss"] == pytest.approx(here.metrics["validation.loss"], rel=1e-3)


def test_all_that_was_called_is_there_in_cupy() -> None:
    cupy = pytest.importorskip("cupy", reason="CuPy is not here to be asked for its functions")
    for pipelines in PARTS.values():
        for pipeline in pipelines:
            everything(pipeline, Emulated())
    used = StandIn.module.used | Emulated.module.used
    assert len(used) > 30
    assert [name for name in used if not hasattr(cupy, name)] == []
