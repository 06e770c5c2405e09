"""Migrating a study to a changed file: which changes leave its trials comparable, and where they lie in new ranges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import nan
from typing import Any

from caviar.config.declaration.pipeline import Pipeline
from caviar.config.declaration.space import sampler_of, searched_tables, space_of
from caviar.config.declaration.walk import Node, children, is_choice, name_of_option, walk
from caviar.engine.failures.machine_faults import numbered
from caviar.engine.warm_start.map_to_space import map_to_space
from caviar.engine.warm_start.transfer import NotTransferable, Transfer, changes
from caviar.interfaces.fields.declared import Declared
from caviar.interfaces.sampler import Sampler
from caviar.interfaces.strategy import Strategy
from caviar.values.dimension import Dimension, Space
from caviar.values.earlier import EarlierTrial
from caviar.values.trial import Trial, TrialState

_EPOCHS = "trainer.epochs"
_NEVER_MATTERS = (_EPOCHS, "trainer.population")


@dataclass(frozen=True)
class Migration:
    """From the file that a study was last run with, `old`, to the file of today, `new`.

    Ranges may become wider, narrower or others, a fixed value may become a range and a range a fixed value, options may
    come and plain ones may go, and trainings may become longer: trials that have ended keep their values and results.
    """

    old: Pipeline
    new: Pipeline
    keys: Sequence[str] = field(repr=False)
    """The paths at which the two files differ, apart from those that change no trial."""

    @property
    def refused(self) -> tuple[str, ...]:
        """The paths that cannot be migrated."""
        searched = {each.path for space in self._spaces for each in space.dimensions}
        searched -= self._choices[0] ^ self._choices[1]  # below them all paths are others
        if self._ranges and not all(map(len, self._spaces)):
            searched = set()  # a study without a search has one trial
        bad = [key for key in self.keys if key != _EPOCHS and key not in searched]
        bad += self._options_gone()
        if self.new.trainer.epochs < self.old.trainer.epochs:
            bad.append(_EPOCHS)
        return tuple(dict.fromkeys([*bad, *self._moved_constants()]))

    @property
    def plan(self) -> bool:
        """Whether ranges differ and the strategy enumerates the points of those that it started with."""
        return self._ranges and type(self.new.search.strategy).reach is not Strategy.reach

    def migrated(self, trials: Sequence[Trial]) -> tuple[list[Trial], str]:
        """The trials that change, as they are from now on, and one line that says what becomes of the trials."""
        found, told = [self._moved(trial) for trial in trials] if self._ranges else list(trials), list[str]()
        if self._ranges:
            told.append(self._about_ranges(trials, found))
        if _EPOCHS in self.keys:
            found, note = self._longer(found)
            told.append(note)
        found, note = self._without_queued_retests(found)
        told += [note] if note else []
        return [new for new, old in zip(found, trials, strict=True) if new is not old], "; ".join(told)

    def earlier(self, rows: Sequence[EarlierTrial]) -> tuple[tuple[EarlierTrial, ...], str]:
        """The trials that the study started from, moved as its own are, and one line about those outside."""
        if not self._ranges:
            return tuple(rows), ""
        found = tuple(replace(each, trial=self._moved(self._here(each.trial))) for each in rows)
        outside = sum(each.trial.outside for each in found)
        told = f"{outside} of the {len(found)} trials that it started from lie outside and guide nothing"
        return found, told if outside else ""

    def _here(self, trial: Trial) -> Trial:
        """A trial of an earlier run, which has the values of its own file, with those of its point in this study."""
        import numpy

        return trial if trial.outside else replace(trial, values=self._spaces[0].values(numpy.asarray(trial.point)))

    @property
    def _ranges(self) -> bool:
        return any(key != _EPOCHS for key in self.keys)

    @cached_property
    def _spaces(self) -> tuple[Space, Space]:
        return space_of(self.old), space_of(self.new)

    @property
    def _choices(self) -> tuple[set[str], set[str]]:
        """The paths of choices of plugins in both files."""
        old, new = ({each.path for each in space.dimensions if is_choice(sampler_of(each))} for space in self._spaces)
        return old, new

    def _options_gone(self) -> Iterator[str]:
        """The choices of plugins that lack one: what it was can be read in the old file only, and may have won."""
        old, new = self._spaces
        for path in self._choices[0] & self._choices[1]:
            before, now = ({*map(name_of_option, sampler_of(space[path]).ends())} for space in (old, new))
            if before - now:
                yield path

    @cached_property
    def _constants(self) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """The values of both files that are not searched, by path."""
        return dict(_constants(self.old)), dict(_constants(self.new))

    def _moved_constants(self) -> Iterator[str]:
        """The paths of values that both files have and neither searches, where they differ."""
        before, now = self._constants
        kept = (path for path in now if path in before and path not in _NEVER_MATTERS)
        yield from (path for path in kept if _leaf(before[path]) != _leaf(now[path]))

    def _moved(self, trial: Trial) -> Trial:
        """The trial in the new space; a point of NaN where it lies outside."""
        (before, space), (fixed, now), values = self._spaces, self._constants, dict(trial.values)
        for each in space.dimensions:
            if each.path not in values and each.path in fixed and _active(each, space, values):
                values[each.path] = fixed[each.path]
        gone = {each.path for each in before.dimensions} - {each.path for each in space.dimensions}
        try:
            for path in gone & values.keys():
                if now.get(path, values[path]) != values[path]:
                    raise NotTransferable(f"outside {path}")
            point = map_to_space(space, values)
        except NotTransferable as reason:
            moved = replace(trial, point=(nan,) * len(space), values=values)
            if trial.state.done:
                return moved
            why = f"{reason}: the range was changed before it had ended"
            return replace(moved, state=TrialState.PRUNED, reason=why)
        inside = {path: value for path, value in values.items() if path not in gone}
        return replace(trial, point=point, values=inside)

    def _about_ranges(self, before: Sequence[Trial], now: Sequence[Trial]) -> str:
        seen = Transfer(dict(self._constants[0]))
        what = ", ".join(changes(self.new, self.old, seen))
        outside = [new for new in now if new.outside]
        unended = [new.index for old, new in zip(before, now, strict=True) if new.outside and not old.state.done]
        if not outside:
            return f"{what}: all {len(now)} trials before lie inside"
        told = f"{what}: {len(outside)} of {len(now)} trials before lie outside, keep their results and guide nothing"
        return f"{told}; {numbered(unended)} had not ended and will not be trained" if unended else told

    def _longer(self, trials: Sequence[Trial]) -> tuple[list[Trial], str]:
        """Trials that have ended stay; those in training begin anew, because a schedule goes by the whole length."""
        old, new = self.old.trainer.epochs, self.new.trainer.epochs
        anew = [each.index for each in trials if each.epochs and not each.state.done]
        found = [each.anew if each.index in set(anew) else each for each in trials]
        ended = sum(each.state.done for each in trials)
        told = f"{_EPOCHS} {old} -> {new}: {ended} trials that have ended keep their results of {old} epochs"
        return found, f"{told}; {numbered(anew)} in training begin anew" if anew else told

    def _without_queued_retests(self, trials: Sequence[Trial]) -> tuple[list[Trial], str]:
        """Re-tests that wait are dropped where they would not repeat a trial's training, or are of one outside."""
        waiting = {
            each.index
            for each in trials
            if each.retests and not each.retests[-1].state.done and (each.outside or _EPOCHS in self.keys)
        }
        found = [replace(each, retests=each.retests[:-1]) if each.index in waiting else each for each in trials]
        return found, f"the re-tests that waited are dropped: {numbered(sorted(waiting))}" if waiting else ""


def _active(dimension: Dimension, space: Space, values: Mapping[str, Any]) -> bool:
    """Whether these values have chosen the option that a dimension belongs to."""
    parent, when = dimension.parent, dimension.when
    return parent is None or when is None or values.get(parent) == space[parent].sampler.pick(float(when))


def _constants(pipeline: Pipeline) -> Iterator[tuple[str, Any]]:
    """Path -> value of everything in the searched tables that is not searched, parts of others included."""
    for name in searched_tables(pipeline):
        nodes = walk(Node(name, getattr(pipeline, name)))
        yield from ((node.path, node.value) for node in nodes if not isinstance(node.value, Sampler))


def _leaf(value: Any) -> Any:
    """What two values are compared by: their parts are compared for themselves."""
    return type(value) if any(True for _ in children(value)) or isinstance(value, Declared) else value
