"""A third party's trainer that reads no data: one's own training loop, searched, pruned, stopped and resumed.

It proves the seam of `Trainer.uses`, `needs_data` and `declared_metrics`: the trainer below imports public names only.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar import DataError, Mistakes, Problem, Study, TrainedModel, Trial, load
from caviar.testing import TrainerContract

from tests.commands import pipe

TRAINER = '''
import json
from collections.abc import Mapping
from typing import ClassVar

import numpy
from caviar.plugin import Advance, Finish, Goal, Metrics, Trainer, Tunable, tunable
from caviar_plugins import Log, Uniform


class Valley(Trainer, interface=2):
    """Descends in a valley from a place of each member's own; (1, 1) is the lowest point."""

    name = "valley"
    uses = frozenset()
    needs_data = False

    rate: Tunable[float] = tunable(default=0.01, gt=0, search=Log(1e-4, 0.1), tier=1)
    inertia: Tunable[float] = tunable(default=0.0, ge=0, lt=1, search=Uniform(0.0, 0.95), tier=2)

    def declared_metrics(self):
        return {"validation.score": "maximize", "train.slope": "minimize"}

    def fuse_key(self, values, floats):
        return json.dumps({path: value for path, value in values.items() if path not in floats}, sort_keys=True)

    def start(self, population, data, context):
        place = numpy.stack([stream.generator().uniform(-1, 1, 2) for stream in population.streams])
        return {"place": place, "speed": numpy.zeros_like(place), "epoch": numpy.zeros(len(population), dtype=int)}

    def advance(self, state, population, data, context, until):
        rate, inertia, done, rows = self.rate.astype(float), self.inertia.astype(float), int(state["epoch"][0]), []
        for _ in range(done, until):
            context.check_stop()
            for _ in range(20):
                state["speed"] = inertia * state["speed"] - rate * _slope(state["place"])
                state["place"] = state["place"] + state["speed"]
            rows.append([-_height(state["place"]), numpy.abs(_slope(state["place"])).max(axis=1)])
        state["epoch"] = numpy.full(len(population), until)
        lost = tuple(None if numpy.isfinite(each) else "left the valley" for each in rows[-1][0])
        values = numpy.array(rows).transpose(2, 0, 1)
        return Advance(state, Metrics(("validation.score", "train.slope"), done + 1, values), lost)

    def finish(self, state, population, data, context):
        return Finish({"place": state["place"]})


def _height(place):
    x, y = place.T
    return (1 - x) ** 2 + 5 * (y - x**2) ** 2


def _slope(place):
    x, y = place.T
    return numpy.stack([-2 * (1 - x) - 20 * x * (y - x**2), 10 * (y - x**2)], axis=1)
'''

FILE = """
name = "valley"
reporter = []
trainer = { use = "valley", epochs = 9 }
search = { strategy = "coarse-to-fine", pruner = "successive-halving", trials = 24, round = 8, tiers = [1, 2] }
executor = "inline"
"""

VALLEY: dict[str, Any] = {"__name__": "valley"}
exec(compile(TRAINER, "valley.py", "exec", dont_inherit=True), VALLEY)


class TestValley(TrainerContract):
    trainer = VALLEY["Valley"](epochs=3)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "valley.py").write_text(TRAINER)
    (tmp_path / "p.toml").write_text(FILE)
    return tmp_path / "p.toml"


def test_it_is_searched_and_pruned_by_its_own_metric(file: Path) -> None:
    study = searched(file, "runs")
    assert study.metric == "validation.score"
    assert {trial.state for trial in study.trials} >= {"finished", "pruned"}
    finished = [trial.metrics["validation.score"] for trial in study.trials if trial.state == "finished"]
    assert best(study).metrics["validation.score"] == max(finished) > -0.1
    assert {*best(study).values} == {"trainer.rate", "trainer.inertia"}


@pytest.mark.thorough
def test_processes_and_a_stop_in_between_change_no_bit(file: Path) -> None:
    whole = outcome(searched(file, "whole"))
    for settings in ([], ["executor=processes", "executor.workers=2"]):
        stopped = searched(file, f"stopped{len(settings)}", *settings, stop_after=5)
        assert stopped.interrupted
        assert outcome(searched(file, f"stopped{len(settings)}", *settings)) == whole


def test_another_of_its_metrics_and_a_condition_on_one_can_be_asked_for(file: Path) -> None:
    study = searched(file, "runs", "search.metric=train.slope", "search.where=['validation.score > -0.5']")
    assert study.metric == "train.slope"
    fair = [each for each in study.trials if each.state == "finished" and each.metrics["validation.score"] > -0.5]
    assert best(study).metrics["train.slope"] == min(each.metrics["train.slope"] for each in fair)


def test_the_resolved_file_names_only_tables_that_it_reads(file: Path) -> None:
    searched(file, "runs", "search.trials=8")
    text = Path("runs/valley/pipeline.toml").read_text()
    assert 'metric = "validation.score"' in text
    for table in ("model", "normalizer", "optimizer", "schedule", "regularizer", "transform", "data"):
        assert f"\n[{table}]" not in text
        assert f"\n{table} =" not in text
    assert load("runs/valley/pipeline.toml", code="valley.py").to_toml() == text


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("optimizer=sgd", "settings: optimizer: trainer 'valley' does not read [optimizer]; remove the table"),
        ("data=digits", "settings: data: trainer 'valley' does not read [data]; remove the table"),
        (
            "search.ensemble=4",
            "settings: search.ensemble: trainer 'valley' reads no data, so there are no predictions to average; "
            "remove the key",
        ),
        ("transform=[]", "settings: transform: trainer 'valley' does not read [transform]; remove the table"),
        (
            "search.metric=validation.scor",
            "settings: search.metric: unknown metric 'validation.scor'; did you mean 'validation.score'?",
        ),
        (
            "search.metric=validation.accuracy",
            "settings: search.metric: unknown metric 'validation.accuracy'; available: validation.score, train.slope",
        ),
        ("search.goal=minimize", "settings: search.goal: metric 'score' states its goal, maximize; remove the key"),
    ],
)
def test_what_it_does_not_read_or_report_is_a_mistake(file: Path, setting: str, told: str) -> None:
    with pytest.raises(Mistakes) as caught:
        load(file, [setting], "valley.py")
    assert str(caught.value) == told


def test_a_table_that_it_does_not_read_is_reported_with_its_line(file: Path) -> None:
    file.write_text(FILE + "\n[optimizer]\nlearning_rate = 0.1\n")
    with pytest.raises(Mistakes, match=r"p\.toml:8: optimizer: trainer 'valley' does not read \[optimizer\]"):
        load(file, code="valley.py")


def test_a_metric_without_a_goal_needs_the_files(file: Path) -> None:
    Path("valley.py").write_text(TRAINER.replace('"validation.score": "maximize"', '"validation.score": None'))
    with pytest.raises(Mistakes, match="metric 'score' does not state whether higher is better"):
        load(file, code="valley.py")
    assert best(searched(file, "runs", "search.goal=maximize")).metrics["validation.score"] > -0.1


def test_a_metric_that_is_declared_and_not_reported_fails_the_trial_in_words(file: Path) -> None:
    Path("valley.py").write_text(TRAINER.replace('Metrics(("validation.score", ', 'Metrics(("validation.points", '))
    with pytest.warns(UserWarning, match="no trial finished; 1 trial failed: trainer 'valley' of valley.py "):
        study = searched(file, "runs", "search.trials=1", "search.pruner=auto")
    told = "metrics with validation.score among them; they were validation.points, train.slope"
    assert told in (study.trials[0].reason or "")


def test_check_shows_neither_data_nor_model(file: Path) -> None:
    told = pipe(file.parent, "check", "p.toml", "--code", "valley.py")
    assert told.returncode == 0, told.stderr
    words = [line.split()[0] for line in told.stdout.splitlines() if not line.startswith(" ")]
    assert words == ["name", "training", "search"]
    assert "valley, 9 epochs" in told.stdout


def test_its_winners_weights_are_kept_and_nothing_is_predicted(file: Path) -> None:
    study = searched(file, "runs")
    assert numpy.allclose(best(study).weights["place"], 1, atol=0.4)
    for asked in (best(study).predict, best(study).probabilities):
        with pytest.raises(Problem, match="reads no data, so its model predicts nothing"):
            asked([[1.0]])
    Path("rows.csv").write_text("x\n1\n")
    told = pipe(file.parent, "predict", "runs/valley", "rows.csv", "--code", "valley.py")
    assert told.returncode == 2
    assert "trainer 'valley' reads no data, so its model predicts nothing" in told.stderr


def test_rows_that_it_would_not_read_are_refused(file: Path) -> None:
    with pytest.raises(DataError, match=r"trainer 'valley' reads no data; call run\(\) without rows"):
        load(file, code="valley.py").run([[1.0]], [1])


def test_a_trainer_with_data_has_to_predict(file: Path) -> None:
    Path("valley.py").write_text(TRAINER.replace("needs_data = False", "needs_data = True"))
    with pytest.raises(Problem, match="Valley lacks predict"):
        load(file, ["data=digits"], "valley.py")


def searched(file: Path, runs: str, *settings: str, stop_after: int = 100) -> Study:
    """The study, which ends as with Ctrl-C after some trials; the same call goes on with it."""
    ended: list[Trial] = []

    def count(trial: Trial) -> None:
        ended.append(trial)
        if len(ended) == stop_after:
            raise KeyboardInterrupt

    return load(file, settings, "valley.py").run(runs=runs, on_trial=count)


def outcome(study: Study) -> list[object]:
    """All that may not depend on where and in how many goes a study was made."""
    trials = [(trial.state, trial.values, trial.epochs, trial.metrics) for trial in study.trials]
    return [*trials, best(study).trial, best(study).weights["place"].tolist()]


def best(study: Study) -> TrainedModel:
    assert study.best is not None, study
    return study.best
