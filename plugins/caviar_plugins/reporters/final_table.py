"""The end of a run: its best trials, the winner's metrics, where the results are and what to do next."""

from __future__ import annotations

from collections.abc import Iterator

from caviar.plugin import (
    Column,
    Columns,
    RunInfo,
    Scores,
    Summary,
    Trial,
    TrialState,
    decision_lines,
    ranked,
    shell_lines,
    standings_notes,
    standings_table,
    winner_table,
)
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from caviar_plugins.reporters.wording import count, duration

ROWS = 5


def print_summary(run: RunInfo, summary: Summary, console: Console) -> None:
    """Fits the console, whatever its width."""
    best, finished = summary.best, ranked(summary.trials, run.goal)
    if finished:
        scores = Scores.of(finished, run.metric)
        columns = _columns(run, finished[:ROWS], scores, console.width)
        console.print(_table(columns))
        if len(finished) > ROWS:
            console.print(f"The best {ROWS} of {len(finished):,} finished trials.", highlight=False)
        if columns.note:
            console.print(columns.note, markup=False)
        if legend := scores.legend(finished[:ROWS]):
            console.print(legend)
        if tie := scores.tie(finished):
            console.print(tie)
        if best is not None:
            console.print(winner_table(best))
            for line in decision_lines(summary.decision) if summary.decision else ():
                console.print(Padding(Text(line), (0, 0, 0, 2), expand=False))
            if columns.rounded:
                console.print(Padding(Text(run.space.line(best.values)), (0, 0, 0, 2), expand=False))
            if len(best.runs) > 1:
                console.print(
                    "  These are the metrics of its first training, whose model is saved; the table shows the mean.",
                    markup=False,
                )
        if summary.assessment is not None:
            console.print(standings_table(summary.assessment))
            for note in standings_notes(summary.assessment):
                console.print(note, markup=False)
    elif best is not None:
        console.print(winner_table(best))
        console.print(Padding(Text(run.space.line(best.values)), (0, 0, 0, 2), expand=False))
    console.print(_counts(run, summary), markup=False)
    if summary.stopped:
        console.print(f"Stopped {summary.stopped}", markup=False)
    for note in summary.notes:
        console.print(f"Note: {note}", markup=False)
    for told in _unlucky(summary):
        console.print(Padding(Text(told), (0, 0, 0, 2), expand=False))
    for line in _next(run, None if summary.failure else best, console.width):
        console.print(line, markup=False)


def _columns(run: RunInfo, trials: list[Trial], scores: Scores, width: int) -> Columns:
    given = [
        Column("trial", tuple(str(trial.index) for trial in trials)),
        Column(run.metric, tuple(map(scores.words, trials))),
    ]
    if run.where:
        given.append(Column("feasible", tuple("yes" if trial.feasible else "no" for trial in trials)))
    return Columns.fitting(given, run.space, trials, width)


def _table(columns: Columns) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    number, *others = columns.given
    table.add_column(number.head, justify="right", no_wrap=True)
    for column in others:
        table.add_column(column.head, no_wrap=True)
    for column in columns.values:
        table.add_column(column.head, justify="right", no_wrap=True)
    for row in zip(*(column.cells for column in (*columns.given, *columns.values)), strict=True):
        table.add_row(*map(Text, row))
    return table


def _counts(run: RunInfo, summary: Summary) -> str:
    before = f" ({run.resumed} of them before)" if run.resumed else ""
    ends = [f"{many} {state}" for state in TrialState if state.done and (many := summary.count(state))]
    done = sum(trial.state.done for trial in summary.trials)
    if again := sum(len(trial.retests) for trial in summary.trials):
        ends.append(count(again, "re-test"))
    told = f"\n{count(done, 'trial')}{before} in {duration(summary.seconds)}: {', '.join(ends) or 'none done'}"
    if begun := sum(bool(trial.epochs) and not trial.state.done for trial in summary.trials):
        told += f"; {begun} stopped early"
    if queued := len(summary.trials) - done - begun:
        told += f"; {queued} queued"
    if not run.where:
        return told
    feasible = sum(trial.feasible for trial in summary.trials)
    return f"{told}; {feasible or 'none'} with {' and '.join(map(str, run.where))}"


def _unlucky(summary: Summary) -> list[str]:
    """The reasons of some that failed, each once with its number of trials; where no trial finished, of all."""
    alike: dict[tuple[TrialState, str], list[int]] = {}
    for trial in summary.trials:
        concerned = trial.state is TrialState.FAILED or not summary.best
        if trial.reason and concerned and trial.reason not in (summary.stopped or ""):
            alike.setdefault((trial.state, trial.reason), []).append(trial.index)
    return [
        f"{f'trial {trials[0]}' if len(trials) == 1 else count(len(trials), 'trial')}{_state(state)}: {reason}"
        for (state, reason), trials in list(alike.items())[:ROWS]
    ]


def _state(state: TrialState) -> str:
    """How trials ended; nothing where they have not: the reason says it."""
    return f" {state}" if state.done else ""


def _next(run: RunInfo, best: Trial | None, width: int) -> Iterator[str]:
    if not run.kept:
        yield 'The results are in memory only; run(…, runs="runs") keeps it in a folder.'
        return
    what = "All results are" if best is None else "The best model, all results and the resolved file are"
    none = "No model was saved. " if best is None and run.predicts else ""
    if best is not None and not run.predicts:
        files = f"trials/{best.index}"
        has_files = (run.folder / files).is_dir()
        theirs = f", the resolved file and the best trial's files ({files})" if has_files else " and the resolved file"
        what = f"All results{theirs} are"
    if (page := run.folder / "report.html").exists():
        yield f"Pictures: {page}, for any browser"
    if not run.readable:
        yield f"{none}{what} in {run.folder}. `pipe` cannot read them: a plugin is a class of this program."
        return
    if not run.commands:
        code = f", code={str(run.code)!r}" if run.code else ""
        yield f"{none}{what} in {run.folder}. Next: caviar.open_run({str(run.folder)!r}{code})"
        return
    yield f"{none}{what} in {run.folder}. Next:"
    commands = [(each.words, each.about) for each in run.commands if best is not None or not each.of_model]
    whole = [(shell_lines(words, None)[0], about) for words, about in commands]
    longest = max(len(command) for command, _ in whole)
    if max(longest + 2 + len(about) for _, about in whole) <= width:
        yield from (f"{command:{longest}}  {about}" for command, about in whole)
    else:
        yield from (line for words, _ in commands for line in shell_lines(words, width))
