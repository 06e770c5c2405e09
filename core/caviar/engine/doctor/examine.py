"""Examining a run: its store, the weights of its trials, its models, what crashes left, and who uses it."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from os.path import lexists
from pathlib import Path

from caviar.config.declaration.pipeline import Pipeline
from caviar.engine.doctor.finding import Finding, wrong
from caviar.engine.doctor.whole import whole
from caviar.engine.model.evaluation_file import evaluation_file
from caviar.engine.model.on_disk import best_file, ensemble_file, trial_in
from caviar.engine.revalidation.history import revalidation_files
from caviar.engine.revalidation.reference import reference_file
from caviar.engine.storage.artifacts import Unreachable
from caviar.engine.storage.run_folder import NoRun, kept_files, pipeline_file
from caviar.engine.storage.study_view import StudyView, read_study
from caviar.interfaces.store import Damaged, Store, StoreError, file_errors
from caviar.support.checked_json import read_checked
from caviar.support.files import open_plain
from caviar.values.problem import Problem

_RUN = "`pipe run` of its pipeline"
_AGAIN = f"{_RUN} writes it again"


def store_of(folder: Path) -> Store:
    """The store of a run; the default one where its resolved file does not tell."""
    try:
        return pipeline_file(folder).store
    except Problem:
        return Pipeline().store


def examine(folder: Path) -> list[Finding]:
    """All that can be said about a run's folder; changes nothing. Raises NoRun."""
    store = store_of(folder)
    if not lexists(folder / "pipeline.toml"):
        try:
            read_study(store, folder).close()
        except Damaged:
            pass
        except StoreError:
            raise NoRun(f"{folder}: no run here; runs are folders such as runs/digits") from None
    holder, found = store.holder(folder), list[Finding]()
    try:
        with read_study(store, folder) as study:
            found += [resolved_file(folder, study), _study(study)]
            if holder is None:  # a run replaces and removes files between two looks at them
                found += [_weights(study), *_models(folder, study), *_notes(folder), *_leftovers(folder, study)]
    except Damaged as damage:
        found = [resolved_file(folder, None), _recoverable(store, folder, damage), *_models(folder, None)]
    except StoreError as error:
        found = [resolved_file(folder, None), wrong("study", error), *_models(folder, None)]
    if holder is not None:
        found.append(Finding("in use", f"by {holder}", cure="examine it again when that has ended"))
    return found


def resolved_file(folder: Path, study: StudyView | None) -> Finding:
    """Whether pipeline.toml can be read; people may edit it, and a run goes by what its study has."""
    file, record = folder / "pipeline.toml", None if study is None else study.study()
    try:
        with file_errors(file), open_plain(file) as opened:
            text = opened.read().decode()
        if record is None:
            tomllib.loads(text)
        elif text != record.file:
            pipeline_file(folder)
            return Finding("pipeline.toml", "not as the study was started", cure=_AGAIN)
    except StoreError as error:
        return Finding("pipeline.toml", wrong("", error).state, sound=False, cure=_AGAIN)
    except (ValueError, Problem):
        return Finding("pipeline.toml", "damaged", sound=False, cure=_AGAIN)
    return Finding("pipeline.toml", "sound")


def read_all(study: StudyView) -> None:
    """Reads what is not read when a study is opened: every curve, and with it its checksum. Raises StoreError."""
    if (record := study.study()) is not None:
        study.curves(record.metric)


def bad_weights(study: StudyView) -> dict[int, StoreError]:
    """The trials whose stored weights or training states are missing or not as they were written, and why.

    Where they cannot be reached, the first one stands for all.
    """
    bad = {}
    for trial in sorted(study.files.values()):
        try:
            study.weights(trial)
        except StoreError as error:
            bad[trial] = error
            if isinstance(error, Unreachable):  # so are the others, and each would take as long to fail
                break
    return bad


def models_of(folder: Path) -> tuple[tuple[str, Path], ...]:
    """The names and files of a run's models. Raises NotAModel."""
    return ("best model", best_file(folder)), ("ensemble", ensemble_file(folder))


def _study(study: StudyView) -> Finding:
    """How many trials there are, by state. A study without any never started, or its whole log is damaged."""
    read_all(study)
    if study.study() is None:
        return Finding("study", "empty", sound=False, cure=f"{_RUN} starts it")
    states = Counter(trial.state.value for trial in study.trials())
    return Finding("study", f"sound, {states.total()} trials" + "".join(f", {n} {each}" for each, n in states.items()))


def _recoverable(store: Store, folder: Path, damage: Damaged) -> Finding:
    why = wrong("", damage).state
    try:
        left = whole(store.salvage(folder))
    except StoreError as error:
        return Finding("study", why, sound=False, cure=wrong("", error).cure)
    if left is None or not left.trials:
        what = "nothing" if left is None else "no trial"
        cure = f"{what} can be recovered; repair sets it aside, then {_RUN} trains all trials again"
    else:
        cure = f"repair recovers {len(left.trials)} trials; then {_RUN} trains the others again"
    return Finding("study", why, sound=False, cure=cure, repairable=True)


def _weights(study: StudyView) -> Finding:
    bad, held = bad_weights(study), len(study.files)
    if not bad:
        return Finding("weights", f"sound, of {held} trials")
    if isinstance(last := [*bad.values()][-1], Unreachable):
        return wrong("weights", last)
    told = Counter(wrong("", error).state.partition(" (")[0] for error in bad.values())
    numbers = ", ".join(map(str, [*bad][:5])) + (", …" if len(bad) > 5 else "")
    state = f"{', '.join(f'{count} {why}' for why, count in told.items())} of {held} (trial {numbers})"
    return Finding("weights", state, sound=False, cure=f"{_RUN} trains again those that it needs")


def _models(folder: Path, study: StudyView | None) -> Iterator[Finding]:
    assessment = study and study.assessment()
    expected = {"best model": bool(assessment), "ensemble": bool(assessment and assessment.ensemble)}
    for name, file in models_of(folder):
        try:
            if lexists(file):
                yield Finding(name, f"sound, of trial {trial_in(file)}")
            elif expected[name]:
                yield Finding(name, "missing", sound=False, cure=_AGAIN)
        except Problem as problem:
            yield wrong(name, problem)


def _notes(folder: Path) -> Iterator[Finding]:
    """The files before a change, the reference, the tests of the winner, its evaluation: what nothing trains again."""
    kept = kept_files(folder)
    notes = {str(file.relative_to(folder)): _reads(file) for file in revalidation_files(folder)}
    if lexists(file := reference_file(folder)):
        notes[file.name] = _reads(file)
    seen = {file.name: _reads(file)} if lexists(file := evaluation_file(folder)) else {}
    for part, sound, cure in (
        ("earlier files", kept, "the study does not use it: put back a copy, or remove it"),
        ("retest files", notes, f"it counts as absent; {_RUN} or `pipe retest` writes a new one"),
        ("evaluation", seen, f"the report has no picture of predictions; {_RUN} writes it again"),
    ):
        bad = [name for name, fine in sound.items() if not fine]
        if bad:
            yield Finding(part, f"not as written: {', '.join(bad)}", sound=False, cure=cure)
        elif sound:
            yield Finding(part, f"sound, {len(sound)}")


def _reads(note: Path) -> bool:
    try:
        read_checked(note)
    except (OSError, ValueError):
        return False
    return True


def _leftovers(folder: Path, study: StudyView) -> Iterator[Finding]:
    """Files that a killed process left."""
    left = [file for pattern in ("*.part", "models/*.part", ".repair-*") for file in folder.glob(pattern)]
    stored = {folder / file for file in study.files}
    left += [file for file in (folder / "models").glob("trial-*.safetensors") if file not in stored]
    if left:
        names = ", ".join(str(file.relative_to(folder)) for file in left[:3]) + (", …" if len(left) > 3 else "")
        yield Finding("leftovers", f"{len(left)} of a process that was killed: {names}", cure="harmless")
