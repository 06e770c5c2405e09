"""The table of columns that `pipe init` and `pipe check` print: what each holds, and what will be done with it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from textwrap import wrap

from caviar.values.head import ColumnHead, Head

_WIDTH = 80  # characters
_NARROWEST = 20  # characters of the last column; what needs more than are left stands below the row
_INDENT = 4
_LONGEST = 18  # characters of a name or an example
_MOST = 40  # columns that are listed
_LEFT_OUT = 10  # of those, columns that are ignored
_LABELS = {"numbers": "number", "flags": "flag", "words": "category", "dates": "date"}
_HEADINGS = ("column", "kind", "example", "missing", "distinct", "what is done")


def column_lines(head: Head, splitting: Collection[str] = ()) -> Iterator[str]:
    """A line for each column below a heading; none where nothing is known of single columns.

    The rows are split by the columns in `splitting`. Of many columns the targets and a few that are ignored are shown
    in any case.
    """
    columns = [*head.features, *head.target, *head.left_out]
    if len(columns) < 2 or not any(each.example for each in columns):
        return
    left_out = head.left_out if len(columns) <= _MOST else head.left_out[:_LEFT_OUT]
    room = max(_MOST - len(head.target) - len(left_out), 1)
    shown = [*head.features[:room], *head.target, *left_out]
    rows = [_HEADINGS, *(_cells(each, head, splitting) for each in shown)]
    wide = [max(len(row[place]) for row in rows) for place in range(len(_HEADINGS) - 1)]
    for row in rows:
        start = "  ".join(
            f"{cell:>{most}}" if place in (3, 4) else f"{cell:{most}}"
            for place, (cell, most) in enumerate(zip(row, wide, strict=False))
        )
        yield from _told(f"{start}  ", row[-1])
    if len(columns) > len(shown):
        ignored = len(head.left_out) - len(left_out)
        yield f"… and {len(columns) - len(shown):,} more columns{f', {ignored:,} of them ignored' if ignored else ''}"
    if head.unlabelled:
        yield from wrap(
            f"{head.unlabelled:,} of the rows looked at {'has' if head.unlabelled == 1 else 'have'} no target and "
            f"{'is' if head.unlabelled == 1 else 'are'} left out: missing and distinct are counted in the others",
            _WIDTH,
        )


def _told(start: str, done: str) -> Iterator[str]:
    """A row and what is done with the column, on more lines where one is too short."""
    room = _WIDTH - len(start)
    if len(done) <= room or room >= _NARROWEST:
        first, *more = wrap(done, max(room, 1)) or [""]
        indent = len(start)
    else:
        first, more, indent = "", wrap(done, _WIDTH - _INDENT), _INDENT
    yield f"{start}{first}".rstrip()
    yield from (f"{'':{indent}}{line}" for line in more)


def _cells(column: ColumnHead, head: Head, splitting: Collection[str]) -> tuple[str, ...]:
    missing = f"{column.gaps:,}" if column.gaps else ""
    distinct = "" if column.distinct is None else f"{column.distinct:,}"
    kind = column.label or _LABELS[column.kind]
    name, example = (_cut(text, _LONGEST) for text in (column.name or "(no name)", column.example))
    return name, kind, example, missing, distinct, _done(column, head, splitting)


def _done(column: ColumnHead, head: Head, splitting: Collection[str]) -> str:
    if column in head.left_out:
        return f"{'no feature' if column.name in splitting else 'ignored'}: {column.note}"
    done = "target" if column in head.target else ""
    return ", ".join(part for part in (done, column.note) if part)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
