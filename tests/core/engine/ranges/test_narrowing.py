"""Narrower ranges around the best trials."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar import Trial, TrialState, load
from caviar.config.declaration.space import space_of
from caviar.engine.ranges.narrowing import TooFew, narrower

from tests.commands import pipe

REST = """
[data]
use = "digits"
[executor]
use = "inline"
[search]
baselines = false
trials = 20
"""
RANGES = """
optimizer = { choice = [
  { use = "adam", learning_rate = { log = [1e-4, 1.0] }, beta1 = { beta = [0.5, 0.99] } },
  { use = "sgd", learning_rate = { log = [1e-3, 1.0] } },
] }
[model]
units = [{ log-int = [2, 8] }, 4]
activation = { choice = ["relu", "tanh"] }
[schedule.learning_rate]
use = "exponential"
decay = { uniform = [0.8, 1.0] }
[[regularizer]]
use = "l2"
strength = { log = [1e-6, 1e-2] }
[[regularizer]]
use = "l2"
name = "small"
[trainer]
epochs = 1
batch_size = { ordinal = [64, 128, 256] }
"""


def printed_by(folder: Path, *words: str) -> str:
    done = pipe(folder, *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_is_printed_can_be_pasted_and_run(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(RANGES + REST)
    printed_by(tmp_path, "run", "p.toml", "--quiet")
    printed = printed_by(tmp_path, "results", "runs/p", "--narrow")
    (tmp_path / "p.toml").write_text(printed + REST)
    assert printed.index("# Above the first [table]") < printed.index("name =")
    assert (
        printed.index("optimizer = {")
        < printed.index("# These replace the file's own tables")
        < printed.index("[model]")
    )
    assert printed.endswith('# start_from = "runs/p"\n')
    assert "p-narrow" in printed_by(tmp_path, "check", "p.toml")
    assert '"finished": 20' in printed_by(tmp_path, "run", "p.toml", "--quiet", "--json")
    before, after = tomllib.loads(RANGES), tomllib.loads(printed)
    assert set(after) == {*before, "name"}
    assert [each.get("name") for each in after["regularizer"]] == [None, "small"]
    assert after["model"]["units"][1] == 4


def narrowed(
    folder: Path, ranges: str, loss: Callable[[Mapping[str, Any]], float], trials: int = 64
) -> tuple[Any, str]:
    """The printed file, read and as text, after random trials."""
    (folder / "p.toml").write_text(f'data = "digits"\n{ranges}')
    pipeline = load(folder / "p.toml")
    space = space_of(pipeline)
    done = []
    for index, point in enumerate(space.clip(numpy.random.default_rng(0).random((trials, len(space))))):
        values = space.values(point)
        done.append(Trial(index, 0, tuple(point), values, TrialState.FINISHED, objective=loss(values)))
    text = narrower(pipeline, sorted(done, key=lambda trial: trial.objective or 0.0), "runs/p")
    return tomllib.loads(text), text


RATE = "optimizer.learning_rate"


def far(value: float, best: float) -> float:
    return float(abs(numpy.log(value / best)))


def test_a_range_closes_in_on_the_best_and_one_that_does_not_matter_stays(tmp_path: Path) -> None:
    ranges = "optimizer.learning_rate = { log = [1e-4, 1.0] }\nmodel.dropout = { uniform = [0.0, 0.5] }"
    found, text = narrowed(tmp_path, ranges, lambda values: far(values[RATE], 0.012))
    low, high = found["optimizer"]["learning_rate"]["log"]
    assert 1e-3 < low < 0.012 < high < 0.1
    assert all(float(f"{end:.1e}") == end for end in (low, high))
    assert found["model"]["dropout"]["uniform"] == [0.0, 0.5]
    assert f"# learning_rate: {low:g} … {high:g}; it was 0.0001 … 1" in text
    assert "# dropout: 0 … 0.5, as before" in text


def test_it_reaches_beyond_the_best_eight_as_far_as_they_lie_apart(tmp_path: Path) -> None:
    seen: list[tuple[float, float]] = []

    def loss(values: Mapping[str, Any]) -> float:
        seen.append((far(values[RATE], 0.012), values[RATE]))
        return seen[-1][0]

    found, _ = narrowed(tmp_path, "optimizer.learning_rate = { log = [1e-4, 1.0] }", loss, trials=20)
    best = [rate for _, rate in sorted(seen)[:8]]
    gap = (max(best) / min(best)) ** (1 / 7)  # as far beyond them as they lie apart on average, rounded outwards
    low, high = found["optimizer"]["learning_rate"]["log"]
    assert 0.9 * min(best) / gap < low <= min(best) / gap
    assert max(best) * gap <= high < 1.1 * max(best) * gap


def test_at_an_end_it_grows_beyond_and_says_so(tmp_path: Path) -> None:
    ranges = "optimizer.learning_rate = { log = [1e-4, 1e-2] }"
    found, text = narrowed(tmp_path, ranges, lambda values: far(values[RATE], 1.0))
    assert found["optimizer"]["learning_rate"]["log"][1] > 0.01
    assert found["optimizer"]["learning_rate"]["log"][0] > 0.001
    assert "is at the end of its range; widened there" in text


def test_it_does_not_grow_beyond_what_the_field_allows(tmp_path: Path) -> None:
    ranges = "model.dropout = { uniform = [0.0, 0.5] }"
    found, text = narrowed(tmp_path, ranges, lambda values: values["model.dropout"])
    assert found["model"]["dropout"]["uniform"][0] == 0.0
    assert found["model"]["dropout"]["uniform"][1] < 0.25
    assert "wider" not in text


@pytest.mark.parametrize(
    ("path", "sampler", "best", "low", "high"),
    [
        ("model.units", "{ log-int = [16, 1000] }", 123, (80, 120), (130, 170)),
        ("model.units", "{ log-int = [32, 512], step = 32 }", 128, (64, 128), (128, 192)),
        ("model.layers", "{ int = [1, 9] }", 4, (3, 3), (5, 5)),
        ("model.dropout", "{ uniform = [0.0, 0.9], step = 0.1 }", 0.4, (0.3, 0.3), (0.5, 0.5)),
        ("optimizer.beta1", "{ beta = [0.5, 0.999] }", 0.97, (0.94, 0.97), (0.97, 0.99)),
    ],
)
def test_ends_are_round_and_lie_on_the_scale_as_before(
    path: str, sampler: str, best: float, low: tuple[float, float], high: tuple[float, float], tmp_path: Path
) -> None:
    found, _ = narrowed(tmp_path, f"{path} = {sampler}", lambda values: far(values[path] + 1e-9, best), trials=160)
    table, field = path.split(".")
    (name, ends), *rest = found[table][field].items()
    assert sampler.startswith(f"{{ {name} =")
    assert low[0] <= ends[0] <= low[1]
    assert high[0] <= ends[1] <= high[1]
    assert [f"{key} = {value}" in sampler for key, value in rest] == [True] * len(rest)


CHOICE = "model.activation = { choice = ['relu', 'tanh', 'gelu'] }\nmodel.dropout = { uniform = [0.0, 0.5] }"


def worse(values: Mapping[str, Any]) -> float:
    return float(values["model.dropout"] + (values["model.activation"] == "tanh"))


def test_an_option_that_is_clearly_worse_is_left_out_and_named(tmp_path: Path) -> None:
    found, text = narrowed(tmp_path, CHOICE, worse)
    assert found["model"]["activation"] == {"choice": ["relu", "gelu"]}
    assert "trials of tanh are in the worse half" in text


def test_few_trials_lose_no_option(tmp_path: Path) -> None:
    found, _ = narrowed(tmp_path, CHOICE, worse, trials=16)
    assert found["model"]["activation"] == {"choice": ["relu", "tanh", "gelu"]}


def test_with_an_option_go_the_ranges_that_belong_to_it(tmp_path: Path) -> None:
    ranges = RANGES.split("[model]")[0]
    found, text = narrowed(tmp_path, ranges, lambda values: float(values["optimizer"] == "sgd"))
    assert [each["use"] for each in found["optimizer"]["choice"]] == ["adam"]
    assert "sgd.learning_rate" not in text


def test_pruned_trials_count_behind_those_that_finished(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text('data = "digits"\noptimizer.learning_rate = { log = [1e-4, 1.0] }')
    trials = [Trial(n, 0, (), {RATE: 10 ** (n / 5 - 4)}, TrialState.PRUNED, objective=0.0) for n in range(20)]
    stand = sorted(trials, key=lambda trial: abs(trial.index - 9.6))
    stand[:2] = [replace(each, state=TrialState.FINISHED) for each in stand[:2]]
    text = narrower(load(tmp_path / "p.toml"), stand, "runs/p")
    assert "best of 2 finished and 18 pruned trials of runs/p" in text
    low, high = tomllib.loads(text)["optimizer"]["learning_rate"]["log"]
    assert 1e-3 <= low < 10 ** (6 / 5 - 4) < 10 ** (13 / 5 - 4) < high < 0.1


def test_too_few_trials_say_how_many_it_takes(tmp_path: Path) -> None:
    with pytest.raises(TooFew, match=r"runs/p: 15 finished trials are too few to narrow a range; 16 or more"):
        narrowed(tmp_path, CHOICE, worse, trials=15)
