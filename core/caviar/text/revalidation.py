"""A revalidation for people: four answers, the rivals, what moved."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import TYPE_CHECKING

from caviar.text.scores import short_interval, short_number
from caviar.values.revalidation import Answer, Revalidation, Rival

if TYPE_CHECKING:
    from rich.table import Table

    from caviar.values.dimension import Space

_QUESTIONS = ("Does the winner still win?", "Did its metric move?", "Did the data move?", "Did the system move?")
_MOST_SHIFTS = 12
_WIDE = 100  # characters of a terminal that has room for values
_CALLED = {"winner": "the winner", "leader": "leader", "neighbour": "neighbour", "fresh": "fresh draw"}


def answers_table(found: Revalidation) -> Table:
    """A question a row: the answer, what it rests on, with the interval, and details below."""
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    answers = (found.wins, found.metric_moved, found.data_moved, found.system_moved)
    for number, (question, each) in enumerate(zip(_QUESTIONS, answers, strict=True), 1):
        body = "\n".join([_told(each), *each.details])
        grid.add_row(f"{number}. {question}", Text(each.answer, style="bold"), Text(body))
    return grid


def rivals_table(found: Revalidation, space: Space, width: int) -> Table:
    """All that were trained, the best first: the mean over seeds and its spread, the lead over the winner, values."""
    from rich.table import Table
    from rich.text import Text

    ordered = sorted(found.rivals, key=lambda rival: (-rival.ahead, rival.trial))
    heads = ("", "trial", found.metric, "ahead by", "at 95 %")
    rows = [(_CALLED[each.kind], str(each.trial), _scores(each), _ahead(each), _ends(each)) for each in ordered]
    table = Table(box=None, header_style="bold", pad_edge=False)
    for head, *cells in zip(heads, *rows, strict=True):
        table.add_column(head, min_width=max(map(len, (head, *cells))), justify="right" if head else "left")
    if wide := width >= _WIDE:
        table.add_column("values", overflow="ellipsis", no_wrap=True, justify="left")
    for each, row in zip(ordered, rows, strict=True):
        table.add_row(*map(Text, row), *([Text(space.line(each.values))] if wide else []))
    return table


def shifts_table(found: Revalidation) -> Table | None:
    """The columns that moved, the largest shift first; None where none did."""
    from rich.table import Table
    from rich.text import Text

    if not found.shifts:
        return None
    table = Table(box=None, header_style="bold", pad_edge=False)
    for head in ("column", "moved in", "by", "p", ""):
        table.add_column(head, no_wrap=bool(head), justify="right" if head in ("by", "p") else "left")
    for each in found.shifts[:_MOST_SHIFTS]:
        p = "< 0.0001" if each.p < 1e-4 else f"{each.p:.2g}"
        table.add_row(*map(Text, (each.column, each.what, f"{abs(each.size):.2f}", p, each.text)))
    return table


def opening(found: Revalidation, name: str, tested: str) -> str:
    """What was done, in a sentence."""
    rivals = len(found.rivals) - 1
    on = f" on {found.rows:,} held-out rows" if found.rows else ""
    return (
        f"{name}: trial {found.trial}, last tested {tested}, beside {rivals} rivals with {found.seeds} seeds each{on}"
    )


def days_ago(days: float) -> str:
    """A time ago in words."""
    whole = int(days)
    if days <= -1:
        return f"{-whole} days ahead of this machine's clock, which was set back or was wrong then"
    return "today" if whole < 1 else "yesterday" if whole == 1 else f"{whole} days ago"


def notes(found: Revalidation) -> Iterator[str]:
    """What the columns mean, and what is left out."""
    if any(each.interval for each in found.rivals):
        yield "ahead by: the mean over seeds on the same rows; the intervals hold for all rivals at once"
    if len(found.shifts) > _MOST_SHIFTS:
        yield f"{_MOST_SHIFTS} of {len(found.shifts)} shifts shown"


def _told(answer: Answer) -> str:
    if answer.interval is None:
        return answer.text
    return f"{answer.text} ({' to '.join(short_interval(*answer.interval))})"


def _ahead(rival: Rival) -> str:
    if rival.kind == "winner":
        return ""
    return f"{rival.ahead:+.3g}" if isfinite(rival.ahead) else "cannot win"


def _ends(rival: Rival) -> str:
    return " to ".join(short_interval(*rival.interval)) if rival.interval else ""


def _scores(rival: Rival) -> str:
    known = [each for each in rival.scores if isfinite(each)]
    if not known:
        return "none"
    mean = sum(known) / len(known)
    spread = (sum((each - mean) ** 2 for each in known) / max(len(known) - 1, 1)) ** 0.5
    return f"{short_number(mean)} ± {spread:.1g}"
