"""Files of a run that were lost or changed: what is left still counts, and the next run makes the others again."""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import chdir, closing
from math import nan
from pathlib import Path

import pytest
from caviar import StoreError, load
from caviar.engine.analysis.results import model_of, read_results
from caviar.engine.model.on_disk import NotAModel
from caviar.engine.model.prediction import predict_file
from caviar.engine.model.weights import difference
from caviar.engine.storage.run_folder import NoRun
from caviar.engine.study import Run, run

FILE = """
data = { path = "rows.csv", target = "y" }
reporter = []
executor = "inline"
model.units = 4
optimizer.learning_rate = { log = [1e-3, 1e-1] }
trainer.epochs = 1
search.baselines = false
search.trials = 4
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    rows = (f"{number % 7},{number * number % 11},{'ab'[number % 2]}" for number in range(60))
    (tmp_path / "rows.csv").write_text("\n".join(["u,v,y", *rows]))
    (tmp_path / "p.toml").write_text(FILE)
    return tmp_path


def again(home: Path) -> Run:
    return run(load(home / "p.toml"), home / "runs")


@pytest.mark.parametrize("lost", ["weights of the winner", "damaged weights", "models"])
def test_a_winner_whose_weights_were_lost_is_trained_again_to_the_same_file_and_that_is_reported(
    home: Path, lost: str
) -> None:
    first = again(home)
    assert first.summary.best is not None
    assert first.summary.notes == ()
    best = model_of(home / "runs/p")
    content, number = best.read_bytes(), first.summary.best.index
    (weights,) = best.parent.glob(f"trial-{number}-*")
    if lost == "models":
        shutil.rmtree(best.parent)
    elif lost == "damaged weights":
        weights.write_bytes(weights.read_bytes()[:-1])
    else:
        weights.unlink()
        assert sum(map(len, predict_file(best, home / "rows.csv"))) == 60, "the model itself is there"
    (note,) = again(home).summary.notes
    why = "not as it was written (size or checksum differ)" if lost == "damaged weights" else "missing"
    assert note.startswith(f"trial {number} was trained again with the same weights as result: ")
    assert note.endswith(f"{weights.name}: {why}")
    assert best.read_bytes() == content


DRIFTING = """
import os

from caviar_plugins import SGD


class Drifting(SGD):
    def update(self, parameters, gradients, state, step, layout):
        super().update(parameters, gradients, state, step, layout)
        parameters += os.urandom(1)[0] / 1000
"""


def test_a_winner_that_cannot_be_repeated_is_not_said_to_be_the_same(home: Path) -> None:
    (home / "drifting.py").write_text(DRIFTING)
    words = ['optimizer={ use = "drifting", learning_rate = 0.01 }', "model.units={ log-int = [4, 16] }"]
    pipeline = load(home / "p.toml", words, home / "drifting.py")
    first = run(pipeline, home / "runs")
    assert first.summary.best is not None
    told = f"trial {first.summary.best.index} was trained again, and its result is another: "
    shutil.rmtree(home / "runs/p/models")
    (note,) = run(pipeline, home / "runs").summary.notes
    assert note.startswith(told)
    assert note.endswith("; it depends on more than its values and its seed")
    with closing(sqlite3.connect(home / "runs/p/study.sqlite")) as database:  # as if re-tests had thrown it back
        database.execute("DELETE FROM artifact")
        database.commit()
    (note,) = run(pipeline, home / "runs").summary.notes
    assert note.startswith(told)


@pytest.mark.parametrize(
    ("now", "text"),
    [
        (0.25, "a 0.25 instead of 0.5"),
        (0.5000000001, "a 0.5000000001 instead of 0.5"),
        (nan, "a nan instead of 0.5"),
        (0.5, ""),
    ],
)
def test_two_results_are_told_with_as_many_digits_as_tell_them_apart(now: float, text: str) -> None:
    assert difference({"a": 0.5, "b": nan}, {"a": now, "b": nan}) == text


def test_a_model_that_was_deleted_is_missed_with_the_way_to_have_it_again(home: Path) -> None:
    again(home)
    best = model_of(home / "runs/p")
    content = best.read_bytes()
    best.unlink()
    told = (
        "best.safetensors: missing; `pipe run` of its pipeline writes it, or reports why it cannot; "
        "4 of 4 trials are done"
    )
    with pytest.raises(NotAModel, match=re.escape(told)):
        model_of(home / "runs/p")
    again(home)
    assert best.read_bytes() == content


def test_a_folder_of_models_that_is_a_link_is_not_followed(home: Path) -> None:
    again(home)
    (home / "runs/p/models").rename(home / "elsewhere")
    (home / "runs/p/models").symlink_to(home / "elsewhere")
    with pytest.raises(NotAModel, match="models: a link, which is not followed"):
        model_of(home / "runs/p")
    with pytest.raises(StoreError, match="models: a link, which is not followed"):
        again(home)


def test_resuming_from_another_folder_leaves_the_resolved_file_as_it_is(home: Path) -> None:
    again(home)
    file, elsewhere = home / "runs/p/pipeline.toml", home / "deep" / "elsewhere"
    before = file.read_text()
    elsewhere.mkdir(parents=True)
    with chdir(elsewhere):
        run(load("../../p.toml"), Path("../../runs"))
        assert file.read_text() == before
        run(load("../../p.toml", ["data.path=../../rows.csv"]), Path("../../runs"))
        assert file.read_text() == before


def test_results_are_of_the_pipeline_that_was_recorded_whatever_the_file_beside_it_says(home: Path) -> None:
    again(home)
    file, found = home / "runs/p/pipeline.toml", read_results(home / "runs/p")
    file.write_text(file.read_text().replace("trials = 4", "trials = 5").replace("0.001, 0.1", "0.001, 0.2"))
    assert read_results(home / "runs/p") == found


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        ("bytes", "pipeline.toml: damaged, for it is not UTF-8 text; `pipe run` of its pipeline writes it again"),
        ("link", "pipeline.toml: a link, which is not followed"),
        ("folder", "pipeline.toml: a folder, not a file"),
        ("nothing", "p: no run here (there is no pipeline.toml)"),
    ],
)
def test_a_resolved_file_that_cannot_be_read_is_reported_and_written_again(home: Path, harm: str, told: str) -> None:
    again(home)
    file = home / "runs/p/pipeline.toml"
    content = file.read_bytes()
    file.unlink()
    if harm == "bytes":
        file.write_bytes(content.replace(b"digits", b"\xff").replace(b"u", b"\xff"))
    elif harm == "link":
        (home / "copy").write_bytes(content)
        file.symlink_to(home / "copy")
    elif harm == "folder":
        file.mkdir()
    with pytest.raises(NoRun if harm == "nothing" else StoreError, match=re.escape(told)):
        read_results(home / "runs/p")
    if harm != "folder":
        again(home)
        assert file.read_bytes() == content


def test_a_search_that_proposed_nothing_says_so(home: Path) -> None:
    done = again(home)
    from caviar.values.ranking import without_winner

    assert without_winner((), done.info.goal, ()) == "no trial was proposed: the strategy found nothing to try"
