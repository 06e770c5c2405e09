"""Repairing a run: what can be recovered is, what is damaged is renamed, and nothing is deleted."""

from __future__ import annotations

from os.path import lexists
from pathlib import Path

from caviar.engine.doctor.examine import bad_weights, models_of, read_all, resolved_file, store_of
from caviar.engine.doctor.whole import whole
from caviar.engine.model.on_disk import trial_in
from caviar.engine.storage.study_view import StudyView, read_study
from caviar.interfaces.store import Changes, Damaged, StoreError, file_errors
from caviar.support.files import aside, sync_folder, write_atomically
from caviar.values.problem import Problem


def repair(folder: Path) -> list[str]:
    """Repairs a run's folder; returns what was done, a line each. Raises StoreError, also where a process uses the run.

    Files that are sound stay as they are.
    """
    store, done = store_of(folder), list[str]()
    if (holder := store.holder(folder)) is not None:
        raise StoreError(f"{folder}: in use by {holder}; wait for it to end or stop it, then repair")

    try:
        with read_study(store, folder) as study:
            read_all(study)
    except Damaged:
        left = list[Changes | None]()

        def chosen(found: Changes) -> Changes | None:
            left.append(whole(found))
            return left[-1]

        set_aside = store.repair(folder, chosen)
        trials = 0 if left[-1] is None else len(left[-1].trials)
        recovered = "nothing" if left[-1] is None else f"{trials or 'no'} {'trial' if trials == 1 else 'trials'}"
        done += [f"study: {recovered} recovered", *(_told(folder, each) for each in set_aside)]
        if left[-1] is None:
            return done
    except StoreError:  # no damage: what it is, the examination says
        return done
    with read_study(store, folder) as study, file_errors(folder):
        bad = bad_weights(study)
        damaged = [folder / file for file, trial in study.files.items() if trial in bad]
        damaged += [file for _, file in models_of(folder) if lexists(file) and not _sound(file)]
        done += [_told(folder, _renamed(file)) for file in damaged if lexists(file)]
        done += _resolved_again(folder, study)
    return done


def _resolved_again(folder: Path, study: StudyView) -> list[str]:
    """Writes pipeline.toml as the study has it, where it is missing or damaged."""
    file, record = folder / "pipeline.toml", study.study()
    if record is None or resolved_file(folder, study).sound:
        return []
    done = [_told(folder, _renamed(file))] if lexists(file) else []
    write_atomically(file, record.file.encode())
    sync_folder(folder)
    return [*done, "pipeline.toml: written again, as the study was started"]


def _sound(model: Path) -> bool:
    try:
        trial_in(model)
    except Problem:
        return False
    return True


def _renamed(file: Path) -> Path:
    to = aside(file)
    file.rename(to)
    sync_folder(file.parent)
    return to


def _told(folder: Path, file: Path) -> str:
    return f"set aside: {file.relative_to(folder)}"
