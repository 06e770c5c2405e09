"""The views of a run: live on a terminal, plain lines elsewhere."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from time import monotonic

import caviar
from caviar.plugin import RunInfo, Summary
from rich import live
from rich.console import Console, Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from caviar_plugins.reporters.tracker import Tracker
from caviar_plugins.reporters.wording import count, duration, fitting, sparkline

PAUSE = 2.0
"""Seconds between two plain lines: a log stays short."""
SILENCE = 20.0
"""Seconds after which a plain line is printed although only the time left has changed."""


class View(ABC):
    """Shows the state of its tracker; `rungs` gives the epochs at which a pruner decides on a trial."""

    def __init__(self, run: RunInfo, console: Console, rungs: Callable[[int], tuple[int, ...]] | None = None) -> None:
        self.run, self.console, self.tracker = run, console, Tracker(run, rungs=rungs)
        before = f", {run.resumed} of them done before" if run.resumed else ""
        place = f", in {run.folder}" if run.kept else ""
        self.say(f"{count(run.total, 'trial')} of {count(run.epochs, 'epoch')}{before}{place}")
        for note in run.notes:
            self.say(note)

    @abstractmethod
    def show(self) -> None:
        """Called after a change of the tracker."""

    @abstractmethod
    def round_ended(self, index: int) -> None:
        """Called at the end of a round."""

    def say(self, line: str) -> None:
        """Prints a permanent line."""
        self.console.print(f"{self.run.name}: {line}", markup=False)

    @abstractmethod
    def close(self) -> None:
        """Restores the screen."""

    def print_summary(self, summary: Summary) -> None:
        """Prints the best trials and what to do next, on standard output where that is for it."""
        from caviar_plugins.reporters.final_table import print_summary

        print_summary(self.run, summary, caviar.plugin.console(stderr=not self.run.prints))


class Lines(View):
    """Plain lines: one per round, and between rounds at most one every two seconds, if it says something new.

    Another time left alone is nothing new, until nothing was printed for a while.
    """

    def __init__(self, run: RunInfo, console: Console, rungs: Callable[[int], tuple[int, ...]] | None = None) -> None:
        super().__init__(run, console, rungs)
        self._printed, self._last = monotonic(), ("", "", "")

    def show(self) -> None:
        if monotonic() >= self._printed + PAUSE:
            self._line("")

    def round_ended(self, index: int) -> None:
        self._line(f"round {index + 1} done, ")

    def close(self) -> None:
        """Nothing to restore: lines are permanent."""

    def _line(self, what: str) -> None:
        tracker = self.tracker
        trials = f"{what}{tracker.done}/{self.run.total} trials"
        news = (trials, tracker.activity(), tracker.best_in_words())
        if news == self._last and monotonic() < self._printed + SILENCE:
            return
        facts = (trials, tracker.activity(), tracker.left(), tracker.best_in_words())
        self.say(", ".join(fact for fact in facts if fact))
        self._printed, self._last = monotonic(), news


class Live(View):
    """A few lines at the bottom of the terminal, removed at the end.

    Drawn four times a second, by a thread of rich's, so that a spinner and the time show activity while
    kernels are compiled or an epoch takes long.
    """

    def __init__(self, run: RunInfo, console: Console, rungs: Callable[[int], tuple[int, ...]] | None = None) -> None:
        super().__init__(run, console, rungs)
        self._began, self._spinner = monotonic(), Spinner("line")
        self._live = live.Live(
            console=console, get_renderable=self._picture, refresh_per_second=4, transient=True, redirect_stdout=False
        )
        self._live.start()

    def show(self) -> None:
        """Nothing: the next redraw shows the change."""

    def round_ended(self, index: int) -> None:
        """Nothing: the bar shows the round."""

    def close(self) -> None:
        self._live.stop()

    def _picture(self) -> Group:
        tracker, run, width = self.tracker, self.run, self.console.width
        name, done = shortened(run.name), f"{tracker.done}/{run.total} trials"
        so_far = (duration(monotonic() - self._began), tracker.activity() or tracker.left())
        times = ", ".join(fact for fact in so_far if fact)
        row = Table.grid(expand=True, padding=(0, 1))
        row.add_column(width=1)
        row.add_column(no_wrap=True)
        row.add_column(ratio=1)
        row.add_column(no_wrap=True)
        cells: list[RenderableType] = [self._spinner, Text(name, style="bold"), _bar(tracker.share), Text(done)]
        beside = len(name) + len(done) + len(times) + len("|    ") + _SHORTEST <= width
        if beside:
            row.add_column(no_wrap=True)
            cells.append(Text(times, style="dim"))
        row.add_row(*cells)
        lines = [] if beside else [times]
        lines += details(tracker, width, not self.console.options.ascii_only)
        return Group(row, *(Text(line, no_wrap=True, overflow="ellipsis", style="dim") for line in lines))


_SHORTEST = 8
"""The least length of the bar."""


def _bar(share: float) -> ProgressBar:
    return ProgressBar(total=1.0, completed=share)


def shortened(name: str, most: int = 20) -> str:
    """A run's name on a line that has little room."""
    return name if len(name) <= most else f"{name[: most - 1]}…"


def details(tracker: Tracker, width: int, bars: bool) -> list[str]:
    """The best trial, with its curve where the terminal has `bars`; then how fast trials are trained and go on.

    What does not fit is left out from the end, whole.
    """
    lines = []
    if tracker.best is not None:
        score, number = tracker.best_score()
        curve = sparkline(tracker.curve) if bars else ""
        head = f"{score} {curve} {number}" if curve else f"{score}, {number}"
        lines.append(fitting(head, tracker.best_values(), width))
    facts = [fact for fact in (tracker.rate(), tracker.alive()) if fact]
    together = ", ".join(facts)
    return [*lines, *([together] if facts and len(together) <= width else facts)]
