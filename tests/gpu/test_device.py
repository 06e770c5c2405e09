"""On a GPU: NumPy's numbers within tolerance, the laws, the same bits in any population. Skipped where none answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar import Pipeline, Search, TrialState
from caviar.engine.data.resolve import resolve_run
from caviar.engine.training.variants import plain
from caviar.plugin import Segment
from caviar.registry.index import names
from caviar.registry.load import load
from caviar.testing import (
    ActivationContract,
    BackendContract,
    MetricContract,
    NormalizerContract,
    OptimizerContract,
    RegularizerContract,
    ScheduleContract,
    TrainerContract,
)
from caviar.testing.work import small_pipeline
from caviar_plugins import (
    MLP,
    Adam,
    BatchNorm,
    CuPy,
    Digits,
    Inline,
    Log,
    NoNormalizer,
    NumPy,
    PopulationTrainer,
    Processes,
)

from tests.gpu.parts import NORMALIZERS, OPTIMIZERS, PARTS, everything
from tests.gpu.training import trained

MISSING = CuPy().missing()
pytestmark = pytest.mark.skipif(MISSING is not None, reason=str(MISSING))


class TestTheBackend(BackendContract):
    backend = CuPy()


class TestThePopulationTrainer(TrainerContract):
    trainer = PopulationTrainer(epochs=4, batch_size=16)
    pipeline = small_pipeline(trainer).model_copy(update={"backend": CuPy()})


class TestBatchNormDropoutAndTheBest(TrainerContract):
    trainer = PopulationTrainer(epochs=4, batch_size=16, keep="best", patience=2, dtype="float64")
    pipeline = small_pipeline(trainer).model_copy(
        update={"backend": CuPy(), "normalizer": BatchNorm(), "model": MLP(units=(33, 17), dropout=0.3)}
    )


CONTRACTS = {
    "activation": ActivationContract,
    "metric": MetricContract,
    "normalizer": NormalizerContract,
    "optimizer": OptimizerContract,
    "regularizer": RegularizerContract,
    "schedule": ScheduleContract,
}


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind in CONTRACTS for name in names(kind)])
def test_the_plain_code_of_every_part_runs_on_cupy(kind: str, name: str) -> None:
    laws: Any = type("Laws", (CONTRACTS[kind],), {kind: load(kind, name)()})
    laws().test_it_runs_on_another_array_library()


@pytest.mark.parametrize("part", PARTS)
def test_every_bundled_part_gives_numpys_numbers(part: str) -> None:
    for pipeline in PARTS[part]:
        exact = pipeline.model_copy(update={"trainer": pipeline.trainer.model_copy(update={"dtype": "float64"})})
        here, there = (everything(exact, backend) for backend in (NumPy(), CuPy()))
        for name, array in here.items():
            numpy.testing.assert_allclose(there[name], array, rtol=1e-7, atol=1e-9, err_msg=f"{pipeline}: {name}")


@pytest.mark.parametrize("normalizer", NORMALIZERS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_kernels_stay_with_the_plain_code(normalizer: Any, optimizer: Any) -> None:
    shape: dict[str, Any] = {"normalizer": normalizer, "optimizer": optimizer, "dropout": 0.2, "epochs": 10}
    quickly, plainly = (trained(CuPy(), [0, 1, 2], form=form, **shape) for form in (None, plain))
    for name, array in plainly.items():
        numpy.testing.assert_allclose(quickly[name], array, rtol=1e-9, atol=1e-9, err_msg=name)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_hundred_steps_in_float32_end_within_a_thousandth_of_numpys(optimizer: Any) -> None:
    shape: dict[str, Any] = {"epochs": 25, "optimizer": optimizer, "rates": (0.001, 0.002, 0.003), "batch": 16}
    here, there = (trained(each, [0, 1, 2], "float32", **shape)["parameters"] for each in (NumPy(), CuPy()))
    assert numpy.abs(there - here).max() <= 1e-3 * numpy.abs(here).max()


@pytest.mark.parametrize("shape", [(20, (64, 64), 2), (16, (128, 128), 26), (784, (128, 128), 10)])
@pytest.mark.parametrize("normalizer", [BatchNorm(), NoNormalizer()])
def test_a_member_has_the_same_bits_in_any_population(shape: tuple[int, tuple[int, ...], int], normalizer: Any) -> None:
    inputs, units, classes = shape
    given: dict[str, Any] = {"inputs": inputs, "units": units, "classes": classes, "batch": 64, "rows": 300}
    given |= {"normalizer": normalizer, "rates": tuple(numpy.geomspace(1e-4, 1e-1, 300).tolist()), "dropout": 0.1}
    max_population = trained(CuPy(), range(300), "float32", **given)
    for some in ([0], [299], [7, 3], range(100, 164)):
        apart = trained(CuPy(), list(some), "float32", **given)
        for name, array in apart.items():
            numpy.testing.assert_array_equal(array, max_population[name][list(some)], err_msg=f"{name} of {len(some)}")


def digits(**fields: Any) -> Pipeline:
    declared = {
        "data": Digits(),
        "normalizer": BatchNorm(),
        "model": MLP(units=32),
        "optimizer": Adam(learning_rate=Log(1e-5, 1.0)),
        "trainer": PopulationTrainer(epochs=5, batch_size=128),
        "search": Search(baselines=False, trials=16, round=16, metric="validation.loss"),
        "executor": Inline(),
        "reporter": (),
    }
    return Pipeline(**{**declared, **fields})


def test_digits_have_the_winner_that_numpy_finds() -> None:
    here, there = (digits(backend=backend).run().best for backend in (NumPy(), CuPy()))
    assert here is not None
    assert there is not None
    assert there.trial == here.trial


def test_worker_processes_give_the_bits_of_one(tmp_path: Path) -> None:
    executors = Inline(), Processes(), Processes(workers=2)
    studies = [digits(backend=CuPy(), executor=each).run() for each in executors]
    metrics = [[dict(trial.metrics) for trial in study.trials] for study in studies]
    assert metrics[0] == metrics[1] == metrics[2]


@pytest.fixture
def little_memory() -> Iterator[None]:
    """A device whose memory is taken, all but 60 MB."""
    import cupy

    pool = cupy.get_default_memory_pool()
    pool.free_all_blocks()
    pool.set_limit(size=pool.used_bytes() + 60_000_000)
    yield
    pool.set_limit(size=0)


@pytest.mark.usefixtures("little_memory")
@pytest.mark.parametrize("foreseen", [True, False])
def test_a_population_that_does_not_fit_is_trained_in_parts(foreseen: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not foreseen:
        monkeypatch.setattr(CuPy, "spare_memory", lambda _: None)
    numbers = tuple(range(256))
    values = tuple({"optimizer.learning_rate": 1e-3 + number / 1e5} for number in numbers)
    work = resolve_run(digits(backend=CuPy(), model=MLP(units=(256, 256))))[0]
    max_population = work.perform(Segment(numbers, values, 0, 5), lambda _: None, lambda: None)
    assert {member.state for member in max_population.members} == {TrialState.FINISHED}
    alone = work.perform(Segment(numbers[:1], values[:1], 0, 5), lambda _: None, lambda: None)
    assert alone.members[0].weights is not None
    assert max_population.members[0].weights is not None
    for name, array in alone.members[0].weights.items():
        numpy.testing.assert_array_equal(max_population.members[0].weights[name], array)
