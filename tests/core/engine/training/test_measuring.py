"""Metrics of others: they change nothing for each other, and only what a search looks at may fail a trial."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
from collections.abc import Callable
from math import isnan
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from caviar import TrialState, load
from caviar.engine.analysis.results import read_results
from caviar.engine.model.on_disk import open_model
from caviar.registry.code import with_code
from caviar.registry.index import Entry, using
from caviar.values.arrays import locked

from tests.commands import pipe
from tests.core.engine.search.searching import search

Put = Callable[[str, str], Path]

PIPELINE = """
data = { path = "blobs.npz", test = 0.2 }
executor = "inline"
reporter = []
model = { units = 4 }
optimizer.learning_rate = { log = [1e-3, 1e-1] }
trainer = { epochs = 2, batch_size = 32 }
search.baselines = false
search.trials = 3
"""

METRIC = """
import caviar, numpy
class Odd(caviar.Metric):
    task = "classification"
    goal = "maximize"
    def measure(self, prediction, truth):
        {do}
        return {value}
"""


def plugin(value: str = "numpy.full(len(prediction), 0.5)", do: str = "...") -> str:
    return METRIC.format(do=do, value=value)


@pytest.mark.parametrize("do", ["truth[...] = 0", "prediction -= 1"])
def test_a_metric_that_works_in_place_leaves_the_others_as_they_are(put: Put, do: str) -> None:
    file = put(PIPELINE, plugin())
    alone = search(file, "alone").summary.trials
    file = put(PIPELINE, plugin(do=do))
    beside = search(file, "beside").summary.trials
    for one, other in zip(alone, beside, strict=True):
        assert {**one.metrics, "validation.odd": 0} == {**other.metrics, "validation.odd": 0}
        assert isnan(other.metrics["validation.odd"])


VALUES = ["1 / 0", "None", "'high'", "0.5", "prediction[:, 0] * 1j", "numpy.zeros((len(prediction), 2))", "[None]"]


@pytest.mark.parametrize("value", VALUES)
def test_a_failing_metric_that_is_not_searched_is_nan_and_reported_once(
    put: Put, value: str, caplog: pytest.LogCaptureFixture
) -> None:
    done = search(put(PIPELINE, plugin(value)), "runs")
    assert [trial.state for trial in done.summary.trials] == [TrialState.FINISHED] * 3
    assert all(isnan(trial.metrics["validation.odd"]) for trial in done.summary.trials)
    assert done.summary.best is not None
    assert isnan(done.summary.best.metrics["test.odd"])
    said = [each for each in caplog.messages if "'odd'" in each]
    assert len(said) == 1
    assert re.fullmatch(
        r"metric 'odd' of plugins\.py \w+ failed: .* at \S+/plugins\.py:\d; its value is NaN where it fails", said[0]
    )


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("asked", ['search.metric="validation.odd"', 'search.where="validation.odd > 0.1"'])
def test_a_failing_metric_that_is_searched_fails_its_trials_and_is_reported(put: Put, value: str, asked: str) -> None:
    trials = search(put(PIPELINE, plugin(value)), "runs", asked).summary.trials
    assert [trial.state for trial in trials] == [TrialState.FAILED] * 3
    for trial in trials:
        assert re.fullmatch(r"metric 'odd' of plugins\.py \w+ failed: .* at \S+/plugins\.py:\d", trial.reason or "")


def test_a_member_for_which_a_metric_fails_is_nan_whatever_its_companions_are(put: Put) -> None:
    picky = plugin(do="assert not (numpy.round(prediction[:, 0, 0] * 1e6) % 2).any()")
    file = put(PIPELINE, picky)
    found = [
        [repr(trial.metrics["validation.odd"]) for trial in search(file, f"of{size}", setting, *more).summary.trials]
        for size, setting in ((1, "trainer.population=1"), (8, "trainer.population=8"))
        for more in [("search.trials=8",)]
    ]
    assert found[0] == found[1]
    assert set(found[0]) == {"nan", "0.5"}


@pytest.mark.parametrize("asked", ["validation.accuracy", "validation.odd"])
def test_a_metric_that_fails_on_the_test_part_alone_does_not_lose_the_model(
    put: Put, asked: str, caplog: pytest.LogCaptureFixture
) -> None:
    file = put(PIPELINE, plugin(do="if len(truth) == 18: raise RuntimeError('only on the test part')"))
    done = search(file, "runs", f"search.metric={asked}", "data.validation=0.3")
    assert done.summary.best is not None
    assert isnan(done.summary.best.metrics["test.odd"])
    assert done.summary.best.metrics["validation.odd"] == 0.5
    assert open_model(file.parent / "runs" / "p" / "models" / "best.safetensors").trial == done.summary.best.index
    assert [each for each in caplog.messages if "metric 'odd' of" in each and "plugins.py:7" in each]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("raise RuntimeError('no license')", "importing it failed: RuntimeError: no license at"),
        ("class Odd(caviar.Metric):\n    task, goal = 'classification', 'maximize'", "Odd lacks measure"),
        ("class Odd(caviar.Metric):\n    def measure(self, prediction, truth): ...", "Odd lacks task"),
        (
            "class Odd(caviar.Metric):\n    task = 'classification'\n    least: float\n"
            "    def measure(self, prediction, truth): ...",
            "cannot be created from its name alone",
        ),
    ],
)
def test_a_metric_that_cannot_be_used_is_left_out_and_reported(
    put: Put,
    text: str,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    add_plugin: Callable[[Entry], None],
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    module = f"others_{abs(hash(text))}"
    (tmp_path / f"{module}.py").write_text("import caviar\n" + text)
    add_plugin(Entry("metric", "odd", f"{module}:Odd", "others", "1.0"))
    done = search(put(PIPELINE, plugin().replace("class Odd", "class Other")), "runs")
    assert done.summary.best is not None
    assert "validation.odd" not in done.summary.best.metrics
    (said,) = [each for each in caplog.messages if "metric 'odd' of others 1.0" in each]
    assert told in said
    assert said.endswith("; it is not measured")


def test_what_is_nan_is_null_in_json_and_said_once_by_all_workers(put: Put) -> None:
    told = PIPELINE.replace('executor = "inline"', "executor.workers = 2").replace("reporter = []", "")
    file = put(told, plugin("1 / 0"))
    words = [sys.executable, "-m", "caviar", "run", "p.toml", "--code", "plugins.py", "--json"]
    done = subprocess.run(words, cwd=file.parent, capture_output=True, text=True, check=True)
    best = json.loads(done.stdout)["best"]
    assert best["metrics"]["validation.odd"] is None
    assert best["metrics"]["test.odd"] is None
    assert done.stderr.count("metric 'odd'") == 1


def test_a_trace_is_kept_with_the_trial_and_shown_on_demand(put: Put) -> None:
    file = put(PIPELINE, plugin("1 / 0"))
    search(file, "runs", "search.metric=validation.odd")
    with using(with_code(file.parent / "plugins.py")):
        trials = read_results(file.parent / "runs" / "p").trials
    assert all("line 8, in measure" in (trial.trace or "") for trial in trials)

    def results(*more: str) -> CompletedProcess[str]:
        return pipe(file.parent, "results", "runs/p", "--code", "plugins.py", *more)

    assert "Traceback" not in results().stderr
    assert results("--debug").stderr.count("Traceback (most recent call last)") == 3
    assert "line 8, in measure" in json.loads(results("--json").stdout)["trials"][0]["trace"]


def test_arrays_are_locked_or_where_they_cannot_be_copied() -> None:
    import numpy
    from caviar.testing.tools import other_libraries

    array = numpy.arange(3.0)
    with pytest.raises(ValueError, match="read-only"):
        locked(array)[0] = 1
    assert locked(array).base is array
    for xp in other_libraries():
        own = xp.asarray(array)
        locked(own)[0] = 7
        assert float(own[0]) == 0


def test_a_run_says_again_what_an_earlier_one_said(put: Put, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    file = put(PIPELINE, plugin("1 / 0"))
    for folder in ("a", "b"):
        search(file, folder)
    assert sum("metric 'odd'" in each for each in caplog.messages) == 2


def test_a_metrics_file_may_be_read_again(put: Put) -> None:
    """`search.metric` may be a table, whose fields are the metric's."""
    plugins = plugin("numpy.full(len(prediction), self.value)").replace("    task", "    value: float = 0.5\n    task")
    file = put(PIPELINE, plugins)
    done = search(file, "runs", 'search.metric={ use = "odd", value = 0.25 }')
    assert done.summary.best is not None
    assert done.summary.best.metrics["validation.odd"] == 0.25
    again = search(file, "runs", 'search.metric={ use = "odd", value = 0.25 }', "search.trials=4", "executor=processes")
    assert [trial.metrics["validation.odd"] for trial in again.summary.trials] == [0.25] * 4
    resolved = load(file.parent / "runs" / "p" / "pipeline.toml", [], file.parent / "plugins.py")
    assert resolved.search.asked == "validation.odd"
    assert resolved.search.metric.value == 0.25  # type: ignore[union-attr]
