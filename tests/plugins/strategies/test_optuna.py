"""optuna."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar import Mistakes, TrialState, load
from caviar.plugin import Array, Dimension, History, Random, Space
from caviar.testing import StrategyContract
from caviar.testing.strategy import SPACE, Line, Stairs, history
from scipy.stats import qmc

pytestmark = pytest.mark.peers
optuna: Any = pytest.importorskip("optuna", reason="it is about Optuna: install '.[peers]'")

from caviar_plugins import LogInt, Optuna  # noqa: E402
from caviar_plugins.strategies.optuna_study import study_of  # noqa: E402

PLANE = Space((Dimension("a", Line()), Dimension("b", Line())))


def search(strategy: Optuna, trials: int, size: int, loss: Callable[[Array], Array], seed: int = 1) -> Array:
    """The points of a search in rounds."""
    points, losses = numpy.empty((0, 2)), numpy.empty(0)
    while len(points) < trials:
        done = len(points)
        past = History(
            "minimize", points, losses, (TrialState.FINISHED,) * done, numpy.ones(done, dtype=int), losses[:, None]
        )
        points = numpy.concatenate([points, PLANE.clip(strategy.propose(PLANE, past, size, Random(seed)))])
        losses = loss(points)
    return points


def bowl(points: Array) -> Array:
    total: Array = ((points - (0.9, 0.2)) ** 2).sum(1)
    return total


class TestTPE(StrategyContract):
    strategy = Optuna()


class TestCMAES(StrategyContract):
    strategy = Optuna(sampler="CmaEsSampler")


class TestNSGAII(StrategyContract):
    strategy = Optuna(sampler="nsgaii", options={"population_size": 4})


class TestQMC(StrategyContract):
    strategy = Optuna(sampler="qmc", options={"qmc_type": "halton", "scramble": True})


class TestMultivariateTPE(StrategyContract):
    strategy = Optuna(options={"multivariate": True, "group": True, "n_startup_trials": 2})


@pytest.mark.parametrize(("sampler", "nearest"), [("tpe", 0.02), ("cmaes", 0.02), ("random", 0.2), ("nsgaii", 0.2)])
def test_it_comes_as_near_as_a_study_of_optunas_own(sampler: str, nearest: float) -> None:
    """The same sampler, asked and told by Optuna's own study, in the same rounds: medians over seeds."""
    ours, theirs = [], []
    for seed in range(5):
        ours.append(bowl(search(Optuna(sampler=sampler), 80, 8, bowl, seed)).min())
        cls = {"tpe": "TPESampler", "cmaes": "CmaEsSampler", "random": "RandomSampler", "nsgaii": "NSGAIISampler"}
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        study = optuna.create_study(sampler=getattr(optuna.samplers, cls[sampler])(seed=seed))
        for _ in range(10):
            asked = [study.ask() for _ in range(8)]
            for trial in asked:
                point = [trial.suggest_float(name, 0, 1) for name in "ab"]
                study.tell(trial, float(bowl(numpy.asarray([point]))[0]))
        theirs.append(study.best_value)
    assert numpy.median(ours) < max(4 * numpy.median(theirs), nearest**2)


def test_no_two_rounds_begin_alike() -> None:
    for sampler in ("tpe", "random", "nsgaii", "cmaes", "qmc"):
        points = search(Optuna(sampler=sampler), 32, 4, bowl)
        assert len({tuple(point) for point in points}) == 32, sampler


def test_a_sequence_goes_on_from_round_to_round_and_is_scipys() -> None:
    points = search(Optuna(sampler="qmc"), 24, 4, bowl)
    expected = qmc.Sobol(2, scramble=False).random(32)
    ours = {tuple(point) for point in points[1:]}  # the first one tells Optuna the space
    assert len(ours & {tuple(point) for point in expected}) == 23


def test_optuna_gets_the_results_of_all_trials() -> None:
    space = Space((*SPACE.dimensions, Dimension("wide", LogInt(8, 4096), levels=4089)))
    past = history(space, 12, Random(0), given=5)
    states = [*past.states]
    states[7] = TrialState.PRUNED
    past = History(past.goal, past.points, past.objectives, tuple(states), past.epochs, past.curves, given=5)
    trials = study_of(space, past, optuna.samplers.RandomSampler()).trials
    assert [trial.state.name for trial in trials] == [
        {"finished": "COMPLETE", "failed": "FAIL", "diverged": "COMPLETE", "pruned": "PRUNED"}[state]
        for state in past.states
    ]
    told = [trial.value for row, trial in enumerate(trials) if trial.state.name == "COMPLETE" and row != 5]
    worst = max(value for value in told if value is not None)
    assert trials[5].value == worst
    for row, trial in enumerate(trials):
        active = [each.path for each, u in zip(space.dimensions, past.points[row], strict=True) if not numpy.isnan(u)]
        assert sorted(trial.params) == sorted(active)
        values = space.values(past.points[row])
        assert trial.params["optimizer"] == values["optimizer"]
        assert trial.params["model.units"] == values["model.units"]
        assert trial.params["model.dropout"] == past.points[row][5]
        if trial.state.name == "COMPLETE" and row != 5:
            assert trial.value == -past.objectives[row]
    assert trials[7].intermediate_values == {epoch: -past.curves[7][epoch - 1] for epoch in (1, 2, 3)}
    replayed = study_of(space, past, optuna.samplers.NSGAIISampler(seed=1)).trials
    assert [(each.params, each.value, each.state) for each in replayed] == [
        (each.params, each.value, each.state) for each in trials
    ]


def test_it_learns_which_option_is_best() -> None:
    space = Space((Dimension("kind", Stairs(4), ordered=False, levels=4), Dimension("a", Line())))
    points = numpy.random.default_rng(0).random((40, 2))
    losses = (numpy.floor(points[:, 0] * 4) != 2) + points[:, 1] / 10
    past = History("minimize", points, losses, (TrialState.FINISHED,) * 40, numpy.ones(40, dtype=int), losses[:, None])
    found = Optuna().propose(space, past, 20, Random(1))
    assert (numpy.floor(found[:, 0] * 4) == 2).mean() > 0.6


def test_optuna_says_nothing_and_keeps_its_own_level(capfd: pytest.CaptureFixture[str]) -> None:
    optuna.logging.set_verbosity(optuna.logging.INFO)
    Optuna(sampler="cmaes").propose(SPACE, history(SPACE, 20, Random(0)), 4, Random(1))
    assert capfd.readouterr() == ("", "")
    assert optuna.logging.get_verbosity() == optuna.logging.INFO


@pytest.mark.parametrize(
    ("strategy", "complaint"),
    [
        ('{ use = "optuna", sampler = "TPA" }', "no sampler 'TPA' that a file can name; did you mean 'TPESampler'?"),
        ('{ use = "optuna", sampler = "hyperopt" }', "; did you mean 'TPESampler'?"),
        ('{ use = "optuna", sampler = "bayes" }', '; write sampler = "gp", or strategy = "gaussian-process", which '),
        ('{ use = "optuna", sampler = "GridSampler" }', "no sampler 'GridSampler' that a file can name; "),
        ('{ use = "optuna", options = { seed = 3 } }', "the seed is the pipeline's own; leave it out of options"),
        ('{ use = "optuna", options = { liar = true } }', "TPESampler has no option 'liar'; it has "),
    ],
)
def test_a_mistake_is_reported_with_its_line(tmp_path: Path, strategy: str, complaint: str) -> None:
    (tmp_path / "p.toml").write_text(f'data = "digits"\n[search]\nstrategy = {strategy}\n')
    with pytest.raises(Mistakes) as error:
        load(tmp_path / "p.toml")
    assert "p.toml:3: search.strategy" in str(error.value)
    assert complaint in str(error.value)


def test_a_search_that_is_extended_is_the_one_asked_for_at_once(tmp_path: Path) -> None:
    text = (
        'name = "p"\ndata = "digits"\nexecutor = "inline"\nreporter = []\n[model]\nunits = { log-int = [2, 9] }\n'
        '[optimizer]\nchoice = ["sgd", { use = "adam", learning_rate = { log = [1e-4, 1.0] } }]\n'
        '[trainer]\nepochs = 4\n[search]\nround = 4\npruner = "successive-halving"\n'
        'strategy = { use = "optuna", options = { n_startup_trials = 4, multivariate = true, group = true } }\n'
    )
    (tmp_path / "p.toml").write_text(text)
    whole = load(tmp_path / "p.toml", ["search.trials=12"]).run(runs=tmp_path / "whole")
    for trials in (4, 8, 12):  # whole rounds, since pruning decisions stand
        parts = load(tmp_path / "p.toml", [f"search.trials={trials}"]).run(runs=tmp_path / "parts")
    ours, theirs = ([(each.values, each.metrics, each.epochs) for each in study.trials] for study in (parts, whole))
    assert ours == theirs
    assert {trial.state for trial in whole.trials} == {TrialState.FINISHED, TrialState.PRUNED}
