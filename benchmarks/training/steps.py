"""Training steps and predictions against the peers, in turn."""

from __future__ import annotations

from statistics import median
from typing import Any

from benchmarks.training.shapes import FASHION, LETTER, SHAPES, SMALL, Shape
from benchmarks.training.worker import Worker

_MEMBERS = 16
_EXTRAS = {"l2": "L2", "dropout": "dropout 0.2", "clip": "clipping"}
# OpenBLAS's kernels, told rather than left to it: with AVX-512, which it picks by itself where there is one, and AVX2.
_WIDE, _AVX2 = {"OPENBLAS_CORETYPE": "SkylakeX"}, {"OPENBLAS_CORETYPE": "Haswell"}
_TARGETS = {SMALL: (15.0, 2.5, 1.5), LETTER: (3.0, 1.5, 1.2), FASHION: (2.5, 1.3, 1.15)}

Entry = tuple[str, tuple[Any, ...], dict[str, str]]


def _contenders(shape: Shape) -> dict[str, Entry]:
    ours, floor = "ours:contender", "floor:contender"
    found: dict[str, Entry] = {
        "floor, AVX2": (floor, (shape, _MEMBERS), _AVX2),
        "caviar, AVX2": (ours, (shape, _MEMBERS), _AVX2),
        "floor": (floor, (shape, _MEMBERS), _WIDE),
        "caviar": (ours, (shape, _MEMBERS), _WIDE),
        "caviar alone": (ours, (shape, 1), _WIDE),
        "PyTorch": ("torches:eager", (shape,), {}),
        "PyTorch vmap": ("torches:vmapped", (shape, _MEMBERS), {}),
        "JAX vmap": ("jaxes:vmapped", (shape, _MEMBERS), {}),
        "scikit-learn": ("sklearns:contender", (shape,), {}),
    }
    if shape is SMALL:
        found["caviar, plain optimizer"] = (ours, (shape, _MEMBERS, "plain-optimizer"), _WIDE)
        found["caviar, all plain"] = (ours, (shape, _MEMBERS, "plain"), _WIDE)
        for extra in _EXTRAS:
            found[f"caviar, {extra}"] = (ours, (shape, _MEMBERS, "compiled", extra), _WIDE)
            found[f"PyTorch, {extra}"] = ("torches:eager", (shape, extra), {})
    return found


def measured(contenders: dict[str, Entry], rounds: int, core: int) -> dict[str, list[float]]:
    """Microseconds of each in every round."""
    workers = {name: Worker(entry[0], entry[1], core, entry[2]) for name, entry in contenders.items()}
    times: dict[str, list[float]] = {name: [] for name in workers}
    for _ in range(rounds):
        for name, worker in workers.items():
            times[name].append(worker.measure())
    for worker in workers.values():
        worker.close()
    return times


def ratio(times: dict[str, list[float]], above: str, below: str) -> float:
    """The median over the rounds of how many times as long one takes as the other in the same round."""
    return median(a / b for a, b in zip(times[above], times[below], strict=True))


def section(rounds: int, core: int) -> str:
    lines = ["## Training steps", "", "Microseconds of processor time per step of one member, median.", ""]
    lines += ["| | " + " | ".join(shape.name for shape in SHAPES) + " |", "|---|" + "---|" * len(SHAPES)]
    times = {shape: measured(_contenders(shape), rounds, core) for shape in SHAPES}
    for name in times[SMALL]:
        cells = [f"{median(times[shape][name]):.1f}" if name in times[shape] else "" for shape in SHAPES]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    lines += ["", "Ratios, each the median over the rounds:", "", "| | target | measured |", "|---|---|---|"]
    for shape in SHAPES:
        for goal, sign, above, below in (
            (_TARGETS[shape][0], "≥", "PyTorch", "caviar"),
            (_TARGETS[shape][1], "≥", "JAX vmap", "caviar"),
            (_TARGETS[shape][2], "≤", "caviar", "floor"),
            (_TARGETS[shape][2], "≤", "caviar, AVX2", "floor, AVX2"),
        ):
            label = f"{shape.name}: {above} / {below}"
            lines.append(f"| {label} | {sign} {goal} | {ratio(times[shape], above, below):.2f} |")
    small = times[SMALL]
    for goal, name in ((6.0, "caviar, plain optimizer"), (3.5, "caviar, all plain")):
        lines.append(f"| {SMALL.name}: PyTorch / {name} | ≥ {goal} | {ratio(small, 'PyTorch', name):.2f} |")
    for extra, words in _EXTRAS.items():
        found = ratio(small, f"PyTorch, {extra}", f"caviar, {extra}")
        lines.append(f"| {SMALL.name}, {words}: PyTorch / caviar | | {found:.2f} |")
    predictions = _predictions(rounds, core)
    for shape, goals in ((SMALL, (5.0, 1.3)), (FASHION, (2.0, 1.3))):
        for rows, goal in zip((1, 60_000), goals, strict=True):
            pair = predictions[shape, rows]
            words = f"{shape.name.split(',')[0]}, {rows:,} row(s): PyTorch {median(pair['PyTorch']):.1f} us / caviar "
            found = ratio(pair, "PyTorch", "caviar")
            lines.append(f"| {words}{median(pair['caviar']):.1f} us | ≥ {goal} | {found:.2f} |")
    return "\n".join(lines)


def _predictions(rounds: int, core: int) -> dict[tuple[Shape, int], dict[str, list[float]]]:
    found = {}
    for shape in (SMALL, FASHION):
        for rows in (1, 60_000):
            pair: dict[str, Entry] = {
                "caviar": ("ours:predictor", (shape, rows), _WIDE),
                "PyTorch": ("torches:predictor", (shape, rows), {}),
            }
            found[shape, rows] = measured(pair, rounds, core)
    return found
