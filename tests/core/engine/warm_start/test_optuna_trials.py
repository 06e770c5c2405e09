"""Studies that Optuna wrote, as history."""

from __future__ import annotations

import shutil
from math import nan
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar import Mistakes, TrialState
from caviar.engine.warm_start.map_to_space import Unusable

from tests.core.engine.warm_start.optuna_studies import PIPELINE, earlier, optuna, started, write

pytestmark = pytest.mark.peers


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of storages: a study, two of them, and one to be minimized; Optuna takes seconds to write each."""
    written = tmp_path_factory.mktemp("written")
    write(f"sqlite:///{written / 'old.db'}")
    shutil.copy(written / "old.db", written / "two.db")
    write(f"sqlite:///{written / 'two.db'}", "other")
    write(f"sqlite:///{written / 'down.db'}", direction="minimize")
    return written


def old_study(written: Path, folder: Path) -> Any:
    """The study that was written, in the folder as old.db."""
    shutil.copy(written / "old.db", folder)
    return optuna.load_study(study_name="old", storage=f"sqlite:///{folder / 'old.db'}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    y = numpy.arange(60) % 3
    numpy.savez(tmp_path / "blobs.npz", X=numpy.random.default_rng(0).normal(size=(60, 3)) + y[:, None], y=y)
    return tmp_path


@pytest.mark.parametrize("start", ['"old.db"', '"sqlite:///old.db"', '{ storage = "old.db", study = "old" }'])
def test_its_trials_lie_where_their_parameters_say(written: Path, folder: Path, start: str) -> None:
    study = old_study(written, folder)
    line = started(folder, start).info.notes[0]
    theirs = {
        trial.number: trial
        for trial in study.trials
        if trial.state.is_finished() and trial.params["lr"] >= 1e-3 and trial.params["optimizer"] != "RMSprop"
    }
    found = {each.trial.index: each for each in earlier(folder)}
    assert 4 < len(found) < 20
    assert found.keys() == theirs.keys()
    assert f"{len(found)} of 21 trials fit" in line
    lr = "lr is optimizer.adam.learning_rate or optimizer.sgd.learning_rate"
    for said in ("1 not ended", "with another optimizer", "outside optimizer.", lr):
        assert said in line
    assert "units is model.units; momentum is optimizer.sgd.momentum; scheduler: not searched here" in line
    for number, trial in theirs.items():
        units, choice, *rates = found[number].trial.point
        assert choice == {"Adam": 0.25, "SGD": 0.75}[trial.params["optimizer"]]
        rate = rates[0] if choice < 0.5 else rates[1]
        assert rate == pytest.approx(1 + numpy.log10(trial.params["lr"]) / 3)
        assert numpy.isnan(rates[1] if choice < 0.5 else rates[0])
        assert 0 < units < 1
    assert study.trials == optuna.load_study(study_name="old", storage=f"sqlite:///{folder / 'old.db'}").trials


def test_states_objectives_and_curves_are_those_of_the_study(written: Path, folder: Path) -> None:
    study = old_study(written, folder)
    text = PIPELINE.replace("1e-3", "1e-4").replace('{ use = "adam"', '"rmsprop", { use = "adam"')
    started(folder, '"old.db"', text)
    found = {each.trial.index: each for each in earlier(folder)}
    for number, trial in enumerate(study.trials[:20]):
        if number not in found:
            continue
        ours = found[number]
        rate = trial.params["lr"]
        assert ours.curve == (0.0, rate, 2 * rate)
        assert ours.trial.epochs == 3
        if number == 4:
            assert (ours.trial.state, ours.trial.objective) == (TrialState.PRUNED, 2 * rate)
        elif number == 5:
            assert (ours.trial.state, ours.trial.objective) == (TrialState.FAILED, None)
        else:
            assert (ours.trial.state, ours.trial.objective) == (TrialState.FINISHED, trial.value)


def test_a_journal_is_read_too_and_names_say_what_a_parameter_means(folder: Path) -> None:
    from optuna.storages import JournalStorage, journal

    storage = JournalStorage(journal.JournalFileBackend(str(folder / "old.log")))
    study = optuna.create_study(storage=storage, study_name="old", direction="maximize")
    for value in (8, 16, 64):
        parameters = {"width": value, "r": 0.1}
        distributions = {
            "width": optuna.distributions.IntDistribution(1, 99),
            "r": optuna.distributions.FloatDistribution(0, 1),
        }
        study.add_trial(optuna.trial.create_trial(value=0.5, params=parameters, distributions=distributions))
    text = PIPELINE.partition("[optimizer]")[0] + "[optimizer]\nlearning_rate = { log = [1e-3, 1.0] }\n[search]\n"
    text += 'strategy = "coarse-to-fine"\nSTART'
    names = '{ width = "model.units", r = "optimizer.learning_rate" }'
    line = started(folder, f'{{ storage = "old.log", names = {names} }}', text).info.notes[0]
    assert "2 of 3 trials fit (1 outside model.units)" in line
    assert [each.trial.values["width"] for each in earlier(folder)] == [8, 16]
    assert earlier(folder)[0].curve == ()


def test_a_parameter_that_the_study_lacks_leaves_its_trials_out(written: Path, folder: Path) -> None:
    old_study(written, folder)
    text = PIPELINE.replace("[model]", "[model]\ndropout = { uniform = [0, 0.5] }")
    with pytest.raises(Unusable, match=r"old\.db: none of 21 trials fit"):
        started(folder, '"old.db"', text)


ADAM = PIPELINE.partition("[optimizer]")[0] + "[optimizer]\nlearning_rate = { log = [1e-4, 1.0] }\n[search]\n"
ADAM += 'trials = 2\nstrategy = "coarse-to-fine"\nSTART'


def test_trials_with_another_optimizer_than_the_only_one_here_are_left_out(written: Path, folder: Path) -> None:
    study = old_study(written, folder)
    line = started(folder, '"old.db"', ADAM).info.notes[0]
    adams = [each.number for each in study.trials if each.state.is_finished() and each.params["optimizer"] == "Adam"]
    assert [each.trial.index for each in earlier(folder)] == adams
    assert 0 < len(adams) < 20
    assert f"{20 - len(adams)} with another optimizer" in line
    assert "scheduler, momentum: not searched here" in line or "momentum, scheduler: not searched here" in line


def test_a_name_that_no_parameter_has_stops_the_run(written: Path, folder: Path) -> None:
    old_study(written, folder)
    names = '{ unit = "model.units" }'
    with pytest.raises(Unusable, match=r"no parameter 'unit'; did you mean 'units'\?"):
        started(folder, f'{{ storage = "old.db", names = {names} }}')


@pytest.mark.parametrize(
    ("start", "complaint"),
    [
        ('{ storage = "two.db" }', 'holds 2 studies, old, other; name one: study = "…"'),
        ('{ storage = "two.db", study = "ol" }', "holds no study 'ol'; did you mean 'old'?"),
        ('"down.db"', "'old' is to minimize, this search to maximize validation.accuracy"),
        ('"runs.db"', "is not an Optuna storage"),
        ('"log.txt"', "cannot be read by Optuna"),
        ('"text.txt"', "is neither a run nor an Optuna study"),
        ('"postgresql://nobody@localhost:1/none"', "cannot be read by Optuna"),
    ],
)
def test_what_cannot_be_read_is_reported(written: Path, folder: Path, start: str, complaint: str) -> None:
    import sqlite3

    for name in ("two.db", "down.db"):
        shutil.copy(written / name, folder)
    with sqlite3.connect(folder / "runs.db") as database:
        database.execute("CREATE TABLE trial (number INTEGER)")
    (folder / "text.txt").write_text("no journal\n")
    (folder / "log.txt").write_text('{"no": "journal"}\n')
    before = {file.name: file.read_bytes() for file in folder.iterdir() if file.suffix in (".db", ".txt")}
    with pytest.raises((Mistakes, Unusable)) as error:
        started(folder, start)
    assert complaint in str(error.value)
    assert "\n" not in str(error.value)
    assert before == {name: (folder / name).read_bytes() for name in before}


def test_its_results_are_learned_from(folder: Path) -> None:
    """All of the study's good trials have a rate near 0.1: the first round lies about there."""
    storage = f"sqlite:///{folder / 'old.db'}"
    study = optuna.create_study(storage=storage, study_name="old", direction="maximize")
    study.sampler = optuna.samplers.RandomSampler(seed=2)
    study.optimize(lambda trial: -abs(numpy.log10(trial.suggest_float("lr", 1e-3, 1, log=True)) + 1), n_trials=40)
    text = PIPELINE.partition("[model]")[0] + "[optimizer]\nlearning_rate = { log = [1e-3, 1.0] }\n[search]\n"
    text += 'trials = 12\nstrategy = { use = "coarse-to-fine", explore = 0.0 }\nSTART'
    done = started(folder, '"old.db"', text)
    rates = [trial.values["optimizer.learning_rate"] for trial in done.summary.trials]
    assert min(rates) > 0.01  # without them a third would lie below
    assert not any(each.trial.objective is nan for each in earlier(folder))
