"""Draws docs/benchmarks/search-*.svg: regret against trials and against epochs, with bootstrap bands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from itertools import cycle
from math import log10
from pathlib import Path

import numpy
from caviar.plugin import Array

from benchmarks.search import curves
from benchmarks.search.cached import SHARES, Runs, by_share, by_trial, complete, interval, mean, runs_of
from benchmarks.search.methods import NAMES
from benchmarks.search.searches import SETTINGS

FOLDER = Path(__file__).parents[2] / "docs" / "benchmarks"
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 780, 400, 56, 220, 44, 44
INK, PALE = "#1f2933", "#d9dee3"
OURS = ("#7b2d8b", "#2e7d32", "#c77700", "#d1495b", "#8d5524")
PEERS = ("#1f6fb2", "#00838f", "#5c6bc0", "#607d8b", "#26a69a", "#90a4ae")


def write(cache: Path, folder: Path = FOLDER) -> None:
    """All figures of what the cache holds."""
    for setting in SETTINGS.values():
        runs = {name: runs_of(cache / setting.name / name) for name in NAMES}
        regret = {name: by_trial(each) for name, each in _found(runs).items()}
        title = f"{setting.trials} trials in rounds of {setting.round}"
        if regret:
            text = drawn(title, "trials", numpy.arange(1, setting.trials + 1), regret)
            (folder / f"search-{setting.name}.svg").write_text(text, encoding="utf-8")
    regret = {
        name: by_share(each)
        for name, each in _found({name: runs_of(cache / "curves" / name) for name in curves.METHODS}).items()
    }
    if regret:
        text = drawn(
            "with pruners, best fully trained trial", "epochs spent, in full trainings", SHARES * curves.FULL, regret
        )
        (folder / "search-curves.svg").write_text(text, encoding="utf-8")


def _found(runs: dict[str, Runs]) -> dict[str, Runs]:
    runs = {name: found for name, found in runs.items() if found}
    return complete(runs) if runs else {}


def drawn(title: str, unit: str, x: Array, regret: Mapping[str, Mapping[str, Array]]) -> str:
    """Mean regret by method on a log scale, named at its end; a band where there are several seeds."""
    means = {name: mean(each) for name, each in regret.items()}
    page = _Page(float(x[-1]), min(float(each.min()) for each in means.values()))
    parts = [_text(LEFT, 22, f"Mean normalized regret, {title}", "start", 14), *page.axes(unit)]
    names = sorted(means, key=lambda name: float(means[name][-1]))
    palettes = {False: cycle(PEERS), True: cycle(OURS)}
    colours = {name: next(palettes[_is_ours(name)]) for name in regret}
    ends: list[float] = []
    shown = numpy.unique(numpy.linspace(0, len(x) - 1, 80).round().astype(int))
    for name in names:
        colour = colours[name]
        if min(len(rows) for rows in regret[name].values()) > 1:
            low, high = interval(regret[name])
            outline = page.points(x[shown], high[shown]) + page.points(x[shown], low[shown])[::-1]
            parts.append(f'<path d="M{"L".join(outline)}Z" fill="{colour}" fill-opacity=".15"/>')
        dash = "" if _is_ours(name) else ' stroke-dasharray="6 3"'
        line = "L".join(page.points(x[shown], means[name][shown]))
        parts.append(f'<path d="M{line}" stroke="{colour}" stroke-width="2" fill="none"{dash}/>')
        ends.append(page.down(float(means[name][-1])))
        parts.append(f'<text x="{WIDTH - RIGHT + 8}" y="{{{len(ends) - 1}}}" fill="{colour}">{escape(name)}</text>')
    # The lowest line is named at the bottom, the others far enough above each other.
    places: list[float] = []
    for end in ends:
        places.append(min(end + 4, places[-1] - 15) if places else min(end + 4, HEIGHT - BOTTOM + 4.0))
    body = "\n".join(parts).format(*(f"{place:.1f}" for place in places))
    size = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
    paper = f'<rect width="{WIDTH}" height="{HEIGHT}" rx="6" fill="#fff"/>'
    font = 'font-family="sans-serif" font-size="12"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {font}>\n{paper}\n{body}\n</svg>\n'


def _is_ours(name: str) -> bool:
    return not name.startswith(("optuna", "smac"))


@dataclass(frozen=True)
class _Page:
    """Where values lie on the paper: x from 0 to `last`, log regret from 1 down to a little below `least`."""

    last: float
    least: float

    def across(self, x: float) -> float:
        return LEFT + x / self.last * (WIDTH - LEFT - RIGHT)

    def down(self, regret: float) -> float:
        depth = log10(max(self.least, 1e-9) / 1.2)
        return TOP + log10(min(max(regret, self.least / 1.2), 1.0)) / depth * (HEIGHT - TOP - BOTTOM)

    def points(self, x: Array, regret: Array) -> list[str]:
        return [f"{self.across(a):.1f} {self.down(b):.1f}" for a, b in zip(x.tolist(), regret.tolist(), strict=True)]

    def axes(self, unit: str) -> list[str]:
        right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
        parts = []
        for tick in (1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001):
            if tick >= self.least / 1.2:
                y = self.down(tick)
                parts.append(f'<path d="M{LEFT} {y:.1f}H{right}" stroke="{PALE}"/>')
                parts.append(_text(LEFT - 8, y + 4, f"{tick:g}", "end"))
        step = next(each for each in (10, 20, 40, 50, 100) if self.last / each <= 5)
        parts.append(f'<path d="M{LEFT} {bottom}H{right}" stroke="{INK}"/>')
        for tick in range(0, int(self.last) + 1, step):
            parts.append(_text(self.across(tick), bottom + 18, str(tick), "middle"))
        return [*parts, _text((LEFT + right) / 2, bottom + 36, unit, "middle")]


def _text(x: float, y: float, text: str, anchor: str, size: int = 12) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{INK}">{escape(text)}</text>'
