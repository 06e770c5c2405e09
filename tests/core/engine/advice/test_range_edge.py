"""range-edge: advice on a result."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from caviar import Pipeline, Trial, TrialState, load
from caviar.config.advice.advice import Advice
from caviar.engine.advice.ended import Ended
from caviar.engine.advice.rules import advice_on_result
from caviar.engine.search.objective import Objective
from caviar.plugin import Retest


def finished(index: int, path: str, value: Any, objective: float, *again: float) -> Trial:
    retests = tuple(Retest(0, TrialState.FINISHED, each) for each in again)
    return Trial(index, 0, (0.5,), {path: value}, TrialState.FINISHED, objective=objective, retests=retests)


def said(pipeline: Pipeline, trials: tuple[Trial, ...]) -> list[Advice]:
    """The first trial is the best."""
    objective = Objective("validation.accuracy", "maximize", 0.0)
    ended = Ended(pipeline, trials, trials[0], objective, None, lambda metric: {})
    return [each for each in advice_on_result(ended) if each.rule == "range-edge"]


def advised(
    folder: Path, path: str, sampler: str, value: Any, inside: Any, extra: str = "", others: int = 7
) -> list[Advice]:
    """What is said where the best trial is far better than all others, which stand inside."""
    (folder / "p.toml").write_text(f'data = "digits"\n{path} = {sampler}\n{extra}')
    best = finished(0, path, value, 0.9)
    trials = (best, *(finished(1 + n, path, inside, 0.5 + n / 100) for n in range(others)))
    return said(load(folder / "p.toml"), trials)


INSIDE = {
    "optimizer.learning_rate": 0.0075,
    "optimizer.beta1": 0.95,
    "model.units": 48,
    "model.layers": 2,
    "model.dropout": 0.3,
    "trainer.batch_size": 64,
}
LAYERS = 'data = "digits"\nmodel.layers = { int = [1, 3] }\n'


def layers(folder: Path, at_end: Sequence[tuple[float, ...]], inside: Sequence[tuple[float, ...]]) -> int:
    """How often it speaks where these were the trainings of trials with 3 layers, and with 2; the first is the best."""
    (folder / "p.toml").write_text(LAYERS)
    trials = [finished(n, "model.layers", 3, *runs) for n, runs in enumerate(at_end)]
    trials += [finished(len(trials) + n, "model.layers", 2, *runs) for n, runs in enumerate(inside)]
    return len(said(load(folder / "p.toml"), tuple(trials)))


@pytest.mark.parametrize(
    ("path", "sampler", "value", "wider"),
    [
        ("optimizer.learning_rate", "{ log = [1e-3, 1e-1] }", 0.0011, "{ log = [0.0001, 0.1] }"),
        ("optimizer.learning_rate", "{ log = [1e-3, 1e-1] }", 0.095, "{ log = [0.001, 1.0] }"),
        ("optimizer.beta1", "{ beta = [0.9, 0.99] }", 0.9899, "{ beta = [0.9, 0.997] }"),
        ("model.units", "{ log-int = [32, 64], step = 8 }", 64, "{ log-int = [32, 80], step = 8 }"),
        ("model.layers", "{ int = [1, 3] }", 3, "{ int = [1, 4] }"),
        ("model.dropout", "{ uniform = [0.1, 0.5] }", 0.5, "{ uniform = [0.1, 0.7] }"),
        ("model.dropout", "{ uniform = [0.1, 0.5], step = 0.1 }", 0.5, "{ uniform = [0.1, 0.7], step = 0.1 }"),
        ("optimizer.learning_rate", "{ log = [0.005, 0.01] }", 0.01, "{ log = [0.005, 0.02] }"),
    ],
)
def test_the_range_is_widened_on_its_own_scale(path: str, sampler: str, value: Any, wider: str, tmp_path: Path) -> None:
    (told,) = advised(tmp_path, path, sampler, value, INSIDE[path])
    assert told.settings == (f"{path}={wider}",)
    assert load(tmp_path / "p.toml", told.settings)


@pytest.mark.parametrize(
    ("path", "sampler", "value"),
    [
        ("optimizer.learning_rate", "{ log = [1e-3, 1e-1] }", 0.01),
        ("model.layers", "{ int = [0, 3] }", 0),
        ("model.layers", "{ int = [1, 3] }", 2),
        ("model.dropout", "{ uniform = [0.0, 0.5] }", 0.0),
        ("trainer.batch_size", "{ choice = [64, 128] }", 128),
    ],
)
def test_inside_and_where_nothing_lies_beyond_it_is_quiet(path: str, sampler: str, value: Any, tmp_path: Path) -> None:
    assert advised(tmp_path, path, sampler, value, INSIDE[path]) == []


def test_a_few_trials_say_nothing_and_the_rule_can_be_silenced(tmp_path: Path) -> None:
    where: tuple[str, str, float, float] = ("optimizer.learning_rate", "{ log = [1e-3, 1e-1] }", 0.1, 0.01)
    assert len(advised(tmp_path, *where)) == 1
    assert advised(tmp_path, *where, others=6) == []
    assert advised(tmp_path, *where, extra='[check]\nsilence = ["range-edge"]') == []


def test_equal_trials_inside_say_that_the_end_does_not_matter(tmp_path: Path) -> None:
    assert layers(tmp_path, [(1.0,)] * 30, [(1.0,), *[(0.9,)] * 9]) == 0
    assert layers(tmp_path, [(1.0,)] * 30, [(0.99,), *[(0.9,)] * 9]) == 0
    assert layers(tmp_path, [(1.0,)] * 30, [(0.9,)] * 10) == 1


def test_where_trials_were_re_tested_a_lead_within_the_noise_says_nothing(tmp_path: Path) -> None:
    """Two trainings 0.02 apart: s = 0.02 / sqrt(2), and two standard errors of the means of two are 2 s, 0.0283."""
    others = [(0.5,)] * 8
    assert layers(tmp_path, [(0.91, 0.93)], [(0.89, 0.91), *others]) == 0
    assert layers(tmp_path, [(0.91, 0.93)], [(0.88, 0.90), *others]) == 1


def test_without_re_tests_the_leaders_inside_tell_how_large_a_lead_is(tmp_path: Path) -> None:
    """0.88, 0.90, 0.92 and 0.94 have the standard deviation 0.0224."""
    inside = [(0.88,), (0.90,), (0.92,), (0.94,), *[(0.5,)] * 4]
    assert layers(tmp_path, [(0.962,)], inside) == 0
    assert layers(tmp_path, [(0.963,)], inside) == 1


def test_where_nothing_was_tried_inside_nothing_is_known(tmp_path: Path) -> None:
    assert layers(tmp_path, [(0.9,)] * 12, []) == 0
