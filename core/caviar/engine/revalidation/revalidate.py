"""Revalidates a finished run: trains its winner and rivals on today's data and system, and answers four questions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from tempfile import TemporaryDirectory

from caviar.config.declaration.programs import programs_of
from caviar.engine.resume.record import record_of
from caviar.engine.resume.trust import check_trusted
from caviar.engine.revalidation.data_moved import data_moved
from caviar.engine.revalidation.finished import FinishedRun
from caviar.engine.revalidation.history import note_revalidation
from caviar.engine.revalidation.metric_moved import moved_on_rows, moved_over_seeds
from caviar.engine.revalidation.overlap import overlap
from caviar.engine.revalidation.rivals import Candidate, candidates
from caviar.engine.revalidation.statistics import require
from caviar.engine.revalidation.system import moved, system_now
from caviar.engine.revalidation.system_moved import SystemCheck
from caviar.engine.revalidation.today import Rows, old_rows, todays_rows
from caviar.engine.revalidation.training import Judged, trainings
from caviar.engine.revalidation.winner_wins import UNTRIED, Scores, compared, margin_of_draws, scored, winner_wins
from caviar.interfaces.data import Data
from caviar.support.dates import now
from caviar.values.arrays import Array
from caviar.values.revalidation import Answer, Revalidation, Rival
from caviar.values.run import EpochInfo
from caviar.values.segment import MemberOutcome

SEEDS = 3


@dataclass(frozen=True)
class Watch:
    """Who is told meanwhile: `check_stop` raises Stopped, `step` gets what is done next, `tell` each epoch."""

    check_stop: Callable[[], None] = lambda: None
    step: Callable[[str], None] = lambda text: None
    tell: Callable[[EpochInfo], None] = lambda epoch: None


def revalidate(run: FinishedRun, data: Data | None = None, seeds: int = SEEDS, watch: Watch = Watch()) -> Revalidation:
    """Revalidates a run on `data`, or on that of its file, and records it in the run's folder.

    Raises DataError, Untrusted, and Problem where SciPy is missing.
    """
    require()
    if programs_of(run.pipeline):
        check_trusted(run.pipeline)
    with TemporaryDirectory(prefix="caviar-retest-") as folder:
        found = _revalidated(run, data, seeds, watch, Path(folder))
    note_revalidation(run.folder, found)
    return found


def _revalidated(run: FinishedRun, data: Data | None, seeds: int, watch: Watch, folder: Path) -> Revalidation:
    watch.step("reading the data")
    new = todays_rows(run, data, folder)
    chosen = candidates(run)
    judged = Judged(new)
    watch.step(f"training the winner and {len(chosen) - 1} rivals with {seeds} seeds")
    scores, feasible = _scores(run, judged, chosen, seeds, watch)
    judge = judged.judge
    metric = judge.name if judge else run.objective.metric
    rivals = compared(chosen, scores, feasible)
    margin = _margin(run, rivals) if judge is None else 0.0
    wins = winner_wins(rivals, scores.limit, metric, feasible[0], margin)
    wins = replace(wins, details=(*wins.details, *run.about_the_file()))
    record = record_of(new.work, run.objective)
    held_out = len(judged.drawn) if judge else 0
    if new.fingerprint != run.record.fingerprint:  # before the old ones are read
        del judged
        new = new.without_inputs()
        watch.step("reading the old data")
    old = old_rows(run, new, data is not None, folder)
    watch.step("comparing the data")
    rows, note = unseen(old, new)
    metric_moved = (
        moved_over_seeds(run.best.runs, scores, run.objective.metric, len(run.leaders))
        if judge is None
        else _same_rows(scores)
        if old is new
        else moved_on_rows(run, new, judge, rows, scores, note)
    )
    shifted = data_moved(run, old, new, rows)
    watch.step("comparing the system")
    system = system_now(record.identity, record.plugins)
    told = moved(run.system, system)
    check = SystemCheck(run, old, seeds, watch.check_stop, watch.tell)
    systems = check.found(told)
    return Revalidation(
        date=now("microseconds"),  # the name of its file, which another one may be about to write
        trial=run.best.index,
        metric=metric,
        goal=run.objective.goal,
        seeds=seeds,
        rows=held_out,
        wins=wins,
        metric_moved=metric_moved,
        data_moved=shifted.answer,
        system_moved=systems.answer,
        rivals=rivals,
        shifts=shifted.shifts,
        told_apart=shifted.tell,
        system=system,
        changes=told,
        system_cost=systems.costs,
    )


def _scores(
    run: FinishedRun, judged: Judged, chosen: Sequence[Candidate], seeds: int, watch: Watch
) -> tuple[Scores, list[bool]]:
    """The scores of all candidates, and which of them meet the conditions of the search with each seed.

    The winner meets them where it does with any seed: its place is not lost by one that is near the limit.
    """
    import numpy

    trials = [each.trial for each in chosen]
    place = {trial.index: number for number, trial in enumerate(trials)}
    predictions: list[list[Array | None]] = [[None] * seeds for _ in trials]
    values = numpy.full((len(trials), seeds), numpy.nan)
    missed = [0] * len(trials)
    sign = 1 if run.objective.goal == "maximize" else -1
    with trainings(judged.rows, watch.check_stop, watch.tell, len(trials)) as opened:
        for seed, outcome in opened.run(trials, range(1, seeds + 1)):
            number = place[outcome.trial]
            missed[number] += run.objective.violation(outcome) > 0
            if outcome.final is None or outcome.weights is None:
                continue
            values[number, seed - 1] = _objective(outcome, run)
            if judged.judge is not None:
                predictions[number][seed - 1] = judged.predicted(trials[number], outcome.weights)
    feasible = [missed[0] < seeds, *(not each for each in missed[1:])]
    if judged.judge is None or all(each is None for row in predictions for each in row):
        return Scores(values, None, sign), feasible
    return scored(judged.judge, predictions, judged.truth), feasible


def _margin(run: FinishedRun, rivals: Sequence[Rival]) -> float:
    """By how much rivals that the search had not tried may lead though nothing moved."""
    sign = 1 if run.objective.goal == "maximize" else -1
    values = [sign * sum(each.runs) / len(each.runs) for each in run.leaders]
    return margin_of_draws([each for each in values if isfinite(each)], sum(each.kind in UNTRIED for each in rivals))


def _objective(outcome: MemberOutcome, run: FinishedRun) -> float:
    return (outcome.final or {}).get(run.objective.metric, float("nan"))


def unseen(old: Rows | None, new: Rows) -> tuple[Array, str]:
    """The new rows that are not old ones, as far as the old ones are there, and what makes that doubtful, or ""."""
    import numpy

    if new.table is None:
        return numpy.empty(0, dtype=numpy.int64), ""
    every = numpy.arange(new.table.rows)
    if old is None or old.table is None:
        told = "if the new ones hold them, the deployed model looks better than it is"
        return every, f"the old rows are not there: {told}"
    found = None if old is new else overlap(old.table, new.table)
    if found is None or not found.more.any():  # none was added: the old rows in another order
        return every, ""
    return numpy.flatnonzero(found.more), found.note


def _same_rows(scores: Scores) -> Answer:
    again = f"trained again it has {float(scores.values[0].mean()):.4g} on the held-out rows"
    return Answer("no", "there are no new rows", None, (again,))
