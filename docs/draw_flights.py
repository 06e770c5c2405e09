"""Draws docs/benchmarks/retest-flights.svg of the table of months in docs/benchmarks/retest.md.

python docs/draw_flights.py
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

PAGE = Path(__file__).parent / "benchmarks" / "retest.md"
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 320, 60, 20, 40, 40
LOW, HIGH = 0.56, 0.76
INK, PALE, DEPLOYED, AGAIN = "#1f2933", "#9aa5b1", "#d1495b", "#2a6f97"
ROW = re.compile(r"\| (\d+) \| \w+ \| ([\d.]+) \| [a-z ]+\(([-+][\d.]+) to ([-+][\d.]+)\) \| ([\d.]+) \|")


def drawn(text: str) -> Iterator[str]:
    """The lines of the picture."""
    size, font = f'viewBox="0 0 {WIDTH} {HEIGHT}"', 'font-family="sans-serif" font-size="12"'
    yield f'<svg xmlns="http://www.w3.org/2000/svg" {size} {font}>'
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>'
    for tick in (0.56, 0.6, 0.64, 0.68, 0.72, 0.76):
        yield f'<path d="M{LEFT} {_up(tick):.1f}H{WIDTH - RIGHT}" stroke="#e4e7eb"/>'
        yield f'<text x="{LEFT - 8}" y="{_up(tick) + 4:.1f}" text-anchor="end" fill="{INK}">{tick:.2f}</text>'
    found = re.search(r"test\.auc ([\d.]+)", text)
    assert found is not None, "the table's head has the metric of January"
    january = float(found[1])
    yield f'<path d="M{LEFT} {_up(january):.1f}H{WIDTH - RIGHT}" stroke="{PALE}" stroke-dasharray="4 4"/>'
    for row in ROW.finditer(text):
        month, (deployed, low, high, again) = int(row[1]), map(float, row.groups()[1:])
        x = LEFT + (month - 1.5) * (WIDTH - LEFT - RIGHT) / 11
        ends = f"{_up(january + low):.1f}V{_up(january + high):.1f}"
        yield f'<path d="M{x - 6:.1f} {ends}" stroke="{DEPLOYED}" stroke-width="2"/>'
        yield f'<circle cx="{x - 6:.1f}" cy="{_up(deployed):.1f}" r="5" fill="{DEPLOYED}"/>'
        yield f'<rect x="{x + 2:.1f}" y="{_up(again) - 4:.1f}" width="8" height="8" fill="{AGAIN}"/>'
        yield f'<text x="{x:.1f}" y="{HEIGHT - 16}" text-anchor="middle" fill="{INK}">{month}</text>'
    yield f'<circle cx="{LEFT + 8}" cy="18" r="5" fill="{DEPLOYED}"/>'
    yield f'<text x="{LEFT + 20}" y="22" fill="{INK}">the model of January, 95 % interval</text>'
    yield f'<rect x="{LEFT + 250}" y="14" width="8" height="8" fill="{AGAIN}"/>'
    yield f'<text x="{LEFT + 266}" y="22" fill="{INK}">its configuration, trained again</text>'
    yield f'<path d="M{LEFT + 470} 18h24" stroke="{PALE}" stroke-dasharray="4 4"/>'
    yield f'<text x="{LEFT + 502}" y="22" fill="{INK}">AUC in January</text>'
    yield "</svg>"


def _up(auc: float) -> float:
    return HEIGHT - BOTTOM - (auc - LOW) / (HIGH - LOW) * (HEIGHT - TOP - BOTTOM)


if __name__ == "__main__":
    lines = drawn(PAGE.read_text(encoding="utf-8"))
    (PAGE.parent / "retest-flights.svg").write_text("\n".join(lines) + "\n", encoding="utf-8")
