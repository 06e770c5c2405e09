"""The winner at the end of a run: its metrics by part, and baselines beside it on the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from caviar.text.scores import short_interval, short_number
from caviar.values.assessment import Assessment, Standing
from caviar.values.metric_name import MetricName
from caviar.values.trial import Trial

if TYPE_CHECKING:
    from rich.table import Table

_ORDER = ("ensemble", "winner", "boosting", "linear", "constant")


def winner_table(best: Trial) -> Table:
    """The winner's metrics: a line for each, a column for each part of the data."""
    from rich.text import Text

    told: dict[str, dict[str, str]] = {}
    for written, value in best.metrics.items():
        metric = MetricName.parse(written)
        told.setdefault(metric.name, {})[metric.part] = short_number(value)
    parts = list(dict.fromkeys(part for row in told.values() for part in row))
    grid = _grid(len(parts), "right")
    grid.add_row(Text(f"\nBest: trial {best.index}", style="bold"), *(f"\n{part}" for part in parts))
    for name, row in told.items():
        grid.add_row(f"  {name}", *(Text(row.get(part, ""), style="bold" if part == "test" else "") for part in parts))
    return grid


def standings_table(assessment: Assessment) -> Table:
    """The compared metric of ensemble, winner and baselines, best known first, with intervals over rows."""
    from rich.text import Text

    grid = _grid(len(assessment.parts), "left")
    grid.add_row(Text("\nSame rows", style="bold"), *(f"\n{assessment.on(part)}" for part in assessment.parts))
    for each in _ordered(assessment):
        if each.metrics:
            grid.add_row(
                f"  {_called(assessment, each)}", *(_cell(each, assessment.on(part)) for part in assessment.parts)
            )
    return grid


def standings_notes(assessment: Assessment) -> Iterator[str]:
    """What the table's intervals cover, and what to know about the models."""
    standings = _ordered(assessment)
    if any(each.intervals for each in standings):
        yield "The intervals cover rows, not training seeds: 95 % of values on resampled rows."
    for each in standings:
        if each.note:
            yield f"{_called(assessment, each)}: {each.note}"


def _called(assessment: Assessment, standing: Standing) -> str:
    return f"trial {assessment.trial}" if standing.name == "winner" else standing.name


def _ordered(assessment: Assessment) -> list[Standing]:
    ensemble = (assessment.ensemble,) if assessment.ensemble else ()
    return sorted((*ensemble, assessment.winner, *assessment.baselines), key=lambda each: _ORDER.index(each.name))


def _cell(standing: Standing, metric: str) -> str:
    if metric not in standing.metrics:
        return ""
    told = f"{short_number(standing.metrics[metric]):>7}"
    if metric in standing.intervals:
        told += f"  {' to '.join(short_interval(*standing.intervals[metric]))}"
    return told


def _grid(columns: int, justify: str) -> Table:
    from rich.table import Table

    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    for _ in range(columns):
        grid.add_column(justify="right" if justify == "right" else "left", no_wrap=True)
    return grid
