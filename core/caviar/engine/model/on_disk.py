"""A saved model on disk: one safetensors file with everything that prediction needs, and no code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from caviar.config.declaration.dump import to_toml
from caviar.config.declaration.space import space_of
from caviar.config.reading.resolved import loads
from caviar.engine.data.prepare import Preparation
from caviar.engine.model.member import ModelMember
from caviar.engine.model.model_file import (
    Damaged,
    Facts,
    MemberFacts,
    OtherFile,
    PreparationFacts,
    packed,
    unpacked,
)
from caviar.engine.model.saved import SavedModel
from caviar.support.files import open_plain, sync_folder, why_unreadable, write_atomically
from caviar.values.arrays import Array
from caviar.values.class_decision import ClassDecision
from caviar.values.ensemble import Ensemble
from caviar.values.problem import Problem

_AGAIN = "`pipe run` of its pipeline writes it again"


class NotAModel(Problem):
    """The file is not a Caviar model; the message names the file and the reason."""


def best_file(folder: Path) -> Path:
    """The path of the best trial's model in a run's folder. Raises NotAModel if a link would lead out of the folder."""
    return _file(folder, "best")


def ensemble_file(folder: Path) -> Path:
    """The path of the ensemble in a run's folder. Raises NotAModel if a link would lead out of the folder."""
    return _file(folder, "ensemble")


def _file(folder: Path, name: str) -> Path:
    if (models := folder / "models").is_symlink():
        raise NotAModel(f"{models}: a link, which is not followed; put the folder itself there or remove the link")
    return folder / "models" / f"{name}.safetensors"


def save_model(model: SavedModel, path: Path) -> None:
    """Writes the file atomically."""
    path.parent.mkdir(exist_ok=True)
    write_atomically(path, as_bytes(model))
    sync_folder(path.parent)


def as_bytes(model: SavedModel) -> bytes:
    """The bytes of its file; what members share is written once."""
    preparations = _distinct(model.members)
    places = {id(preparation): place for place, preparation in enumerate(preparations)}
    arrays: dict[str, Array] = {}
    for place, preparation in enumerate(preparations):
        for number, learned in enumerate(preparation.learned):
            arrays |= {f"{_transform(place, number)}{name}": array for name, array in learned.items()}
    for number, member in enumerate(model.members):
        arrays |= {f"{_weights(number)}{name}": array for name, array in member.weights.items()}
    read = model.first.preparation
    facts = Facts(
        features=read.features,
        shapes=read.shapes,
        words=read.words,
        dates=read.dates,
        levels=read.levels,
        task=model.task,
        preparations=tuple(_facts(each) for each in preparations),
        members=tuple(
            MemberFacts(each.trial, _portable(each), places[id(each.preparation)], each.count) for each in model.members
        ),
        metrics=dict(model.metrics),
        date=model.date,
        decision=model.decision,
    )
    return packed(facts, arrays)


def open_model(path: Path) -> SavedModel:
    """Reads a model file and checks that it is as it was written. Raises NotAModel.

    Runs no code except that of the installed plugins that it names.
    """
    return of_bytes(_content(path), str(path))


def trial_in(path: Path) -> int:
    """The trial of a model file, its first one, if the file is as it was written. Raises NotAModel.

    The plugins that it names need not be there.
    """
    return _unpacked(_content(path), str(path))[0].members[0].trial


def of_bytes(content: bytes, path: str = "a pickled model") -> SavedModel:
    """The model in a file's bytes; `path` names them. Raises NotAModel."""
    facts, arrays = _unpacked(content, path)
    where = path
    try:
        members = _members(facts, arrays, where)
        used = sum(len(each.weights) for each in members)
        used += sum(len(learned) for each in _distinct(members) for learned in each.learned)
        if len(arrays) != used:
            raise ValueError("arrays that no member uses")
        for number, member in enumerate(members):
            where = f"{path}: member {number}" if len(members) > 1 else path
            if len(space_of(member.pipeline)):
                raise ValueError("ranges in its pipeline")
            member.rehearse()
        return SavedModel(members, facts.metrics, facts.decision, facts.date)
    except Problem:
        raise
    except Exception as error:  # a plugin may raise anything when it gets another's arrays
        why = f"{type(error).__name__}: {error}"
        raise NotAModel(f"{where}: its parts do not fit together ({why}); {_AGAIN}") from error


def decision_in(folder: Path) -> ClassDecision | None:
    """The decision of a run's model of classes; None where there is no model that can be read, or no classes."""
    facts = facts_in(folder)
    return facts.decision if facts else None


def facts_in(folder: Path) -> Facts | None:
    """What the file of a run's best model holds besides arrays; None where there is none that can be read."""
    return _facts_of(folder, "best")


def date_in(folder: Path) -> str | None:
    """When the search of a run's models ended; None where there is no model that can be read."""
    found = _facts_of(folder, "best") or _facts_of(folder, "ensemble")
    return found.date if found else None


def ensemble_in(folder: Path) -> Ensemble | None:
    """The ensemble of a run; None where there is none that can be read."""
    facts = _facts_of(folder, "ensemble")
    if facts is None:
        return None
    return Ensemble({each.trial: each.count for each in facts.members}, facts.metrics, facts.decision)


def _facts_of(folder: Path, name: str) -> Facts | None:
    try:
        with open_plain(_file(folder, name)) as file:
            return unpacked(file.read())[0]
    except (OSError, NotAModel, OtherFile, Damaged):
        return None


def _content(path: Path) -> bytes:
    try:
        with open_plain(path) as file:
            return file.read()
    except FileNotFoundError:
        raise NotAModel(f"{path}: no such file; a run writes it at its end, if a trial has finished") from None
    except OSError as error:
        raise NotAModel(f"{path}: {why_unreadable(error)}") from None


def _unpacked(content: bytes, path: str) -> tuple[Facts, dict[str, Array]]:
    try:
        return unpacked(content)
    except OtherFile:
        raise NotAModel(f"{path}: not a model written by this version of caviar; {_AGAIN}") from None
    except Damaged as damage:
        raise NotAModel(f"{path}: damaged or not a model: {damage}; {_AGAIN}") from None


def _members(facts: Facts, arrays: Mapping[str, Array], where: str) -> tuple[ModelMember, ...]:
    pipelines = [loads(each.pipeline, where) for each in facts.members]
    preparations: dict[int, Preparation] = {}
    for each, pipeline in zip(facts.members, pipelines, strict=True):
        transforms, place = tuple(pipeline.transform), each.preparation
        if place not in preparations:
            known = facts.preparations[place]
            learned = tuple(_below(arrays, _transform(place, number)) for number in range(len(transforms)))
            task = replace(facts.task, scales=known.scales, threshold=None)
            read = facts.features, facts.shapes, facts.words, facts.dates, facts.levels
            preparations[place] = Preparation(transforms, learned, *read, known.made, known.summary, task)
        elif preparations[place].transforms != transforms:
            raise ValueError("members that share a preparation have different transforms")
    return tuple(
        ModelMember(each.trial, pipeline, preparations[each.preparation], _below(arrays, _weights(number)), each.count)
        for number, (each, pipeline) in enumerate(zip(facts.members, pipelines, strict=True))
    )


def _facts(preparation: Preparation) -> PreparationFacts:
    return PreparationFacts(preparation.made, dict(preparation.summary), preparation.task.scales)


def _portable(member: ModelMember) -> str:
    """Its pipeline as TOML, without the backend: it predicts wherever it is opened."""
    return to_toml(member.pipeline.model_copy(update={"backend": None}))


def _distinct(members: Iterable[ModelMember]) -> list[Preparation]:
    """The preparations without repetitions; members that share one hold the same object."""
    return list({id(each.preparation): each.preparation for each in members}.values())


def _transform(preparation: int, number: int) -> str:
    return f"preparation.{preparation}.transform.{number}."


def _weights(member: int) -> str:
    return f"member.{member}.weights."


def _below(arrays: Mapping[str, Array], prefix: str) -> dict[str, Array]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
