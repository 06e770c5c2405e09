"""Learning curves in a bounded number of numbers: the best first, thinned where there are many."""

from __future__ import annotations

from typing import Any

from caviar.plugin import RunFacts

from caviar_plugins.report.packing import floats, whole

MOST = 1_000_000
"""Numbers of all curves together: 4 MB, 5.4 MB as text."""
_POINTS = 50
"""Points of a curve where they are thinned."""


def curves(facts: RunFacts, order: list[int]) -> dict[str, Any]:
    """`trial`, and of each curve its `length`; the `values` and their `epochs` one curve after the other.

    `dropped` says how many of the worst have none, `thinned` whether some epochs are left out.
    """
    import numpy

    ranked = set(order)
    wanted = [*order, *(trial for trial in facts.curves if trial not in ranked)]
    known = [(trial, facts.curves[trial]) for trial in wanted if len(facts.curves.get(trial, ()))]
    thinned = sum(len(curve) for _, curve in known) > MOST
    room, kept = MOST, list[tuple[int, Any, Any]]()
    for trial, curve in known:
        places = _thin(len(curve)) if thinned else numpy.arange(len(curve))
        if len(places) > room:
            break
        room -= len(places)
        kept.append((trial, places + 1, curve[places]))
    empty = numpy.zeros(0)
    return {
        "trial": whole(trial for trial, _, _ in kept),
        "length": whole(len(values) for _, _, values in kept),
        "epochs": whole(numpy.concatenate([empty, *(epochs for _, epochs, _ in kept)]).astype(numpy.int64)),
        "values": floats(numpy.concatenate([empty, *(values for _, _, values in kept)])),
        "dropped": len(known) - len(kept),
        "thinned": thinned,
    }


def _thin(length: int) -> Any:
    """Places of a curve, with its first and its last, closer together at the beginning."""
    import numpy

    return numpy.unique(numpy.round(numpy.geomspace(1, length, _POINTS)).astype(int)) - 1
