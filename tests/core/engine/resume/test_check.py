"""Promise 3: a rerun resumes; a changed file, data or system is refused with the reason, never mixed silently."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import numpy
import pytest
from caviar.cli.new_run import dated
from caviar.engine.resume.check import Refused, resume
from caviar.engine.storage.study_ledger import open_study
from caviar.engine.storage.study_view import read_study
from caviar.interfaces.store import StudyRecord
from caviar_plugins import SQLite

from tests.commands import pipe

PIPELINE = """
name = "small"
executor = "inline"
[data]
path = "rows.npz"
[model]
units = 4
[optimizer]
learning_rate = { log = [1e-3, 1e-1] }
[trainer]
epochs = 1
[search]
baselines = false
trials = 3
round = 2
"""
METRIC = '''
import caviar


class Mine(caviar.Metric):
    """The largest error, times a factor."""

    task = "regression"
    goal = "minimize"
    worst = float("inf")

    def measure(self, prediction, truth):
        return FACTOR * abs(prediction - truth).max(axis=(1, 2))
'''


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_data(tmp_path, 0)
    (tmp_path / "small.toml").write_text(PIPELINE)
    return tmp_path


def write_data(folder: Path, seed: int) -> None:
    generator = numpy.random.default_rng(seed)
    x = generator.normal(size=(60, 3))
    numpy.savez(folder / "rows.npz", X=x, y=x.sum(axis=1))


def run(folder: Path, *words: str) -> CompletedProcess[str]:
    return pipe(folder, "run", "small.toml", "--json", *words)


def result(done: CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_same_command_again_trains_nothing_and_gives_the_same(folder: Path) -> None:
    first, again = result(run(folder)), result(run(folder))
    assert (first["resumed"], again["resumed"]) == (0, 3)
    assert again["best"] == first["best"]


@pytest.mark.parametrize(
    "free",
    [
        "search.trials=5",
        "trainer.population=1",
        'executor="processes"',
        "store.keep=2",
        "search.ensemble=4",
        "reporter=[]",
        "data.path=./../{name}/rows.npz",
    ],
)
def test_what_changes_no_trial_may_change(folder: Path, free: str) -> None:
    result(run(folder))
    assert result(run(folder, "--set", free.format(name=folder.name)))["resumed"] == 3


@pytest.mark.parametrize("key", ["trainer.batch_size=16", "seed=2", "search.round=3", "model.units=8"])
def test_a_changed_file_is_refused_naming_the_key(folder: Path, key: str) -> None:
    result(run(folder))
    done = run(folder, "--set", key)
    assert done.returncode == 2
    assert "was started with a different pipeline" in done.stderr
    assert key.split("=")[0] in done.stderr
    assert "or give it another name (--set name=…) or folder (--runs), or delete it" in done.stderr
    assert result(run(folder))["resumed"] == 3


def test_another_split_is_another_study_and_the_same_test_rows_may_move(folder: Path) -> None:
    rows = [f"w{row % 20},{row % 7},{row % 3}" for row in range(60)]
    (folder / "t.csv").write_text("\n".join(["who,x,y", *rows]) + "\n")
    for name in ("a.csv", "b.csv"):
        (folder / name).write_text("who,x,y\nnew,1,1\nnew,2,2\n")
    (folder / "small.toml").write_text(PIPELINE.replace('"rows.npz"', '"t.csv"\ntarget = "y"\ntest_path = "a.csv"'))
    result(run(folder))
    assert result(run(folder, "--set", f"data.test_path={folder}/b.csv"))["resumed"] == 3
    done = run(folder, "--set", "data.group=who")
    assert (done.returncode, "changed: data.group" in done.stderr) == (2, True)
    (folder / "a.csv").write_text("who,x,y\nnew,1,2\nnew,2,2\n")
    assert "was started with different data" in run(folder).stderr


def test_changed_data_is_refused(folder: Path) -> None:
    result(run(folder))
    write_data(folder, 1)
    done = run(folder)
    assert done.returncode == 2
    assert "was started with different data" in done.stderr


def test_a_column_that_the_data_lacks_now_is_named(folder: Path) -> None:
    rows = [(number % 20, number % 7, number % 3) for number in range(60)]
    (folder / "small.toml").write_text(PIPELINE.replace('"rows.npz"', '"t.csv"\ntarget = "y"'))
    for head, columns, said in (
        ("a,b,y", 3, None),
        ("b,y", 2, "was started with different data: it lacks 'a'; restore the old data"),
        ("a,c,y", 3, "it lacks 'b'; it has in addition 'c'"),
        ("a,b", 2, "there is no column 'y' to predict; there are a, b"),
    ):
        lines = [",".join(map(str, each[3 - columns :])) for each in rows]
        (folder / "t.csv").write_text("\n".join([head, *lines]) + "\n")
        done = run(folder)
        assert done.returncode == (0 if said is None else 2)
        assert (said or "") in done.stderr


def test_fewer_trials_than_there_are_are_refused(folder: Path) -> None:
    result(run(folder))
    done = run(folder, "--set", "search.trials=2")
    assert done.returncode == 2
    assert "has 3 trials already, and search.trials = 2 is the total; ask for 3 or more; or" in done.stderr


def test_a_staged_search_takes_the_total_from_the_search_and_says_that_it_is_not_extendable(folder: Path) -> None:
    staged = ("--set", "search.strategy=staged", "--set", "search.trials=4")
    result(run(folder, *staged))
    assert result(run(folder, *staged))["resumed"] == 4
    done = run(folder, *staged[:2], "--set", "search.trials=8")
    assert done.returncode == 2
    assert "cannot be extended: 'staged' divided search.trials = 4 when it started; set that number" in done.stderr


def test_a_staged_search_with_trials_set_continues_beyond_them(folder: Path) -> None:
    staged = ("--set", 'search.strategy={ use = "staged", trials = 3 }')
    result(run(folder, *staged))
    assert result(run(folder, *staged, "--set", "search.trials=5"))["resumed"] == 3


def test_a_changed_metric_is_refused_even_when_only_its_code_changed(folder: Path) -> None:
    words = ("--code", "mine.py", "--set", "search.metric=validation.mine")
    (folder / "mine.py").write_text(METRIC.replace("FACTOR", "1"))
    result(run(folder, *words))
    (folder / "mine.py").write_text(METRIC.replace("FACTOR", "1000"))
    done = run(folder, *words)
    assert done.returncode == 2
    assert "was started with different plugins, which may compute something else: metric.mine mine.py " in done.stderr


def test_another_version_of_a_library_that_a_plugin_requires_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    libraries = folder / "libraries"
    installed = libraries / "weighing-1.0.dist-info"
    installed.mkdir(parents=True)
    (libraries / "weighing.py").touch()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: weighing\nVersion: 1.0\n")
    (installed / "top_level.txt").write_text("weighing\n")
    monkeypatch.syspath_prepend(str(libraries))
    words = ("--code", "mine.py", "--set", "search.metric=validation.mine")
    text = METRIC.replace("FACTOR", "1").replace("    worst =", '    requires = ("weighing",)\n    worst =')
    (folder / "mine.py").write_text(text)
    result(run(folder, *words))
    assert result(run(folder, *words))["resumed"] == 3
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: weighing\nVersion: 1.1\n")
    done = run(folder, *words)
    assert done.returncode == 2
    assert "was started on a different system, where bits may differ: weighing 1.0 -> 1.1; use that one" in done.stderr


def test_another_numeric_identity_is_refused_naming_both_sides(tmp_path: Path) -> None:
    before = StudyRecord("", {"numpy": "2.3"}, "f", {}, "validation.r2", "maximize")
    now = StudyRecord("", {"numpy": "2.4"}, "f", {}, "validation.r2", "maximize")
    with open_study(SQLite(), tmp_path / "run", "maximize") as ledger:
        resume(ledger, before, 3, tmp_path)
        resume(ledger, before, 3, tmp_path)
        with pytest.raises(Refused, match=r"started on a different system, .*numpy 2\.3 -> 2\.4"):
            resume(ledger, now, 3, tmp_path)


def test_a_loss_for_another_task_is_refused(folder: Path) -> None:
    done = run(folder, "--set", "trainer.loss=softmax-cross-entropy")
    assert done.returncode == 2
    assert "'softmax-cross-entropy' is for classification" in done.stderr


def test_a_changed_pipeline_begins_a_dated_run_beside_it_which_starts_from_its_trials(folder: Path) -> None:
    learning = ("--set", "search.strategy=coarse-to-fine")
    result(run(folder, *learning))
    changed = (*learning, "--set", "model.units=8", "--set", "optimizer.learning_rate={ log = [1e-4, 1.0] }")
    assert "or begin a dated run beside it, which starts from its trials (--new)" in run(folder, *changed).stderr
    name = f"small-{date.today().isoformat()}"
    done = run(folder, *changed, "--new")
    assert result(done)["run"] == f"runs/{name}"
    with read_study(SQLite(), folder / "runs" / name) as study:
        record = study.study()
    assert record is not None
    assert len(record.earlier) == 3
    assert result(run(folder, *changed, "--new"))["resumed"] == 3, "today's run is resumed"
    refused = run(folder, *changed, "--set", "model.units=9", "--new").stderr
    assert "changed: model.units" in refused
    assert "--new" not in refused, "today's has begun already"


def test_with_rows_of_every_day_each_days_run_starts_from_that_of_the_day_before(folder: Path) -> None:
    for day, before in ((date(2026, 11, 29), "small"), (date(2026, 11, 30), "small-2026-11-29")):
        (folder / "runs" / before).mkdir(parents=True)
        (folder / "runs" / before / "pipeline.toml").touch()
        settings = dated("small", folder / "runs", ["seed=2", "name=small"], day)
        assert settings == ["seed=2", f"name=small-{day}", f"search.start_from={folder}/runs/{before}"]
    own = ["search.start_from=[]"]
    assert dated("small", folder / "runs", own, day) == [*own, "name=small-2026-11-30"]
    assert dated("other", folder / "runs", [], day) == ["name=other-2026-11-30"]
