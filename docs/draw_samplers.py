"""Draws docs/samplers/*.svg: 120 draws of each sampler on its own scale and, below, on the linear axis.

python docs/draw_samplers.py
"""

from __future__ import annotations

from collections import Counter
from html import escape
from pathlib import Path

import numpy
from caviar.plugin import Array, Sampler
from caviar_plugins import Beta, Choice, Int, Log, LogInt, Normal, Ordinal, Uniform

FOLDER = Path(__file__).parent / "samplers"
DRAWS = numpy.random.default_rng(1).random(120)
WIDTH, LEFT, RIGHT = 720, 90, 40
INK, PALE, MARK = "#1f2933", "#9aa5b1", "#d1495b"

SCALES: dict[str, tuple[Sampler, list[float]]] = {
    "uniform": (Uniform(0.0, 0.5), [0, 0.1, 0.2, 0.3, 0.4, 0.5]),
    "log": (Log(1e-4, 1.0), [1e-4, 1e-3, 1e-2, 0.1, 1]),
    "beta": (Beta(0.9, 0.999), [0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999]),
    "log-int": (LogInt(32, 512), [32, 64, 128, 256, 512]),
    "normal": (Normal(0.9, 0.03, 0.8, 0.99), [0.8, 0.87, 0.89, 0.9, 0.91, 0.93, 0.99]),
}
BARS: dict[str, Sampler] = {
    "int": Int(1, 5),
    "choice": Choice(("relu", "tanh", "gelu")),
    "ordinal": Ordinal((16, 64, 256, 1024)),
}


def drawn_scale(sampler: Sampler, ticks: list[float]) -> str:
    """Two axes with the same draws: the sampler's own above, the linear one below, ticks joined."""
    low, high = ticks[0], ticks[-1]
    values = sampler.from_unit(DRAWS)
    own = _across(sampler.to_unit(values)), _across(sampler.to_unit(numpy.asarray(ticks, dtype=numpy.float64)))
    linear = _across((values - low) / (high - low)), _across((numpy.asarray(ticks) - low) / (high - low))
    parts = [_label(58, "own scale"), _label(148, "linear axis")]
    for (draws, places), top in ((own, 40), (linear, 130)):
        rug = "".join(f"M{x:.1f} {top}v18" for x in draws)
        parts.append(f'<path d="{rug}" stroke="{MARK}" stroke-opacity=".55" fill="none"/>')
        parts.append(f'<path d="M{LEFT} {top + 18}H{WIDTH - RIGHT}" stroke="{INK}"/>')
        parts += [f'<path d="M{x:.1f} {top + 18}v5" stroke="{INK}"/>' for x in places]
    parts += [f'<path d="M{a:.1f} 64L{b:.1f} 128" stroke="{PALE}"/>' for a, b in zip(own[1], linear[1], strict=True)]
    parts += [_text(x, 32, f"{tick:g}") for x, tick in zip(own[1], ticks, strict=True)]
    taken: list[float] = []
    for x, tick in sorted(zip(linear[1], ticks, strict=True), key=lambda each: each[1] not in (low, high)):
        if all(abs(x - other) > 44 for other in taken):  # what would overlap is left out, the ends stay
            parts.append(_text(x, 166, f"{tick:g}"))
            taken.append(x)
    return _picture(176, parts)


def drawn_bars(sampler: Sampler) -> str:
    """How often each value was drawn."""
    options = sampler.ends() if not sampler.ordered else None
    levels = sampler.levels() or 0
    names = options or [sampler.pick(float(each)) for each in sampler.from_unit((numpy.arange(levels) + 0.5) / levels)]
    counts = Counter(str(sampler.pick(float(each))) for each in sampler.from_unit(DRAWS))
    parts = [_label(96, "draws")]
    for place, name in enumerate(map(str, names)):
        x = float(_across(numpy.asarray((place + 0.5) / len(names))))
        height = counts[name] * 1.5
        parts.append(f'<rect x="{x - 22:.1f}" y="{96 - height:.1f}" width="44" height="{height:.1f}" fill="{MARK}"/>')
        parts += [_text(x, 90 - height, str(counts[name])), _text(x, 114, name)]
    parts.append(f'<path d="M{LEFT} 96H{WIDTH - RIGHT}" stroke="{INK}"/>')
    return _picture(124, parts)


def pictures() -> dict[str, str]:
    """All of them by name."""
    scales = {name: drawn_scale(sampler, ticks) for name, (sampler, ticks) in SCALES.items()}
    return scales | {name: drawn_bars(sampler) for name, sampler in BARS.items()}


def _across(u: Array) -> Array:
    places: Array = LEFT + u * (WIDTH - LEFT - RIGHT)
    return places


def _text(x: float, y: float, text: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle" fill="{INK}">{escape(text)}</text>'


def _label(y: int, text: str) -> str:
    return f'<text x="8" y="{y}" fill="{INK}">{text}</text>'


def _picture(height: int, parts: list[str]) -> str:
    size = f'width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}"'
    font = 'font-family="sans-serif" font-size="12"'
    paper = f'<rect width="{WIDTH}" height="{height}" rx="6" fill="#fff"/>'
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" {size} {font}>', paper, *parts, "</svg>\n"])


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in pictures().items():
        (FOLDER / f"{name}.svg").write_text(text, encoding="utf-8")
