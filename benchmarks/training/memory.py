"""Peak memory of 256 members of 784-128-128-10."""

from __future__ import annotations

import resource
from multiprocessing import get_context
from typing import Any

from benchmarks.training.shapes import FASHION

_MEMBERS = 256


def section(core: int) -> str:
    with get_context("spawn").Pool(1) as pool:
        before, peak, parameters, data, activations = pool.apply(_train, (core,))
    bound = 4 * parameters + data + activations
    return (
        f"## Memory\n\n{_MEMBERS} members of {FASHION.name}, one epoch with evaluation, keep = last: "
        f"peak {peak / 1e6:.0f} MB, {before / 1e6:.0f} MB of it\nbefore any array was made. Arrays: "
        f"{(peak - before) / 1e6:.0f} MB against 4 x {parameters / 1e6:.0f} MB of parameters + {data / 1e6:.0f} MB of "
        f"data\n+ {activations / 1e6:.0f} MB of activations of one batch: {(peak - before) / bound:.2f} times as much "
        "(target: at most 1.25)."
    )


def _train(core: int) -> tuple[float, ...]:
    import os

    os.sched_setaffinity(0, {core})
    from benchmarks.training import ours

    ours.contender(ours.SMALL, 1)()  # everything imported and compiled
    before = _resident()
    bound, data, context = ours.population(FASHION, _MEMBERS, "compiled", "")
    trainer: Any = bound.parts["trainer"]
    state = trainer.start(bound, data, context)
    trainer.advance(state, bound, data, context, 1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024.0
    activations = _MEMBERS * FASHION.batch * 2 * (2 * FASHION.units + FASHION.classes) * 4.0
    return before, peak, float(state["parameters"].nbytes), float(data.x.nbytes + data.y.nbytes), activations


def _resident() -> float:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()
