"""range-edge: advice on a result."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from caviar import Trial, TrialState, load
from caviar.engine.advice.range_edge import range_edge


def advised(folder: Path, path: str, sampler: str, value: Any, extra: str = "", trials: int = 8) -> list[str]:
    (folder / "p.toml").write_text(f'data = "digits"\n{path} = {sampler}\n{extra}')
    best = Trial(0, 0, (0.5,), {path: value}, TrialState.FINISHED)
    return [str(each) for each in range_edge(load(folder / "p.toml"), (best,) * trials, best)]


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
    (told,) = advised(tmp_path, path, sampler, value)
    assert told.endswith(f"--set name=p-wider --set '{path}={wider}' (range-edge)")
    name, setting = told.split("--set ")[1:]
    assert load(tmp_path / "p.toml", [name.strip(), setting.split("'")[1]]).name == "p-wider"


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
    assert advised(tmp_path, path, sampler, value) == []


def test_a_few_trials_say_nothing_and_the_rule_can_be_silenced(tmp_path: Path) -> None:
    where: tuple[str, str, float] = ("optimizer.learning_rate", "{ log = [1e-3, 1e-1] }", 0.1)
    assert advised(tmp_path, *where, trials=7) == []
    assert advised(tmp_path, *where, extra='[check]\nsilence = ["range-edge"]') == []


def test_equal_trials_elsewhere_say_that_the_end_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text('data = "digits"\nmodel.layers = { int = [1, 3] }\n')
    trials = tuple(
        Trial(n, 0, (0.5,), {"model.layers": 3 - n % 2}, TrialState.FINISHED, objective=1.0) for n in range(8)
    )
    assert list(range_edge(load(tmp_path / "p.toml"), trials, trials[0])) == []
