"""A campaign's results as markdown: errors and seconds by table, ratios to a reference."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import fmean

from benchmarks.tables.errors import Errors, Ratio, ratio
from benchmarks.tables.results import Result
from benchmarks.tables.sources import NAMES, PUBLISHED
from benchmarks.tables.unseen import ITEMS


def markdown(results: Iterable[Result], against: Sequence[str]) -> str:
    """The means over splits, then for each reference the ratio of every contender's error to its own."""
    found: dict[str, dict[str, dict[int, Result]]] = {}
    for each in results:
        found.setdefault(each.contender, {}).setdefault(each.table, {})[each.split] = each
    parts = [
        _page("Test error (1 - accuracy, or 1 - R2), mean over splits", found, _error),
        _page("Seconds of the whole commands, mean over splits", found, _seconds),
    ]
    for name in against:
        if name not in found:
            raise SystemExit(f"no results of '{name}'; there are {', '.join(found)}")
        others = {each: ratio(errors, found[name]) for each, errors in found.items() if each != name}
        parts.append(_ratios(name, {each: one for each, one in others.items() if one is not None}))
    return "\n\n".join(part for part in parts if part)


def _page(title: str, found: Mapping[str, Errors], cell: Callable[[Iterable[Result]], str]) -> str:
    tables = [table for table in (*NAMES, *PUBLISHED, *ITEMS) if any(table in errors for errors in found.values())]
    rows = {
        f"{table} ({max(len(errors.get(table, {})) for errors in found.values())})": [
            cell(errors.get(table, {}).values()) for errors in found.values()
        ]
        for table in tables
    }
    empty = not any(any(cells) for cells in rows.values())
    return "" if empty else _table(title, ["table (splits)", *found], rows)


def _error(results: Iterable[Result]) -> str:
    errors = [each.error for each in results]
    return f"{fmean(errors):.4f}" if errors else ""


def _seconds(results: Iterable[Result]) -> str:
    seconds = [each.seconds for each in results if each.seconds is not None]
    return f"{fmean(seconds):.1f}" if seconds else ""


def _ratios(reference: str, ratios: Mapping[str, Ratio]) -> str:
    tables = [table for table in (*NAMES, *PUBLISHED, *ITEMS) if any(table in each.tables for each in ratios.values())]
    rows = {
        table: [f"{each.tables[table]:.3f}" if table in each.tables else "" for each in ratios.values()]
        for table in tables
    }
    rows["**geometric mean**"] = [f"**{each.mean:.3f}**" for each in ratios.values()]
    rows["95 % over tables and splits"] = [f"{each.low:.3f} to {each.high:.3f}" for each in ratios.values()]
    rows["better on"] = [f"{each.better} of {len(each.tables)}" for each in ratios.values()]
    return _table(f"Error divided by that of {reference}", ["table", *ratios], rows)


def _table(title: str, head: Sequence[str], rows: Mapping[str, Sequence[str]]) -> str:
    lines = [f"| {' | '.join([name, *cells])} |" for name, cells in rows.items()]
    return "\n".join([f"{title}:", "", f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *lines])
