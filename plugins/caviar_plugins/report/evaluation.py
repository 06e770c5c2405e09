"""What the winner predicts, for its figures: curves over the threshold, and true against predicted numbers."""

from __future__ import annotations

from typing import Any

from caviar.plugin import Cells, RunFacts, TargetErrors, ThresholdCurve

from caviar_plugins.report.packing import floats, number, whole


def evaluation(facts: RunFacts) -> dict[str, Any] | None:
    """Both by part of the data, the test part first; None where there is nothing to draw."""
    found = facts.evaluation
    if found is None or not (found.thresholds or found.errors):
        return None
    return {
        "thresholds": {part: _curve(each) for part, each in sorted(found.thresholds.items())},
        "errors": {
            part: {target: _errors(each) for target, each in told.items()}
            for part, told in sorted(found.errors.items())
        },
    }


def _curve(curve: ThresholdCurve) -> dict[str, Any]:
    told = {"precision": curve.precision, "recall": curve.recall, "f1": curve.f1}
    told |= {name: values for name, values in curve.metrics.items() if name not in told}
    return {
        "rows": curve.rows,
        "positives": curve.positives,
        "thresholds": [float(f"{each:.9g}") for each in curve.thresholds],
        "guessed": whole(curve.guessed),
        "right": whole(curve.right),
        "metrics": {name: floats(values) for name, values in told.items()},
    }


def _errors(errors: TargetErrors) -> dict[str, Any]:
    return {
        "rows": errors.rows,
        "bias": number(errors.bias),
        "half": number(errors.half),
        "nearlyAll": number(errors.nearly_all),
        "true": floats([true for true, _ in errors.points]),
        "predicted": floats([predicted for _, predicted in errors.points]),
        "values": _cells(errors.values),
        "residuals": _cells(errors.residuals),
    }


def _cells(cells: Cells | None) -> dict[str, Any] | None:
    if cells is None:
        return None
    return {
        "x": cells.x,
        "y": cells.y,
        "steps": [len(cells.counts), len(cells.counts[0])],
        "counts": whole([count for column in cells.counts for count in column]),
        "beyond": cells.beyond,
    }
