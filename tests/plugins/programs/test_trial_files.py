"""The files of a training by a program: what a later start of it finds."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from caviar_plugins.programs.lines import Line
from caviar_plugins.programs.trial_files import TrialFiles

ORIGIN = {"values": {"rate": 0.1}, "seed": 3}


@pytest.fixture
def files(tmp_path: Path) -> TrialFiles:
    files = TrialFiles(tmp_path, ORIGIN)
    files.prepare({}, resumes=True)
    return files


def test_a_state_that_was_half_written_when_the_program_was_killed_is_never_handed_back(files: TrialFiles) -> None:
    (files.state / "model").write_text("epoch 1, whole")
    files.keep_state()
    (files.state / "model").write_text("epoch 2, ha")
    (files.state / "more").mkdir()
    again = TrialFiles(files.folder, ORIGIN)
    assert again.prepare({}, resumes=True)
    assert [each.name for each in again.state.iterdir()] == ["model"]
    assert (again.state / "model").read_text() == "epoch 1, whole"


def test_a_copy_that_was_half_made_when_caviar_was_killed_is_never_handed_back(files: TrialFiles) -> None:
    (files.state / "model").write_text("epoch 1")
    files.keep_state()
    (files.folder / "checkpoint.state-part").mkdir()
    (files.folder / "checkpoint.state-part" / "model").write_text("ep")
    again = TrialFiles(files.folder, ORIGIN)
    assert again.prepare({}, resumes=True)
    assert (again.state / "model").read_text() == "epoch 1"


def test_a_state_that_changes_while_it_is_copied_is_not_kept(
    files: TrialFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    (files.state / "model").write_text("epoch 1")
    files.keep_state()
    (files.state / "model").write_text("epoch 2")
    copied = shutil.copytree

    def meanwhile(source: Path, target: Path, symlinks: bool) -> Path:
        copied(source, target, symlinks=symlinks)
        (files.state / "model").write_text("epoch 3, ha")
        return target

    monkeypatch.setattr(shutil, "copytree", meanwhile)
    files.keep_state()
    monkeypatch.undo()
    files.prepare({}, resumes=True)
    assert (files.state / "model").read_text() == "epoch 1"


def test_half_a_line_of_an_epoch_counts_as_none(files: TrialFiles) -> None:
    for epoch in (1, 2):
        files.add(Line({"validation.score": float("nan") if epoch == 1 else 0.5}, epoch))
    with open(files.folder / "epochs.jsonl", "a") as journal:
        journal.write('{"epoch": 3, "validation.sc')
    again = TrialFiles(files.folder, ORIGIN)
    assert [line.epoch for line in again.epochs] == [1, 2]
    again.add(Line({"validation.score": 1.0}, 3))
    assert [line.epoch for line in TrialFiles(files.folder, ORIGIN).epochs] == [1, 2, 3]


def test_a_training_of_other_values_begins_anew(files: TrialFiles) -> None:
    files.add(Line({"validation.score": 0.5}, 1))
    (files.state / "model").write_text("epoch 1")
    files.keep_state()
    other = TrialFiles(files.folder, {**ORIGIN, "values": {"rate": 0.2}})
    assert other.epochs == []
    assert not other.prepare({}, resumes=True)
    assert [*other.state.iterdir()] == []
