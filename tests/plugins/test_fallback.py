"""A study whose kernels cannot be compiled any more: nothing is lost, and compiled and plain code are never mixed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

import pytest
from caviar import Pipeline, Problem, Study, Trial, TrialState
from caviar.config.declaration.pipeline import Search
from caviar.engine.training import variants
from caviar.plugin import Reporter, hook
from caviar_plugins import MLP, SGD, Digits, Inline, Log, PopulationTrainer, SQLite

pytest.importorskip("numba")

from tests.plugins import compiles_at_first


class FallsLater(SGD):
    """As SGD, with a compiled form that can be compiled until it cannot."""

    variants: ClassVar[Mapping[str, str]] = {"numpy": "tests.plugins.compiles_at_first:CompilesAtFirst"}


class Breaks(Reporter):
    """Lets the kernel of `FallsLater` fail from the end of the second trial on."""

    @hook
    def after_trial(self, trial: Trial) -> None:
        compiles_at_first.broken = trial.index >= 1


@pytest.fixture
def process(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """What a new process knows: nothing has fallen back; whether the kernel is broken in it."""

    def new(broken: bool) -> None:
        monkeypatch.setattr(variants, "_failed", set())
        monkeypatch.setattr(compiles_at_first, "broken", broken)

    return new


def run(folder: Path, *reporters: Reporter, trials: int = 4) -> Study:
    return Pipeline(
        name="p",
        data=Digits(),
        model=MLP(units=3),
        optimizer=FallsLater(learning_rate=Log(1e-3, 0.1)),
        trainer=PopulationTrainer(epochs=1, population=1),
        search=Search(baselines=False, trials=trials, round=2),
        executor=Inline(),
        reporter=reporters,
    ).run(runs=folder)


def bits(study: Study) -> object:
    return [(each.index, each.state, each.values, each.metrics) for each in study.trials]


def test_a_kernel_that_fails_in_the_middle_of_a_study_ends_the_run_and_loses_no_trial(
    tmp_path: Path, process: Callable[[bool], None]
) -> None:
    process(False)
    whole = bits(run(tmp_path / "whole"))
    with pytest.raises(
        Problem, match=r"trial 2: trained by other code .*compiles_at_first compiled -> plain; its results are not"
    ):
        run(tmp_path / "broken", Breaks())
    with SQLite().read(tmp_path / "broken" / "p") as ledger:
        states = [trial.state for trial in ledger.trials()]
    assert states == [TrialState.FINISHED] * 2 + [TrialState.QUEUED] * 2
    process(True)
    with pytest.raises(Problem, match=r"trial 2: trained by other code"):
        run(tmp_path / "broken")
    process(False)
    assert bits(run(tmp_path / "broken")) == whole


def test_a_study_whose_kernel_fails_from_the_start_is_trained_by_plain_code_in_every_process(
    tmp_path: Path, process: Callable[[bool], None]
) -> None:
    process(True)
    whole = bits(run(tmp_path / "whole"))
    process(True)
    run(tmp_path / "parts", trials=2)
    process(True)
    assert bits(run(tmp_path / "parts")) == whole
    process(False)
    with pytest.raises(Problem, match=r"trials? 4.*: trained by other code .*compiles_at_first plain -> compiled"):
        run(tmp_path / "parts", trials=6)
