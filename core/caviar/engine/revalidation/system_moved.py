"""Question 4: did the system move? What changed since the search, and what that does to the winner."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, sqrt
from typing import TYPE_CHECKING

from caviar.engine.model.decide import seen_by
from caviar.engine.revalidation.defaults import changed_defaults
from caviar.engine.revalidation.metric_moved import measured_before
from caviar.engine.revalidation.reference import probed
from caviar.engine.revalidation.statistics import t_quantile
from caviar.engine.revalidation.today import Rows, with_tables
from caviar.engine.revalidation.training import Judged, trainings
from caviar.values.arrays import Array
from caviar.values.revalidation import Answer, Interval
from caviar.values.segment import MemberOutcome

if TYPE_CHECKING:
    from caviar.engine.revalidation.finished import FinishedRun
    from caviar.values.run import EpochInfo


@dataclass(frozen=True)
class SystemMoved:
    """The answer; `costs` where training on today's system gives a worse winner, beyond chance."""

    answer: Answer
    costs: bool = False


@dataclass(frozen=True)
class SystemCheck:
    """Trains the winner on the old rows again, as often as needed: once, and with all seeds where bits differ."""

    run: FinishedRun
    old: Rows | None
    seeds: int
    check_stop: Callable[[], None]
    tell: Callable[[EpochInfo], None]

    def found(self, changes: str) -> SystemMoved:
        """What `changes`, a list of names with versions, do to the winner."""
        known = self.run.reference.defaults if self.run.reference else {}
        pipeline, defaults = changed_defaults(self.run.pipeline, known)
        details = [*self._weights()]
        if self.old is None:
            details.append("the old rows are not there to train on again")
            moved = bool(changes or defaults)
            return SystemMoved(Answer("yes" if moved else "no", _told(changes, defaults), None, tuple(details)))
        first = self._trained(self.old, [0])[0]
        same, line = self._compared(first)
        details.append(line)
        effect, costs = None, False
        if not same:
            again = [first, *self._trained(self.old, range(1, self.seeds + 1))]
            effect, costs, line = self._effect(again)
            details.append(line)
        elif changes:
            effect = (0.0, 0.0)
        if defaults:
            details.append(self._with_defaults(with_tables(self.old, pipeline), first))
        moved = bool(changes or defaults or not same)
        told = _told(changes, defaults) if changes or defaults else "" if same else "no version changed, but bits did"
        return SystemMoved(Answer("yes" if moved else "no", told or _told("", ()), effect, tuple(details)), costs)

    def _trained(self, rows: Rows, seeds: Sequence[int]) -> list[MemberOutcome]:
        with trainings(rows, self.check_stop, self.tell, 1) as opened:
            return [outcome for _, outcome in opened.run([self.run.best], seeds)]

    def _weights(self) -> list[str]:
        """Whether the deployed model predicts the same as when it was saved."""
        told = []
        reference = self.run.reference
        if reference is not None and reference.probes:
            now = probed(self.run.model)
            if now == reference.probes:
                told.append("the deployed model predicts the same, bit for bit, for random inputs")
            else:
                told.append(f"the deployed model's predictions {_far(reference.probes, now)} for random inputs")
        if self.old is not None and self.old.table is not None:
            told += self._on_old_rows(self.old)
        return told

    def _on_old_rows(self, old: Rows) -> list[str]:
        judge = Judged(old).judge
        before = None if judge is None else measured_before(self.run, judge)
        if judge is None or before is None or old.table is None:
            return []
        name, was, _ = before
        data, model = old.work.datasets[0], self.run.model
        part = name.partition(".")[0]
        if part == "validation" and len(old.work.datasets) > 1:
            return []  # of each row only one fold's model counts, and not all of them are saved
        rows = getattr(data.split, part)
        predicted = model.predict(model.first.preparation.expected(old.table.take(rows)))
        now = judge.value(seen_by(judge.metric, predicted, model.task), data.truth[rows])
        if now == was:
            return [f"on the old rows it has the same {name}, {was:.4g}"]
        return [f"on the old rows its {name} was {was:.6g} and is {now:.6g}"]

    def _compared(self, outcome: MemberOutcome) -> tuple[bool, str]:
        """Whether the winner, trained again from its own seed, is the same."""
        if not self.run.best.state.done:
            return True, "the time ended its search before the winner's training, so its bits are not compared"
        metric = self.run.objective.metric
        was = self.run.best.metrics.get(metric)
        if outcome.final is None or outcome.weights is None or was is None:
            return False, f"trained again from the same seed it {outcome.state.value}: {outcome.reason}"
        now = outcome.final[metric]
        if self.run.weights is not None:
            apart = _distance(self.run.weights, outcome.weights)
            if apart == 0 and now == was:
                return True, "trained again from the same seed its weights are the same, bit for bit"
            far = f"its weights differ by up to {apart:.2g}, and " if apart else ""
            if apart == 0:
                far = "its weights are the same, but "
            so = f"is {now:.6g} instead of {was:.6g}" if now != was else f"is {was:.6g} as it was"
            return False, f"trained again from the same seed {far}{metric} {so}"
        if now == was:
            return True, f"trained again from the same seed it has the same {metric}, {was:.6g}"
        return False, f"trained again from the same seed {metric} is {now:.6g} instead of {was:.6g}"

    def _effect(self, outcomes: Sequence[MemberOutcome]) -> tuple[Interval | None, bool, str]:
        """How far the searched metric moved: the mean of all seeds against what the search recorded."""
        import numpy

        metric, was = self.run.objective.metric, numpy.asarray(self.run.best.runs)
        now = numpy.asarray([each.final[metric] if each.final else numpy.nan for each in outcomes])
        if not (numpy.isfinite(now).all() and numpy.isfinite(was).all()) or len(now) < 2:
            return None, False, "with some seed the winner failed or diverged, so there is no mean"
        difference = float(now.mean() - was.mean())
        half = t_quantile(0.975, len(now) - 1) * float(now.std(ddof=1)) * sqrt(1 / len(now) + 1 / len(was))
        ends, sign = (difference - half, difference + half), 1 if self.run.objective.goal == "maximize" else -1
        beyond = ends[0] > 0 or ends[1] < 0
        told = "which is more than chance between seeds" if beyond else "which chance between seeds explains"
        line = f"over {len(now)} seeds {metric} moved by {difference:+.4g} [{ends[0]:.2g}, {ends[1]:.2g}], {told}"
        return ends, beyond and sign * difference < 0, line

    def _with_defaults(self, rows: Rows, first: MemberOutcome) -> str:
        """What the winner has with today's defaults in the place of those that its file keeps, on the same seeds."""
        import numpy

        metric, seeds = self.run.objective.metric, range(self.seeds)
        kept = [first, *(self._trained(self.old, seeds[1:]) if self.old and self.seeds > 1 else [])]
        other = self._trained(rows, seeds)
        values = [
            numpy.asarray([each.final[metric] if each.final else numpy.nan for each in row]) for row in (kept, other)
        ]
        apart = values[1] - values[0]
        if not numpy.isfinite(apart).all():
            return "with today's defaults the winner fails or diverges; the run's file keeps the old ones"
        half = (
            t_quantile(0.975, len(apart) - 1) * float(apart.std(ddof=1)) / sqrt(len(apart)) if len(apart) > 1 else 0.0
        )
        mean = float(apart.mean())
        return (
            f"with today's defaults {metric} of the winner moves by {mean:+.4g} "
            f"[{mean - half:.2g}, {mean + half:.2g}]; the run's file keeps the old ones"
        )


def _told(changes: str, defaults: Sequence[str]) -> str:
    return "; ".join([*([changes] if changes else []), *defaults]) or "nothing that is recorded changed"


def _far(before: Sequence[Sequence[float]], now: Sequence[Sequence[float]]) -> str:
    """By how much two tables of predictions that are not equal differ."""
    if [*map(len, before)] != [*map(len, now)]:
        return "are no finite numbers any more" if not now else "have another shape"
    largest = max(abs(a - b) for old, new in zip(before, now, strict=True) for a, b in zip(old, new, strict=True))
    return f"differ by up to {largest:.2g}"


def _distance(before: Mapping[str, Array], after: Mapping[str, Array]) -> float | None:
    """The largest difference of two sets of arrays; None where they are not comparable."""
    import numpy

    if before.keys() != after.keys():
        return None
    largest = 0.0
    for name, array in before.items():
        other = numpy.asarray(after[name])
        if array.shape != other.shape or array.dtype != other.dtype:
            return None
        if array.dtype.kind not in "fiu":
            if not numpy.array_equal(array, other):
                return None
            continue
        if not numpy.array_equal(array, other, equal_nan=array.dtype.kind == "f"):
            apart = numpy.abs(array.astype(numpy.float64) - other.astype(numpy.float64))
            worst = float(numpy.nanmax(apart)) if apart.size else 0.0
            largest = max(largest, worst) if isfinite(worst) else float("inf")
    return largest
