"""The dry run of `pipe check`: some epochs of one's own training, in a process of its own, and what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from time import monotonic
from typing import TYPE_CHECKING, Any

from caviar.config.declaration.space import space_of
from caviar.engine.data.resolve import resolve_run
from caviar.function.state import difference
from caviar.function.trainer import FunctionTrainer, own_state
from caviar.interfaces.executor import Workers
from caviar.registry.code import file_of
from caviar.registry.load import load, name_of
from caviar.values.arrays import Array
from caviar.values.problem import Problem, Stopped
from caviar.values.segment import MemberOutcome, Segment
from caviar.values.trial import TrialState

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline

_PATIENCE = 60  # seconds without an epoch, after which it is said
_LIMIT = 300  # seconds without an epoch, after which the dry run ends


class DryRunFailed(Problem):
    """A trial of one's own training fails, or gives no number that can be searched."""


def can_run_dry(pipeline: Pipeline) -> bool:
    """Whether it trains by a function whose file was named, or by a program that the user trusts."""
    cls = type(pipeline.trainer)
    if issubclass(cls, FunctionTrainer):
        return file_of(cls) is not None
    return pipeline.trusted and bool(pipeline.trainer.started_programs())


def dry_run(
    pipeline: Pipeline, epochs: int, silent: Callable[[str], None], check_stop: Callable[[], None]
) -> Iterator[str]:
    """Trains the middle of the space for so many epochs, with and without a pause; yields remarks.

    `silent` is called with a sentence where nothing is heard for a minute, or where the user stops it. Raises
    DryRunFailed, also where nothing is heard for five minutes.
    """
    name, epochs = name_of(type(pipeline.trainer)), min(epochs, pipeline.trainer.epochs)
    with _worker(pipeline, name, silent, check_stop) as dry:
        whole = dry.trained(0, epochs)
        assert whole.metrics is not None
        yield f"{epochs} of {pipeline.trainer.epochs} epochs in {whole.seconds:.3g} s"
        if epochs == 1 or whole.epoch < epochs:
            return
        first = dry.trained(0, epochs - 1)
        assert first.metrics is not None
        of_function = isinstance(pipeline.trainer, FunctionTrainer)
        if whole.metrics.values[:, : epochs - 1].tobytes() != first.metrics.values.tobytes():
            source = f"{name} draws" if of_function else "the program draws"
            yield f"two trainings with the same seed differ: {source} random numbers that do not depend on `seed`"
            return
        carry = {path: array[None] for path, array in (first.carry or {}).items()}
        if of_function and int(carry["reached"][0]) < epochs - 1:
            yield f"{name} yields no state: a trial that resumes after a pause is trained from its start again"
            return
        rest = dry.trained(epochs - 1, epochs, carry)
        assert rest.metrics is not None
        before, after = whole.metrics.last(0), rest.metrics.last(0)
        moved = [metric for metric, value in before.items() if repr(value) != repr(after.get(metric))]
        states = (own_state(each.carry or _with_state(each.weights)) for each in (whole, rest))
        place = difference(*states) if of_function else None
        if moved or place:
            seen = f"{moved[0]} {before[moved[0]]:.6g} and {after[moved[0]]:.6g}" if moved else str(place)
            yield (
                f"a trial that resumes from its state differs from one without a pause in {seen}: what the training "
                "depends on besides (an optimizer, a random generator, the order of rows) belongs in the state"
            )


@dataclass(frozen=True)
class _Dry:
    workers: Workers
    folder: Path
    values: Mapping[str, Any]
    heard: Callable[..., None]

    def trained(self, start: int, until: int, state: Mapping[str, Array] | None = None) -> MemberOutcome:
        """One trial from one epoch to another. Raises DryRunFailed."""
        if not start:  # else it goes on from its checkpoint
            rmtree(self.folder / "trials", ignore_errors=True)
        segment = Segment((0,), (self.values,), start, until, state=state)
        self.heard()
        ((outcome,),) = ([*each.members] for each in self.workers.run([segment], self.heard))
        if outcome.state in (TrialState.FAILED, TrialState.DIVERGED, TrialState.QUEUED):
            raise DryRunFailed(f"dry run: {outcome.reason or outcome.state.value}")
        return outcome


@contextmanager
def _worker(
    pipeline: Pipeline, name: str, silent: Callable[[str], None], check_stop: Callable[[], None]
) -> Iterator[_Dry]:
    """One worker process, in which a crash of the function does no harm."""
    since, said = monotonic(), False

    def heard(*_: object) -> None:
        nonlocal since
        since = monotonic()

    def look() -> None:
        nonlocal said
        seconds = monotonic() - since
        try:
            check_stop()
        except Stopped:
            silent(f"dry run of {name}: stopped {seconds:.0f} s after it started or yielded last")
            raise
        if not said and seconds > _PATIENCE:
            said = True
            silent(f"dry run of {name}: no epoch within {_PATIENCE} s; it is stopped after {_LIMIT} s without one")
        if seconds > _LIMIT:
            raise DryRunFailed(
                f"dry run of {name}: stopped after {_LIMIT} s without an epoch: it loops for ever, or an epoch takes "
                "longer than that; --dry 0 skips the dry run"
            )

    import numpy

    processes: Any = load("executor", "processes")
    with TemporaryDirectory(prefix="caviar-") as folder:
        work = replace(resolve_run(pipeline)[0], folder=Path(folder))
        space = space_of(work.pipeline)
        values = space.values(space.clip(numpy.full((1, len(space)), 0.5))[0])
        with processes(workers=1).open(work, look, 1) as workers:
            yield _Dry(workers, Path(folder), values, heard)


def _with_state(weights: Mapping[str, Array] | None) -> dict[str, Array]:
    return {f"state.{name}": array for name, array in (weights or {}).items()}
