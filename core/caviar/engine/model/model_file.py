"""A model file as bytes: safetensors, with facts and a checksum of the whole file in its metadata."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import sha256
from itertools import pairwise
from math import isfinite
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, Field

from caviar.engine.data.summary import ColumnSummary
from caviar.support.dates import days_since
from caviar.support.plain import from_json_number, to_json_number
from caviar.values.arrays import Array
from caviar.values.class_decision import ClassDecision
from caviar.values.inputs import Inputs
from caviar.values.target_scale import TargetScale
from caviar.values.task import Task

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_ENTRY = "caviar"  # the one entry of the metadata: of several the library writes the order by chance
_FORMAT = "caviar model 9"
_NOT_FINITE = ("inf", "-inf")
_BLANK = "0" * 64  # stands in the place of the checksum when it is computed


class OtherFile(Exception):
    """Not a model, or one of another format."""


class Damaged(Exception):
    """The file is not as it was written; the message gives the reason."""


def _number_of(plain: Any) -> Any:
    """The inverse of `to_json_number`; other values are left to the check of their type."""
    return from_json_number(plain) if plain is None or plain in _NOT_FINITE else plain


@dataclass(frozen=True)
class PreparationFacts:
    """What members share that prepare rows in the same way; `scales` are those of the targets."""

    made: Inputs
    summary: dict[str, ColumnSummary]
    scales: tuple[TargetScale, ...]


@dataclass(frozen=True)
class MemberFacts:
    """A member: `pipeline` is TOML, `preparation` the number of its entry in `Facts.preparations`.

    `count` is its weight in the mean.
    """

    trial: Annotated[int, Field(ge=0)]
    pipeline: str
    preparation: Annotated[int, Field(ge=0)]
    count: Annotated[int, Field(ge=1)]


@dataclass(frozen=True)
class Facts:
    """The content of a model file besides its arrays, as in SavedModel and Preparation; `task` has no scale.

    Two searches that are equal to the bit differ in `date` alone.
    """

    features: tuple[str, ...]
    shapes: tuple[tuple[Annotated[int, Field(ge=1)], ...], ...]
    words: tuple[str, ...]
    dates: tuple[str, ...]
    levels: Mapping[str, Annotated[int, Field(ge=1)]]
    task: Task
    preparations: tuple[PreparationFacts, ...]
    members: tuple[MemberFacts, ...]
    metrics: Mapping[str, Annotated[float, BeforeValidator(_number_of)]]
    date: str
    decision: ClassDecision | None = None

    def complaint(self) -> str | None:
        """The inconsistency between the facts, each of which has the right type."""
        try:
            days_since(self.date)
        except ValueError:
            return "its date is none"
        if {each.preparation for each in self.members} != set(range(len(self.preparations))) or not self.members:
            return "no members, or their preparations do not match"
        if len({bool(each.made.width) for each in self.preparations}) > 1:
            return "inputs for some members and none for others"
        if not self.preparations[0].made.width:
            return "no inputs, but features or a target" if self.features or self.task.targets else None
        if len(self.shapes) != len(self.features) or len(set(self.features)) != len(self.features):
            return "features and their shapes do not match"
        single = {name for name, shape in zip(self.features, self.shapes, strict=True) if not shape}
        if not {*self.words, *self.dates} <= single or set(self.words) & set(self.dates):
            return "words or dates that are no feature, or a block of them"
        if not set(self.levels) <= set(self.features) - {*self.words, *self.dates}:
            return "levels of what is no feature, or of words or dates"
        for each in self.preparations:
            if list(each.summary) != list(self.features):
                return "features and their summaries do not match"
            if not all(summary.fits(name in self.words) for name, summary in each.summary.items()):
                return "the summary of a feature does not fit it"
        return self._complaint_of_targets()

    def _complaint_of_targets(self) -> str | None:
        task, scales = self.task, [each.scales for each in self.preparations]
        if task.scales:
            return "a scale for all members, each of which has its own"
        if not self._fits_decision():
            return "a threshold or confusion matrix that does not fit the classes"
        if task.kind == "classification":
            known = len(task.targets) == 1 and len(task.classes) > 1 and not any(scales)
            return None if known else "too few classes, several targets, or a scale of classes"
        fine = bool(task.targets) and not task.classes and all(len(each) == len(task.targets) for each in scales)
        fine = fine and all(_is_usable(scale) for each in scales for scale in each)
        return None if fine else "targets and their scale do not match"

    def _fits_decision(self) -> bool:
        task, decision = self.task, self.decision
        if decision is None:
            return task.threshold is None
        many = len(task.classes)
        square = all(len(rows) == many and {*map(len, rows)} == {many} for rows in decision.confusion.values())
        usable = task.threshold is None or (many == 2 and 0 < task.threshold < 1)
        return square and usable and (decision.classes, decision.threshold) == (task.classes, task.threshold)


def _is_usable(scale: TargetScale) -> bool:
    numbers = (scale.center, scale.scale, *scale.knots, *scale.scores, *(scale.low or 0.0, scale.high or 0.0))
    tables = len(scale.knots) == len(scale.scores) and (scale.formula == "quantile") is bool(scale.knots)
    rising = all(a < b for ends in (scale.knots, scale.scores) for a, b in pairwise(ends))
    return all(map(isfinite, numbers)) and bool(scale.scale) and tables and rising


def packed(facts: Facts, arrays: Mapping[str, Array]) -> bytes:
    """The bytes of a file: the same for the same model."""
    import numpy
    from safetensors.numpy import save

    metrics = {name: to_json_number(value) for name, value in facts.metrics.items()}
    told = {"format": _FORMAT, "sha256": _BLANK, **asdict(facts), "metrics": metrics}
    entry = json.dumps(told, allow_nan=False)
    whole = {name: numpy.ascontiguousarray(array) for name, array in arrays.items()}
    content = save(whole, metadata={_ENTRY: entry})
    place = content.index(_BLANK.encode())
    return content[:place] + _checksum(content, place).encode() + content[place + len(_BLANK) :]


def unpacked(content: bytes) -> tuple[Facts, dict[str, Array]]:
    """The inverse. Raises OtherFile and Damaged."""
    from pydantic import ValidationError
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        entry = _entry(content)
        checksum = str(entry.pop("sha256", ""))
        place = content.find(checksum.encode())
        if len(checksum) != len(_BLANK) or place < 0 or _checksum(content, place) != checksum:
            raise Damaged("its checksum differs")
        facts = _facts().validate_json(json.dumps(entry), strict=True)
        arrays = dict(load(content))
    except ValidationError as error:
        first = error.errors()[0]
        raise Damaged(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except (SafetensorError, ValueError, TypeError, LookupError, RecursionError) as error:
        raise Damaged(" ".join(str(error).split())) from None
    if complaint := facts.complaint():
        raise Damaged(complaint)
    return facts, arrays


def _entry(content: bytes) -> dict[str, Any]:
    """The facts in the metadata. Raises OtherFile if they are not those of a model."""
    size = int.from_bytes(content[:8], "little")
    if not 0 < size <= len(content) - 8:
        raise Damaged("it ends before its header does")
    header = json.loads(content[8 : 8 + size])
    metadata = header.get("__metadata__") if isinstance(header, dict) else None
    entry = json.loads(metadata.get(_ENTRY, "{}")) if isinstance(metadata, dict) else None
    if not isinstance(entry, dict) or entry.pop("format", None) != _FORMAT:
        raise OtherFile
    return entry


def _checksum(content: bytes, place: int) -> str:
    """The checksum of all bytes except those of the checksum itself."""
    view = memoryview(content)
    digest = sha256(view[:place])
    digest.update(_BLANK.encode())
    digest.update(view[place + len(_BLANK) :])
    return digest.hexdigest()


@cache
def _facts() -> TypeAdapter[Facts]:
    from pydantic import TypeAdapter

    return TypeAdapter(Facts)
