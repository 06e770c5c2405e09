"""The trainer of a function: each member is trained by a call of it, from one yield to the next."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from contextlib import ExitStack
from copy import deepcopy
from functools import partial
from math import isfinite
from traceback import extract_tb
from typing import Any, ClassVar, Literal

from pydantic import PrivateAttr

from caviar.function import checkpoint
from caviar.function.importable import importable, origin
from caviar.function.metrics import WrongMetrics, full_name
from caviar.function.parameters import Parameters
from caviar.function.training import Row, Training
from caviar.function.unsavable import UnsavableState
from caviar.interfaces.fields.field import setting
from caviar.interfaces.fields.types import field_type
from caviar.interfaces.trainer import Advance, Finish, Trainer, TrainerContext
from caviar.support.raised import sentence
from caviar.support.words import words_from_array, words_to_array
from caviar.text.once import say_once
from caviar.values.arrays import Array
from caviar.values.dataset import Dataset
from caviar.values.history import Goal
from caviar.values.metrics import Metrics
from caviar.values.population import Population
from caviar.values.wrong_return import WrongReturn

_STATE = "state."


class WrongYield(WrongReturn):
    """What a function has yielded or returned is not what its trainer takes."""

    def __init__(self, trainer: FunctionTrainer, reason: str) -> None:
        super().__init__(trainer, "function", reason)
        self.args = (f"{type(trainer).__name__}() {reason}",)


class FunctionTrainer(Trainer):
    """The base of the classes that `caviar.trial` makes; their fields are the function's parameters.

    A training's state has `epoch` and `reached`, int64 (members,): the epochs trained, and those that the function's
    own state stands for; `row`, float64 (members, metrics), the last metrics, and `names`, uint8, theirs; and
    `state.*`, the function's own state as `to_arrays` gives it. Epochs beyond `reached` are trained again where the
    function is called anew. A population has one member: two functions in turn would share Python's global generators.
    """

    uses: ClassVar[frozenset[str]] = frozenset()
    schedules: ClassVar[frozenset[str]] = frozenset()
    needs_data: ClassVar[bool] = False
    one_by_one: ClassVar[bool] = True
    function: ClassVar[Callable[..., Any]]
    parameters: ClassVar[Parameters]
    says_epochs: ClassVar[bool]
    """Whether the decorator, or the function's default, gives the number of epochs."""
    metrics: ClassVar[Mapping[str, Goal | None]]
    """The searched metric, and others that a file may name, by full name."""

    population: int | None = setting(default=1, ge=1, le=1)
    dtype: Literal["float32", "float64"] = "float64"
    _trainings: dict[int, Training] = PrivateAttr(default_factory=dict)
    _known: dict[int, checkpoint.Checkpoint] = PrivateAttr(default_factory=dict)
    _rows: dict[int, list[Row]] = PrivateAttr(default_factory=dict)
    _after: dict[str, Array] | None = PrivateAttr(default=None)
    """The state that the last `advance` returned: with it, and no other, the trainings go on."""

    @classmethod
    def is_floating(cls, field: str) -> bool:
        return super().is_floating(field) and field_type(cls, field).types == (float,)

    def declared_metrics(self) -> Mapping[str, Goal | None]:
        return self.metrics

    def fuse_key(self, values: Mapping[str, Any], floats: Set[str]) -> str:
        structure = {path: value for path, value in values.items() if path not in floats}
        return json.dumps(structure, sort_keys=True, default=repr)

    def start(self, population: Population, data: Dataset, context: TrainerContext) -> dict[str, Array]:
        import numpy

        count = len(population)
        zeros = numpy.zeros(count, dtype=numpy.int64)
        return {"epoch": zeros, "reached": zeros.copy(), **_of_metrics((), numpy.zeros((count, 0)))}

    def advance(
        self, state: dict[str, Array], population: Population, data: Dataset, context: TrainerContext, until: int
    ) -> Advance:
        import numpy

        first = int(state["epoch"][0]) + 1
        if state is not self._after:
            self.leave(population, context)
        rows = [
            self._advanced(member, state, population, context, range(first, until + 1))
            for member in range(len(population))
        ]
        names = words_from_array(state["names"][0]) or tuple(rows[0][0] if rows[0] else ())
        self._report_others(names, rows)
        numbers = [[[row.get(name, numpy.nan) for name in names] for row in found] for found in rows]
        epochs = len(rows[0])
        values = numpy.asarray(numbers, dtype=numpy.float64).reshape(len(rows), epochs, len(names))
        metrics = Metrics(names, first, values)
        trainings = [self._trainings[trial] for trial in population.trials]
        ended = tuple(each.over for each in trainings)
        last = values[:, -1] if epochs else state["row"]
        reached = numpy.asarray([each.reached for each in trainings], dtype=numpy.int64)
        after = {
            "epoch": numpy.full(len(rows), first + epochs - 1, dtype=numpy.int64),
            "reached": reached,
            **_of_metrics(names, last),
            **{f"{_STATE}{name}": numpy.stack([each.state[name] for each in trainings]) for name in trainings[0].state},
        }
        self._after = after
        return Advance(after, metrics, tuple(_divergence(metrics, m, context) for m in range(len(rows))), ended)

    def finish(self, state: dict[str, Array], population: Population, data: Dataset, context: TrainerContext) -> Finish:
        names = words_from_array(state["names"][0])
        return Finish(own_state(state), Metrics(names, int(state["epoch"][0]), state["row"][:, None]))

    def leave(self, population: Population, context: TrainerContext) -> None:
        trainings, self._trainings = self._trainings, {}
        self._rows, self._known, self._after = {}, {}, None
        with ExitStack() as stack:  # closes all, whatever one of them raises
            for training in trainings.values():
                stack.callback(self._close, training)

    def _close(self, training: Training) -> None:
        """A training that has been recorded does not fail because of what its function does when it is closed."""
        try:
            with importable(type(self).function):
                training.close()
        except Exception as error:  # a function may raise anything
            steps = extract_tb(error.__traceback__)[2:]  # below this method and the training's
            place = f" at {steps[-1].filename}:{steps[-1].lineno}" if steps else ""
            say_once(f"{type(self).__name__}() was closed and raised {sentence(error)}{place}; no trial fails of that")

    def _advanced(
        self,
        member: int,
        state: Mapping[str, Array],
        population: Population,
        context: TrainerContext,
        epochs: Iterable[int],
    ) -> list[Row]:
        """A row for each of these epochs, or up to that in which the function ends."""
        trial = population.trials[member]
        training = self._trainings.get(trial) or self._begun(member, state, population, context)
        found: list[Row] = []
        for epoch in epochs:
            context.check_stop()
            row = self._row(training, trial, epoch)
            if row is None:
                break
            found.append(row)
            self._rows[trial].append(row)
            if training.reached == epoch < self.epochs and not training.over and epoch > self._saved(trial):
                self._save(member, population, context, training)
            if training.over:
                break
        return found

    def _row(self, training: Training, trial: int, epoch: int) -> Row | None:
        """The metrics after an epoch: those of the checkpoint, or of the function, which trains it."""
        known = self._known.get(trial)
        if known and epoch <= known.epoch:
            if epoch == known.epoch:
                training.state, training.reached = known.state, known.epoch
            training.epoch = epoch
            return known.rows[epoch - known.first]
        try:
            with importable(type(self).function):
                return training.next()
        except (WrongMetrics, UnsavableState) as wrong:
            raise WrongYield(self, f"{wrong}{f' (line {training.line})' if training.line else ''}") from wrong

    def _begun(
        self, member: int, state: Mapping[str, Array], population: Population, context: TrainerContext
    ) -> Training:
        """The training of a member from a state, or from its checkpoint, if that is ahead of it."""
        trial, epoch = population.trials[member], int(state["epoch"][member])
        folder = partial(context.folder, trial)
        values = {name: self._value(name, member) for name in self.parameters.fields}
        call = partial(self.parameters.call, type(self).function, values, population.streams[member], folder)
        own = {name: array[member] for name, array in own_state(state).items()}
        reached = int(state["reached"][member])
        takes = self.parameters.takes_state
        training = Training(call, next(iter(self.metrics)), takes, context.check_stop, epoch, reached, own)
        training.once = self.epochs == 1 and not self.says_epochs
        self._trainings[trial], self._rows[trial] = training, []
        known = checkpoint.read(folder(), self._key(member, population)) if self.epochs > 1 else None
        if known is not None and known.first <= epoch + 1 <= known.epoch + 1:
            self._known[trial] = known
            # What an earlier segment has measured may not have been recorded when the run is killed: it stays.
            self._rows[trial] = [*known.rows[: epoch - known.first + 1]]
        if epoch > (max(reached, self._saved(trial)) if takes else 0):
            why = "yields no state" if takes else "has no parameter 'state'"
            say_once(f"{type(self).__name__} {why}, so a trial that continues trains its first epochs again")
        return training

    def _saved(self, trial: int) -> int:
        known = self._known.get(trial)
        return known.epoch if known else 0

    def _save(self, member: int, population: Population, context: TrainerContext, training: Training) -> None:
        trial = population.trials[member]
        rows = self._rows[trial]
        first = training.epoch - len(rows) + 1
        checkpoint.write(context.folder(trial), self._key(member, population), first, rows, training.state)

    def _key(self, member: int, population: Population) -> str:
        """What a training's numbers depend on: function, values, seed."""
        values = {name: self._value(name, member) for name in self.parameters.fields}
        cls, stream = type(self), population.streams[member].key
        return repr((*origin(cls.function), cls.__qualname__, values, self.epochs, stream))

    def _value(self, name: str, member: int) -> Any:
        value = getattr(self, name)
        return float(value[member, 0]) if type(self).is_floating(name) else deepcopy(value)  # a dict may be changed

    def _report_others(self, names: Sequence[str], rows: Sequence[Sequence[Row]]) -> None:
        others = {name for found in rows for row in found for name in row} - set(names)
        for name in sorted(others):
            say_once(f"{type(self).__name__}: '{name}' is not recorded, because the first epoch had no such metric")


def own_state(state: Mapping[str, Array]) -> dict[str, Array]:
    """The part of a training's state that is the function's own."""
    return {name.removeprefix(_STATE): array for name, array in state.items() if name.startswith(_STATE)}


def _of_metrics(names: Sequence[str], row: Array) -> dict[str, Array]:
    import numpy

    return {"names": numpy.tile(words_to_array(names), (len(row), 1)), "row": row}


def _divergence(metrics: Metrics, member: int, context: TrainerContext) -> str | None:
    """The epoch and metric in which a member stopped being finite; a metric that decides nothing may be NaN."""
    decisive = {full_name("loss"), "train.loss", *context.decisive}
    for row, values in enumerate(metrics.values[member]):
        for name, value in zip(metrics.names, values, strict=True):
            if name in decisive and not isfinite(value):
                return f"{name} was {value:g} after epoch {metrics.first + row}"
    return None
