"""Draws docs/architecture/*.svg: the layers of the code, the life of a round, the way of a value, the way of a trial.

python docs/draw_architecture.py
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from itertools import pairwise
from pathlib import Path

FOLDER = Path(__file__).parent / "architecture"
WIDTH, EDGE, GAP, HEIGHT = 760, 16, 26, 56
INK, PALE, MARK, PAPER = "#1f2933", "#e4e7eb", "#d1495b", "#f5f7fa"

LAYERS = [
    ("cli, api", "one command a file; what Python programs call"),
    ("engine", "search, training, data, models, resuming, warm starts, analysis"),
    ("config", "from the text of a file to a checked pipeline; hints, checks, advice"),
    ("registry", "entry points, loading and checking plugins, hooks"),
    ("function", "a training function as a trainer: parameters, epochs, state"),
    ("interfaces", "one file for each kind of plugin; fields, their types and errors"),
    ("values", "frozen values that cross interfaces: trial, segment, history, slot"),
]
ROUND = [
    ("propose", "strategy: history → points"),
    ("deduplicate", "replace what was tried"),
    ("add_round", "ledger: trials are queued"),
    ("group", "equal structure together"),
    ("train", "workers: one segment each"),
    ("record", "ledger: durable"),
    ("decide", "pruner: go on, pause, stop"),
    ("re-test", "strategy: leaders once more"),
]
VALUE = [
    ("text", "{ log = [1e-4, 1.0] }"),
    ("document", "TOML value with its line"),
    ("coerce", "Log(1e-4, 1.0)"),
    ("declared plugin", "Adam(Log(1e-4, 1.0))"),
    ("dimension", "path, sampler, tier"),
    ("coordinate", "0.61, by the strategy"),
    ("settled plugin", "Adam(0.0275)"),
    ("bound plugin", "array (members, 1), dtype"),
]
TRIAL = [
    ("queued", "values are stored"),
    ("running", "trained to a rung, waits"),
    ("paused", "by the pruner"),
    ("done", "finished, pruned, failed …"),
]


@dataclass(frozen=True)
class Box:
    """A rectangle with a title and a line below it."""

    x: float
    y: float
    width: float
    title: str
    text: str

    def drawn(self) -> list[str]:
        """Its elements."""
        middle = self.x + self.width / 2
        frame = f'width="{self.width:.0f}" height="{HEIGHT}" rx="6" fill="{PAPER}" stroke="{INK}"'
        return [
            f'<rect x="{self.x:.0f}" y="{self.y:.0f}" {frame}/>',
            f'<text x="{middle:.0f}" y="{self.y + 23:.0f}" text-anchor="middle" font-weight="bold">'
            f"{escape(self.title)}</text>",
            f'<text x="{middle:.0f}" y="{self.y + 42:.0f}" text-anchor="middle" font-size="11">'
            f"{escape(self.text)}</text>",
        ]


def layers() -> str:
    """The layers from top to bottom; arrows are imports. Beside them the plugins, and what is below all layers."""
    wide, side = 500.0, 190.0
    left = EDGE + wide + GAP
    boxes = [Box(EDGE, EDGE + place * (HEIGHT + 18), wide, *each) for place, each in enumerate(LAYERS)]
    parts = [part for box in boxes for part in box.drawn()]
    parts += [_arrow(EDGE + 40, box.y + HEIGHT, EDGE + 40, box.y + HEIGHT + 17) for box in boxes[:-1]]
    parts += Box(left, boxes[0].y, side, "caviar_plugins", "one file a plugin").drawn()
    parts += Box(left, boxes[2].y, side, "caviar", "public names of all layers").drawn()
    parts += Box(left, boxes[4].y, side, "support, text", "files, bytes, tables").drawn()
    middle = left + side / 2
    parts += [_arrow(middle, boxes[0].y + HEIGHT, middle, boxes[2].y - 1)]
    return _picture(boxes[-1].y + HEIGHT + EDGE, parts)


def snake(steps: list[tuple[str, str]], loops: list[tuple[int, int, str]]) -> str:
    """Steps in rows of four, the second row from right to left; `loops` are arrows back, with what causes them."""
    width = (WIDTH - 2 * EDGE - 3 * GAP) / 4
    across = [EDGE + place * (width + GAP) for place in range(4)]
    top, below = 44.0, 44.0 + HEIGHT + 48
    boxes = [
        Box(across[place] if place < 4 else across[7 - place], top if place < 4 else below, width, *each)
        for place, each in enumerate(steps)
    ]
    parts = [part for box in boxes for part in box.drawn()]
    for box, following in pairwise(boxes):
        y = box.y + HEIGHT / 2
        if following.y != box.y:
            parts.append(_arrow(box.x + width / 2, box.y + HEIGHT, box.x + width / 2, following.y - 1))
        elif following.x > box.x:
            parts.append(_arrow(box.x + width, y, following.x - 1, y))
        else:
            parts.append(_arrow(box.x, y, following.x + width + 1, y))
    for start, end, cause in loops:
        parts += _back(boxes[start], boxes[end], cause)
    return _picture(max(box.y for box in boxes) + HEIGHT + EDGE, parts)


def pictures() -> dict[str, str]:
    """All of them by name."""
    return {
        "layers": layers(),
        "round": snake(ROUND, [(6, 3, "next rung"), (7, 0, "next round")]),
        "value": snake(VALUE, []),
        "trial": snake(TRIAL, [(1, 0, "go on"), (2, 0, "promoted")]),
    }


def _back(start: Box, end: Box, cause: str) -> list[str]:
    """An arrow back: straight up to a box above, else over the boxes of one row."""
    if start.y == end.y:
        shift, height = (0.25, 14) if start.x - end.x < 1.5 * start.width else (0.75, 30)
        a, b = start.x + start.width / 2, end.x + end.width * (0.75 - shift / 2)
        line = f"M{a:.0f} {start.y:.0f}V{start.y - height:.0f}H{b:.0f}V{end.y - 1:.0f}"
        return [_line(line), _text(a + 6, start.y - height + 12, cause)]
    if start.x == end.x:
        up = _arrow(start.x + 24, start.y, start.x + 24, end.y + HEIGHT + 1)
        return [up, _text(start.x + 32, start.y - 20, cause)]
    a, b, between = start.x + start.width / 2, end.x + 24, start.y - 14
    line = f"M{a:.0f} {start.y:.0f}V{between:.0f}H{b:.0f}V{end.y + HEIGHT + 1:.0f}"
    return [_line(line), _text(a + 6, between - 4, cause)]


def _arrow(x: float, y: float, to_x: float, to_y: float) -> str:
    return _line(f"M{x:.0f} {y:.0f}L{to_x:.0f} {to_y:.0f}")


def _line(path: str) -> str:
    return f'<path d="{path}" stroke="{MARK}" stroke-width="1.5" fill="none" marker-end="url(#head)"/>'


def _text(x: float, y: float, text: str) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" font-size="11" fill="{MARK}">{escape(text)}</text>'


def _picture(height: float, parts: list[str]) -> str:
    size = f'width="{WIDTH}" height="{height:.0f}" viewBox="0 0 {WIDTH} {height:.0f}"'
    font = f'font-family="sans-serif" font-size="13" fill="{INK}"'
    head = (
        '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0 0L8 4L0 8z" fill="{MARK}"/></marker></defs>'
    )
    paper = f'<rect width="{WIDTH}" height="{height:.0f}" rx="6" fill="#fff" stroke="{PALE}"/>'
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" {size} {font}>', head, paper, *parts, "</svg>\n"])


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in pictures().items():
        (FOLDER / f"{name}.svg").write_text(text, encoding="utf-8")
