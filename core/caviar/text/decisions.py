"""A classifier's decision in words: the class that metrics are about, the threshold, the confusion matrix."""

from __future__ import annotations

from collections.abc import Iterator

from caviar.values.class_decision import ClassDecision, Confusion

_MOST = 8  # classes of a matrix that is printed
_LONGEST = 14  # characters of a class


def decision_lines(decision: ClassDecision) -> Iterator[str]:
    """Lines of at most 80 characters for the table of a winner."""
    if len(decision.classes) == 2:
        positive = _label(decision.classes[1])
        if decision.of_positive:
            yield f"{', '.join(decision.of_positive)}: of {positive}"
        if decision.threshold is not None:
            yield f"{positive} is predicted where its probability is at least {decision.threshold:.4g}"
            if decision.chosen_by:
                yield f"(chosen on the validation rows: {decision.chosen_by} is best there; the search used 0.5)"
    part = "test" if "test" in decision.confusion else "validation"
    matrix = decision.confusion.get(part)
    if matrix is not None and len(decision.classes) <= _MOST:
        yield from _matrix(decision, part, matrix)


def _matrix(decision: ClassDecision, part: str, matrix: Confusion) -> Iterator[str]:
    labels = [_label(each) for each in decision.classes]
    rows = [[f"{part} rows", *labels]]
    for label, counts in zip(labels, matrix, strict=True):
        rows.append([f"truly {label}", *map("{:,}".format, counts)])
    rows[0][1] = f"predicted {labels[0]}"
    wide = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for first, *others in rows:
        cells = [f"{cell:>{most}}" for cell, most in zip(others, wide[1:], strict=True)]
        yield "  ".join([f"{first:{wide[0]}}", *cells])


def _label(each: object) -> str:
    text = str(each).lower() if isinstance(each, bool) else str(each)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
