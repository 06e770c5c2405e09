"""`pipe retest` on runs of tables and functions: its answers, exit codes, history, and a search that follows."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import caviar
import numpy
import pytest
from caviar.support.checked_json import read_checked, write_checked
from caviar.support.dates import days_since
from caviar_plugins import Inline, PopulationTrainer

from tests.commands import pipe
from tests.model_dates import redated

FILE = """
reporter = []
executor = "inline"
seed = 3
model.units = { int = [4, 24] }
optimizer.learning_rate = { log = [3e-3, 1e-1] }
trainer = { epochs = 3, batch_size = 32 }
search = { trials = 6, strategy = "coarse-to-fine", round = 3, baselines = false }
data = { use = "table", path = "rows.csv", target = "label", test = 0.25 }
"""
FUNCTION = """
from pathlib import Path

import caviar
import numpy
from caviar_plugins import Log


@caviar.trial(metric="score", goal="maximize", epochs=1)
def train(rate=Log(1e-4, 1.0), *, seed, state=None):
    best = float((Path(__file__).parent / "best.txt").read_text())
    noise = numpy.random.default_rng(seed).normal() * 0.01
    yield {"score": 1 - (numpy.log10(rate) - best) ** 2 + noise}, {"rate": numpy.asarray(rate)}
"""
pytest.importorskip("scipy", reason="a revalidation needs SciPy")


def rows(file: Path, seed: int, count: int, change: Callable[[dict[str, Any], Any], None] = lambda row, random: None):  # type: ignore[no-untyped-def]
    """A file with two numbers and a word, and a label that follows from them."""
    random = numpy.random.default_rng(seed)
    with file.open("w", newline="") as target:
        writer = csv.DictWriter(target, ["width", "height", "colour", "label"])
        writer.writeheader()
        for _ in range(count):
            label = str(random.choice(["cat", "dog"]))
            row: dict[str, Any] = {"width": random.normal(2.0 * (label == "cat")), "height": random.normal()}
            row["colour"], row["label"] = str(random.choice(["red", "green", "blue"])), label
            change(row, random)
            writer.writerow(row)


def wider(row: dict[str, Any], random: Any) -> None:
    row["width"] += 1.5


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a finished run, its rows, and rows of today."""
    folder = tmp_path_factory.mktemp("retest")
    (folder / "pets.toml").write_text(FILE)
    rows(folder / "rows.csv", 1, 400)
    rows(folder / "alike.csv", 2, 300)
    rows(folder / "moved.csv", 3, 300, wider)
    assert pipe(folder, "run", "pets.toml", "--quiet").returncode == 0
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy of it for a test that changes something."""
    return Path(shutil.copytree(made, tmp_path / "copy"))


def retested(folder: Path, *words: str, run: str = "runs/pets") -> dict[str, Any]:
    done = pipe(folder, "retest", run, "--json", *words)
    found: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == found.get("exit_code", 0)
    return found


def test_on_the_same_data_and_system_nothing_moved_to_the_bit(made: Path) -> None:
    found = retested(made)
    assert found["data_moved"]["answer"] == found["metric_moved"]["answer"] == found["system_moved"]["answer"] == "no"
    assert found["exit_code"] == 0
    told = " ".join(found["system_moved"]["details"])
    assert "predicts the same, bit for bit" in told
    assert "weights are the same, bit for bit" in told
    kinds = [each["kind"] for each in found["rivals"]]
    assert kinds[0] == "winner"
    assert {"leader", "neighbour", "fresh"} <= {*kinds}
    assert all(len(each["scores"]) == 3 for each in found["rivals"])


def test_rows_of_the_same_kind_have_not_moved(made: Path) -> None:
    found = retested(made, "--data", "alike.csv")
    assert found["data_moved"]["answer"] == "no"
    assert found["metric_moved"]["answer"] != "yes"
    assert found["exit_code"] == 0


def test_a_column_that_moved_is_named_and_the_metric_that_fell(made: Path) -> None:
    found = retested(made, "--data", "moved.csv")
    assert found["data_moved"]["answer"] == "yes"
    assert [each["column"] for each in found["shifts"]] == ["width"]
    assert found["metric_moved"]["answer"] == "yes"
    assert "worse" in found["metric_moved"]["text"]
    assert found["metric_moved"]["interval"][1] < 0
    assert found["exit_code"] == 4
    if found["told_apart"] is not None:  # with scikit-learn
        assert next(iter(found["told_apart"]["columns"])) == "width"


def test_where_the_old_rows_are_gone_the_summaries_show_the_same(tmp_path: Path) -> None:
    (tmp_path / "pets.toml").write_text(FILE)
    rows(tmp_path / "rows.csv", 1, 400)
    assert pipe(tmp_path, "run", "pets.toml", "--quiet").returncode == 0
    rows(tmp_path / "rows.csv", 3, 300, wider)
    found = retested(tmp_path)
    assert [each["column"] for each in found["shifts"]] == ["width"]
    assert found["told_apart"] is None
    assert "summaries" in " ".join(found["data_moved"]["details"])
    assert "looks better than it is" in " ".join(found["metric_moved"]["details"])
    assert "bit for bit" in " ".join(found["system_moved"]["details"])
    assert found["exit_code"] == 4


def test_of_a_file_that_has_grown_only_what_was_added_is_compared(folder: Path) -> None:
    lines = (folder / "moved.csv").read_text().splitlines(keepends=True)
    (folder / "grown.csv").write_text((folder / "rows.csv").read_text() + "".join(lines[1:201]))
    found = retested(folder, "--data", "grown.csv")
    assert "200 new rows" in found["metric_moved"]["text"]
    assert [each["column"] for each in found["shifts"]] == ["width"]


def test_of_a_file_whose_rows_were_edited_it_is_said_that_the_model_knows_them(folder: Path) -> None:
    lines = [line.partition(",") for line in (folder / "rows.csv").read_text().splitlines()]
    edited = ["".join(line) for line in lines]
    edited[1:151] = [f"{float(width) + 1},{rest}" for width, _, rest in lines[1:151]]
    (folder / "edited.csv").write_text("\n".join(edited) + "\n")
    found = retested(folder, "--data", "edited.csv", "--seeds", "2")
    assert "150 of 400 old rows are not there as they were" in " ".join(found["metric_moved"]["details"])


def test_without_a_test_part_the_value_that_chose_the_winner_is_known_to_flatter_it(tmp_path: Path) -> None:
    (tmp_path / "pets.toml").write_text(FILE.replace(", test = 0.25", ""))
    rows(tmp_path / "rows.csv", 1, 400)
    rows(tmp_path / "alike.csv", 2, 300)
    assert pipe(tmp_path, "run", "pets.toml", "--quiet").returncode == 0
    found = retested(tmp_path, "--data", "alike.csv", "--seeds", "2")["metric_moved"]
    assert "by that value the search chose it, as the best of 6: it is too good" in " ".join(found["details"])
    assert found["answer"] != "yes"


def test_a_function_without_noise_that_did_not_move_does_not_lose_to_a_draw_that_is_better(tmp_path: Path) -> None:
    (tmp_path / "tune.py").write_text(FUNCTION.replace("* 0.01", "* 0.0"))
    (tmp_path / "best.txt").write_text("-3.0")
    words = ["--set", "search.trials=3", "--set", "reporter=[]", "--set", "executor=inline", "--quiet"]
    assert pipe(tmp_path, "run", "tune.py", "--set", "search.strategy=random", *words).returncode == 0
    codes, ahead = [], []
    for _ in range(2):
        found = retested(tmp_path, "--code", "tune.py", "--seeds", "2", run="runs/tune")
        codes.append(found["exit_code"])
        ahead.append(max(each["ahead"] for each in found["rivals"]))
    assert codes == [0, 0]
    assert max(ahead) > 0, "some draw was better"


def test_a_class_that_training_did_not_have_is_counted_against_the_model(folder: Path) -> None:
    def cow(row: dict[str, Any], random: Any) -> None:
        if random.uniform() < 0.3:
            row["label"] = "cow"

    rows(folder / "cows.csv", 4, 300, cow)
    found = retested(folder, "--data", "cows.csv")
    assert "worse" in found["metric_moved"]["text"]
    assert ("label", "new values") in [(each["column"], each["what"]) for each in found["shifts"]]


def test_a_model_that_is_always_wrong_is_worse_though_no_resample_differs(folder: Path) -> None:
    def others(row: dict[str, Any], random: Any) -> None:
        row["label"] = {"cat": "cow", "dog": "sheep"}[row["label"]]

    rows(folder / "others.csv", 4, 300, others)
    found = retested(folder, "--data", "others.csv")["metric_moved"]
    assert found["answer"] == "yes"
    assert "and is 0 on 300 new rows: worse" in found["text"]


def test_of_missing_cells_alone_the_size_of_the_shift_is_theirs(folder: Path) -> None:
    def lost(row: dict[str, Any], random: Any) -> None:
        row["colour"] = "" if random.uniform() < 0.4 else row["colour"]

    rows(folder / "lost.csv", 4, 300, lost)
    found = retested(folder, "--data", "lost.csv")
    size = next(each["size"] for each in found["shifts"] if each["what"] == "missing")
    assert 0.3 < size < 0.5
    assert f"the largest shift is {size:.2f}" in found["data_moved"]["text"]
    low, high = found["data_moved"]["interval"]
    assert low < size < high


def test_nothing_happens_before_it_is_due_and_that_is_said(folder: Path) -> None:
    _age(folder, days=0)
    done = pipe(folder, "retest", "runs/pets", "--due", "30d")
    assert (done.returncode, "last tested today" in done.stdout) == (0, True)
    assert not _history(folder)
    assert retested(folder, "--due", "30d") == {"run": "runs/pets", "due": False}
    _age(folder, days=31)
    assert retested(folder, "--due", "30d", "--seeds", "2")["due"]
    assert not retested(folder, "--due", "30d")["due"]


@pytest.mark.parametrize("text", ["x", "30", "-3d", "nand", ""])
def test_a_time_span_that_is_none_is_refused(made: Path, text: str) -> None:
    done = pipe(made, "retest", "runs/pets", "--due", text)
    assert done.returncode == 2
    assert "such as 30d" in done.stderr


def test_results_predictions_and_the_report_say_when_the_winner_was_tested_last(folder: Path) -> None:
    assert "last tested today" in pipe(folder, "results", "runs/pets").stdout
    _age(folder, days=47)
    done = pipe(folder, "results", "runs/pets")
    assert "last tested 47 days ago; python 3.0.0 -> " in done.stdout
    assert "(last-tested)" in done.stderr
    assert "last tested 47 days ago" in pipe(folder, "predict", "runs/pets", "alike.csv").stderr
    assert json.loads(pipe(folder, "results", "runs/pets", "--json").stdout)["tested"]["days"] == pytest.approx(
        47, abs=1
    )
    retested(folder, "--seeds", "2")
    done = pipe(folder, "results", "runs/pets")
    assert "last tested today" in done.stdout
    assert "last-tested" not in done.stderr
    ((date, conclusion),) = caviar.open_run(folder / "runs/pets").facts().revalidations
    assert date[:10] in done.stdout
    pipe(folder, "report", "runs/pets")
    assert conclusion in (folder / "runs/pets/report.html").read_text()


def test_a_model_file_that_was_brought_elsewhere_has_its_age_with_it(folder: Path) -> None:
    _age(folder, days=47)
    (folder / "there/models").mkdir(parents=True)
    shutil.copy(folder / "runs/pets/models/best.safetensors", folder / "there/models")
    told = pipe(folder, "predict", "there", "alike.csv").stderr
    assert "advice: there was trained 47 days ago; pipe retest of its run reports whether it still wins" in told
    _age(folder, days=3)
    model = folder / "runs/pets/models/best.safetensors"
    assert "last tested 3 days ago" in pipe(folder, "results", "runs/pets").stdout
    shutil.copy(folder / "there/models/best.safetensors", model)
    assert "trained 47 days ago" in pipe(folder, "results", "runs/pets").stdout
    opened = caviar.open_run(folder / "runs/pets")
    assert "trained 47 days ago; pipe retest" in " ".join(each.text for each in opened.advice)
    assert 47 < days_since(opened.model().date) < 48


def test_a_clock_that_was_set_back_is_noticed_and_the_run_is_due(folder: Path) -> None:
    _age(folder, days=-20)
    told = pipe(folder, "results", "runs/pets")
    assert "last tested 19 days ahead of this machine's clock, which was set back or was wrong then" in told.stdout
    assert "(last-tested)" in told.stderr
    assert retested(folder, "--due", "30d", "--seeds", "2")["due"]


def test_running_again_what_is_done_does_not_renew_the_date(folder: Path) -> None:
    _age(folder, days=47)
    assert pipe(folder, "run", "pets.toml", "--quiet").returncode == 0
    assert "last tested 47 days ago" in pipe(folder, "results", "runs/pets").stdout


def test_another_version_is_named_with_its_effect(folder: Path) -> None:
    _change(folder, lambda told: told["system"].update(numpy="2.0.0"))
    found = retested(folder, "--seeds", "2")
    assert found["changes"].startswith("numpy 2.0.0 -> ")
    assert found["system_moved"]["answer"] == "yes"
    assert found["system_moved"]["interval"] == [0.0, 0.0]
    assert found["exit_code"] == 0


def test_another_blas_kernel_is_named_with_its_effect(folder: Path) -> None:
    words = [sys.executable, "-m", "caviar", "retest", "runs/pets", "--json", "--seeds", "2"]
    environment = os.environ | {"OPENBLAS_CORETYPE": "Prescott"}
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    found = json.loads(done.stdout)
    if "blas" not in found["changes"]:
        pytest.skip(f"this BLAS does not choose its kernel by OPENBLAS_CORETYPE: {found['system']['blas']}")
    assert found["system_moved"]["answer"] == "yes"
    assert found["system_moved"]["interval"] is None or len(found["system_moved"]["interval"]) == 2
    assert any("trained again from the same seed" in each for each in found["system_moved"]["details"])


def test_a_search_goes_on_from_the_leaders_where_it_pays(tmp_path: Path) -> None:
    (tmp_path / "tune.py").write_text(FUNCTION)
    (tmp_path / "best.txt").write_text("-3.0")
    words = ["--set", "search.trials=16", "--set", "reporter=[]", "--set", "executor=inline", "--quiet"]
    assert pipe(tmp_path, "run", "tune.py", *words).returncode == 0
    found = retested(tmp_path, "--code", "tune.py", run="runs/tune")
    assert (found["wins"]["answer"], found["exit_code"]) != ("no", 3)
    (tmp_path / "best.txt").write_text("-1.0")
    found = retested(tmp_path, "--code", "tune.py", "--search", run="runs/tune")
    assert (found["wins"]["answer"], found["exit_code"]) == ("no", 3)
    assert found["wins"]["interval"][0] > 0
    assert found["metric_moved"]["answer"] == "yes"
    assert found["data_moved"]["answer"] == "cannot tell"
    again = caviar.open_run(tmp_path / found["searched"], code=tmp_path / "tune.py")
    before = caviar.open_run(tmp_path / "runs/tune", code=tmp_path / "tune.py")
    assert again.best is not None
    assert abs(numpy.log10(again.best.values["trainer.rate"]) + 1) < 0.4
    assert before.best is not None
    assert again.trials[0].values == max(found["rivals"], key=lambda each: each["ahead"])["values"]
    assert again.trials[0].values != before.best.values


def test_a_winner_that_does_not_meet_the_conditions_any_more_has_lost(tmp_path: Path) -> None:
    (tmp_path / "tune.py").write_text(FUNCTION)
    (tmp_path / "best.txt").write_text("-3.0")
    words = ["search.trials=3", "reporter=[]", "executor=inline", "search.where=validation.score > 0"]
    settings = [word for each in words for word in ("--set", each)]
    assert pipe(tmp_path, "run", "tune.py", *settings, "--quiet").returncode == 0
    (tmp_path / "best.txt").write_text("0.0")
    found = retested(tmp_path, "--code", "tune.py", "--seeds", "2", run="runs/tune")
    assert (found["wins"]["answer"], found["exit_code"]) == ("no", 3)
    assert "search.where" in found["wins"]["text"]
    assert found["conclusion"] == "the winner has lost: search again"


def test_a_default_that_has_changed_is_named_with_what_it_would_do(tmp_path: Path) -> None:
    plugin = """
from caviar import Optimizer
from caviar.plugin import Tunable, tunable


class Plain(Optimizer):
    '''theta -= learning_rate * g'''

    learning_rate: Tunable[float] = tunable(default={0}, gt=0)

    def init(self, parameters, layout):
        return {{}}

    def update(self, parameters, gradients, state, step, layout):
        parameters -= self.learning_rate * gradients
"""
    (tmp_path / "mine.py").write_text(plugin.format(0.1))
    (tmp_path / "pets.toml").write_text(
        FILE.replace("optimizer.learning_rate = { log = [3e-3, 1e-1] }", 'optimizer = "plain"')
    )
    rows(tmp_path / "rows.csv", 1, 400)
    assert pipe(tmp_path, "run", "pets.toml", "--code", "mine.py", "--quiet").returncode == 0
    (tmp_path / "mine.py").write_text(plugin.format(1e-5))
    found = retested(tmp_path, "--code", "mine.py")
    assert "the default of optimizer.plain.learning_rate is 1e-05 and was 0.1" in found["system_moved"]["text"]
    assert found["system_moved"]["answer"] == "yes"
    assert "with today's defaults validation.accuracy of the winner moves by -" in " ".join(
        found["system_moved"]["details"]
    )


def test_a_formula_that_got_worse_costs_and_asks_for_a_search(tmp_path: Path) -> None:
    """The values are those of before; what the plugin's new version makes of them is not."""
    (tmp_path / "tune.py").write_text(FUNCTION)
    (tmp_path / "best.txt").write_text("-3.0")
    words = ["--set", "search.trials=8", "--set", "reporter=[]", "--set", "executor=inline", "--quiet"]
    assert pipe(tmp_path, "run", "tune.py", *words).returncode == 0
    (tmp_path / "tune.py").write_text(FUNCTION.replace("1 - (", "0.5 - ("))
    found = retested(tmp_path, "--code", "tune.py", run="runs/tune")
    assert "tune.py" in found["changes"]
    assert found["system_moved"]["interval"][1] < 0
    assert (found["system_cost"], found["exit_code"]) == (True, 3)


def test_python_gives_the_same_object_and_takes_rows(folder: Path) -> None:
    run = folder / "runs/pets"
    assert caviar.retest(run, due="4w") is None
    with pytest.raises(caviar.Problem, match="2 or more"):
        caviar.retest(run, seeds=1)
    found = caviar.retest(caviar.open_run(run), data=folder / "moved.csv", seeds=2)
    assert found is not None
    assert (found.exit_code, found.data_moved.answer, [each.column for each in found.shifts]) == (4, "yes", ["width"])
    random = numpy.random.default_rng(8)
    X, y = random.normal(size=(300, 4)).astype("float32"), random.integers(0, 2, 300)
    X[:, 0] += 3 * y
    pipeline = caviar.Pipeline(
        trainer=PopulationTrainer(epochs=2),
        search=caviar.Search(trials=1, baselines=False),
        executor=Inline(),
        reporter=(),
    )
    study = pipeline.run(X, y, runs=folder / "runs")
    with pytest.raises(caviar.DataError, match="came from a program"):
        caviar.retest(study)
    same, other = (caviar.retest(study, each, y, seeds=2) for each in (X, X + 1))
    assert same is not None
    assert other is not None
    assert (same.data_moved.answer, other.data_moved.answer) == ("no", "yes")
    assert same.wins.answer == "cannot tell"  # nothing was searched


def test_what_is_no_finished_run_is_refused(folder: Path) -> None:
    done = pipe(folder, "retest", "runs/none")
    assert done.returncode == 2
    assert "no run here" in done.stderr
    done = pipe(folder, "retest", "runs/pets", "--data", "absent.csv")
    assert done.returncode == 2
    assert "absent.csv: no such file" in done.stderr


def _history(folder: Path) -> list[Path]:
    return [*(folder / "runs/pets/revalidations").glob("*.json")]


def _change(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Changes what the run kept when its search ended; later tests are forgotten."""
    shutil.rmtree(folder / "runs/pets/revalidations", ignore_errors=True)
    file = folder / "runs/pets/reference.json"
    told = read_checked(file)
    change(told)
    write_checked(file, told)
    redated(folder / "runs/pets/models/best.safetensors", told["date"])


def _age(folder: Path, days: int) -> None:
    """The run as if its search had ended so many days ago, under another Python."""
    from datetime import UTC, datetime, timedelta

    date = (datetime.now(UTC) - timedelta(days=days, minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    _change(folder, lambda told: (told.update(date=date), told["system"].update(python="3.0.0"))[0])
