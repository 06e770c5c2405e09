"""The timeline of the workers for the page: lanes, and what was trained on them, in a bounded number of bars."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from caviar.plugin import RunFacts, TimedPopulation, Trial

from caviar_plugins.report.packing import floats, number, whole

MOST = 3000
"""Bars; beyond that those that follow each other on a lane are drawn as one, and the first ones are left out."""
MOST_MEMBERS = 250_000
"""Members of all bars together, 1.4 MB; beyond that the first bars are left out."""
_TO_THE_END = 255
"""A member that stays to the end of its bar; of one that left before, the share of the bar's length, in 255ths."""
_PAUSE = 10.0
_PAUSE_SHARE = 0.05
"""A time without work of more than ten seconds and this share of all work, as between runs, is cut to that share."""


def timeline(facts: RunFacts) -> dict[str, Any] | None:
    """Bars in the order of time, in seconds from the first, and of each its members; None where no times are known."""
    trials = {trial.index: trial for trial in facts.trials}
    known = [each for each in facts.timeline if each.trials and all(trial in trials for trial in each.trials)]
    if not known:
        return None
    axis, lanes = _Axis.of(known), _lanes(known)
    bars = [
        _Bar(lanes[each.worker], _round(each, trials), axis.place(each.began), axis.place(_end(each)), (each,))
        for each in known
    ]
    many = max(lanes.values()) + 1
    # Two bars that follow each other are longer than a step together, so that a lane has at most 2 bars in it.
    step = 2 * many * max(bar.ended for bar in bars) / MOST if len(bars) > MOST else 0.0
    drawn = _latest(list(_joined(bars, step)) if step else bars)
    parts = [part for bar in drawn for part in bar.parts]
    return {
        "lanes": many,
        "busy": number(sum(bar.ended - bar.began for bar in bars)),
        "lane": whole(bar.lane for bar in drawn),
        "round": whole(bar.round for bar in drawn),
        "began": floats([bar.began for bar in drawn]),
        "ended": floats([bar.ended for bar in drawn]),
        "start": whole(bar.parts[0].start for bar in drawn),
        "fold": whole(bar.parts[0].fold for bar in drawn),
        "repeat": whole(bar.parts[0].repeat for bar in drawn),
        "size": whole(sum(len(part.trials) for part in bar.parts) for bar in drawn),
        "trial": whole(trial for part in parts for trial in part.trials),
        "reached": whole(epoch for part in parts for epoch in part.reached),
        "left": whole(share for bar in drawn for share in bar.shares()),
        "pauses": [[place, cut] for _, place, cut in axis.pauses],
        "joined": step,
        "dropped": len(known) - len(parts),
    }


@dataclass(frozen=True)
class _Bar:
    """What a worker's lane shows from one place to another: a population, or several that are too short to be told."""

    lane: int
    round: int
    began: float
    ended: float
    parts: tuple[TimedPopulation, ...]

    def shares(self) -> Iterator[int]:
        """When each member left; of several populations it is not told."""
        for part in self.parts:
            length = max(part.left) if len(self.parts) == 1 else 0.0
            for left in part.left:
                yield min(_TO_THE_END, int(_TO_THE_END * left / length)) if length else _TO_THE_END


@dataclass(frozen=True)
class _Axis:
    """Times of day as seconds since the first, without long pauses: each the time it ends, its place, what is cut."""

    first: float
    pauses: tuple[tuple[float, float, float], ...]

    @classmethod
    def of(cls, populations: Sequence[TimedPopulation]) -> _Axis:
        first = end = populations[0].began
        gaps, work = list[tuple[float, float]](), 0.0
        for each in populations:
            if each.began > end:
                gaps.append((each.began, each.began - end))
            work += max(0.0, _end(each) - max(end, each.began))
            end = max(end, _end(each))
        most, cut, pauses = max(_PAUSE, work * _PAUSE_SHARE), 0.0, list[tuple[float, float, float]]()
        for began, gap in gaps:
            if gap > most:
                cut += gap - work * _PAUSE_SHARE
                pauses.append((began, began - first - cut, gap))
        return cls(first, tuple(pauses))

    def place(self, time: float) -> float:
        nth = bisect_right(self.pauses, time, key=lambda each: each[0])
        if not nth:
            return time - self.first
        began, place, _ = self.pauses[nth - 1]
        return place + time - began


def _end(population: TimedPopulation) -> float:
    return population.began + max(population.left)


def _lanes(populations: Sequence[TimedPopulation]) -> dict[str, int]:
    """Each worker's lane: a worker that was started in place of another, or by a later run, takes a free lane."""
    ends, lanes, free_at = dict[str, float](), dict[str, int](), list[float]()
    for each in populations:
        ends[each.worker] = max(ends.get(each.worker, 0.0), _end(each))
    for each in populations:
        if each.worker not in lanes:
            free = (nth for nth, end in enumerate(free_at) if end <= each.began)
            lanes[each.worker] = nth = next(free, len(free_at))
            free_at[nth:] = [ends[each.worker], *free_at[nth + 1 :]]
    return lanes


def _round(population: TimedPopulation, trials: dict[int, Trial]) -> int:
    """The round of a first training; a re-test belongs to the one after which it was asked for."""
    trial = trials[population.trials[0]]
    if 0 < population.repeat <= len(trial.retests):
        return trial.retests[population.repeat - 1].round
    return trial.round


def _joined(bars: Sequence[_Bar], step: float) -> Iterator[_Bar]:
    """Bars of which those that follow each other within one step are one, if they are of the same kind."""
    open_bars = dict[int, _Bar]()
    for bar in bars:
        before = open_bars.get(bar.lane)
        if before and bar.ended - before.began <= step and _kind(before) == _kind(bar):
            parts = (*before.parts, *bar.parts)
            open_bars[bar.lane] = _Bar(bar.lane, bar.round, before.began, max(before.ended, bar.ended), parts)
        else:
            if before:
                yield before
            open_bars[bar.lane] = bar
    yield from open_bars.values()


def _kind(bar: _Bar) -> tuple[int, int, int, int]:
    """What the page tells of a bar as a whole."""
    return bar.round, bar.parts[0].start, bar.parts[0].fold, bar.parts[0].repeat


def _latest(bars: list[_Bar]) -> list[_Bar]:
    """The last bars: so many, with no more than so many members."""
    room, kept = MOST_MEMBERS, list[_Bar]()
    for bar in sorted(bars, key=lambda each: -each.began)[:MOST]:
        room -= sum(len(part.trials) for part in bar.parts)
        if room < 0:
            break
        kept.append(bar)
    return kept[::-1]
