"""Trainer: trains a population in steps that can be interrupted, saved, moved and resumed."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

from caviar.interfaces.backend import Backend
from caviar.interfaces.fields.field import setting
from caviar.interfaces.metric import Metric
from caviar.interfaces.plugin import Plugin
from caviar.values.arrays import Array
from caviar.values.dataset import Dataset
from caviar.values.description import NoDescription, Operation
from caviar.values.history import Goal
from caviar.values.inputs import NO_INPUTS, Inputs
from caviar.values.metrics import Metrics
from caviar.values.population import Population
from caviar.values.problem import Problem
from caviar.values.random import Random
from caviar.values.task import Task


def _without_folder(trial: int) -> Path:
    raise Problem(f"trial {trial} has no folder here: it is not trained in a run")


@dataclass(frozen=True)
class TrainerContext:
    """What the engine provides to a trainer.

    `random` is the study's stream, for what members share (the order of mini-batches); each member's own is in the
    population. `check_stop` is called between steps and raises when the user wants to stop. `metrics` are those that
    fit the task, by name; `metric` is the searched one ("validation.accuracy"), `goal` its direction. `decisive`
    holds it and those of the search's conditions: where one of them, or a loss, is no finite number, a member has
    diverged. Any other metric may be NaN. `inputs` says what the columns of x are, in training those of the fold.
    `folder(trial)` is the folder of a member's own files in the run's, `trials/<trial>`, made when it is asked for; a
    fold's and a re-test's lie in it. It outlives the training; only `checkpoint.safetensors` and folders
    `checkpoint.state-…` in it are removed when the trial has ended. `until` is the epoch at which the segment ends,
    where that is known.
    """

    backend: Backend
    task: Task
    random: Random
    metrics: Mapping[str, Metric]
    check_stop: Callable[[], None]
    metric: str = "validation.loss"
    goal: Goal = "minimize"
    decisive: frozenset[str] = frozenset()
    inputs: Inputs = NO_INPUTS
    folder: Callable[[int], Path] = _without_folder
    until: int | None = None


@dataclass(frozen=True)
class Advance:
    """The progress of training: the state, a row of metrics per epoch, for each member the reason to end it or None.

    `ended` marks members that need no more epochs and are to be finished as they stand; () is none. Where all have
    ended before another epoch, the metrics may have no row.
    """

    state: dict[str, Array]
    metrics: Metrics
    diverged: tuple[str | None, ...]
    ended: tuple[bool, ...] = ()


@dataclass(frozen=True)
class Finish:
    """The weights to keep, named arrays with a leading member axis, and the final metrics, one row per member.

    `metrics` None: those after the last epoch.
    """

    weights: dict[str, Array]
    metrics: Metrics | None = None


class Trainer(Plugin):
    """A pure function in three parts, over a state that is a flat dict of arrays with a leading member axis.

    The engine selects, splits, merges, saves and moves members by indexing axis 0 of every array, so a value of
    no member does not belong in the state. Resume, retry and promotion are the same call of `advance`. Methods are
    called on the bound trainer. A field `loss` that is None is filled with the task's default loss before training.

    Order of calls, for one population::

        fuse_key(values, floats)     coordinator: each time trials are grouped, on the trainer as declared
        footprint(...)               worker: of one member, before several are trained; may call start
        start(...)                   worker: a trial's first segment; later ones begin with the recorded state
        advance(..., until=...)      worker: once or more in a segment, until rising; check_stop between steps
        finish(...)                  worker: once, for members that have trained all epochs or need no more
        leave(...)                   worker: once for each bound trainer that has advanced, however its segment ends
        predict(...), predictor(...) any process: on the weights that finish returned, maybe much later

    `advance` may change the state it is given in place; population, data and context are shared and never changed.
    Everything is a pure function of its arguments: a segment may be repeated in another process, after a crash or
    beside other members, and must give the same bits. A member whose numbers are not finite is reported in
    `Advance.diverged`, not raised. Where something is raised, each half of the population is trained by itself, down
    to one trial, which then fails with that reason; after a MemoryError it is tried again when there is more room. What
    `check_stop` raises must be let through.

    `uses` and `needs_data` say which tables of the file the trainer reads. Any other is a mistake in a file, and is
    neither searched, bound, shown nor compared when a study is resumed.
    """

    kind: ClassVar[str] = "trainer"
    interface: ClassVar[int] = 2
    uses: ClassVar[frozenset[str]] = frozenset({"model", "normalizer", "optimizer", "schedule", "regularizer"})
    """The tables whose plugins are bound into `Population.parts`; the trainer's own table always is."""
    schedules: ClassVar[frozenset[str]] = frozenset({"optimizer"})
    """What it applies schedules to: tables, for the tunable floats of their plugins, and fields of its own."""
    needs_data: ClassVar[bool] = True
    """False: [data] and [transform] are not read, and `data` has neither rows nor a target. Then the trainer declares
    the metrics that it reports, and nothing is predicted: a run saves the winner's weights alone."""

    epochs: int = setting(default=10, ge=1, also=("n_epochs", "num_epochs", "max_epochs", "max_iter"))
    population: int | None = setting(default=None, ge=1)
    """Most members in one program; None lets the engine decide. Never changes a result."""
    dtype: Literal["float32", "float64"] = "float32"

    def declared_metrics(self) -> Mapping[str, Goal | None]:
        """The metrics that `advance` reports besides those of the interface, by name; called before binding.

        A name is "validation.<name>" or "train.<name>"; None leaves the goal to `search.goal`. Where there are some,
        the first is searched unless the file names another.
        """
        return {}

    def complaint(self, task: Task) -> str | None:
        """The reason why it cannot be trained for a task, asked when the data has been read; None where it can."""
        return None

    @abstractmethod
    def fuse_key(self, values: Mapping[str, Any], floats: Set[str]) -> str:
        """A key; trials with equal keys may be trained together.

        values: path -> value of everything the trial searches. `floats` are the paths of tunable floats, in which the
        members of a population may differ; all others (ints, strings, which plugins) change the program.
        """

    def footprint(self, population: Population, data: Dataset, context: TrainerContext) -> int:
        """An estimate of the bytes that a member of such a population needs during training, without data.

        A population that would not fit is trained in parts. The default allows twice a state's size for what a step
        computes from it, and 32 bytes for each prediction that is measured after an epoch.
        """
        state = sum(array.nbytes for array in self.start(population, data, context).values()) // len(population)
        outputs = max(len(context.task.classes), len(context.task.targets))
        return 3 * state + 32 * outputs * len(data.split.validation)

    @abstractmethod
    def start(self, population: Population, data: Dataset, context: TrainerContext) -> dict[str, Array]:
        """The state before the first epoch."""

    @abstractmethod
    def advance(
        self, state: dict[str, Array], population: Population, data: Dataset, context: TrainerContext, until: int
    ) -> Advance:
        """Trains from the state's epoch to the end of epoch `until`, counted from 1; may change the state in place."""

    @abstractmethod
    def finish(self, state: dict[str, Array], population: Population, data: Dataset, context: TrainerContext) -> Finish:
        """Returns the weights and metrics of a completed training."""

    def leave(self, population: Population, context: TrainerContext) -> None:
        """Ends what a bound trainer has kept open between calls of `advance`: a process, a generator.

        It may keep such things in private attributes, as long as a segment gives the same without them. It is called
        when the segment ends, is interrupted or raises, and where members leave the population, which is then bound
        anew for the others. The default does nothing.
        """

    def predict(self, weights: Mapping[str, Array], population: Population, x: Array, context: TrainerContext) -> Array:
        """NumPy predictions of rows x (rows, inputs): (members, rows, classes or targets), in the user's units.

        Every trainer that needs data defines it; it is not called on the others.
        """
        raise NotImplementedError(f"{type(self).__name__} predicts nothing")

    def predictor(
        self, weights: Mapping[str, Array], population: Population, context: TrainerContext
    ) -> Callable[[Array], Array]:
        """For many calls: a function of rows (rows, inputs) that predicts as the first member does, up to rounding."""
        return lambda x: self.predict(weights, population, x, context)[0]

    def description(
        self, weights: Mapping[str, Array], population: Population, context: TrainerContext
    ) -> tuple[tuple[Operation, ...], Operation]:
        """For exporters: the layers and the head that `predict` computes for the first member.

        It asks model and loss for their parts. Without one, no model that it trained can be exported.
        """
        raise NoDescription(self)
