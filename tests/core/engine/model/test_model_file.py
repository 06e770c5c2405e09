"""Model files as bytes."""

from __future__ import annotations

import json
from math import inf, nan

import numpy
from caviar.engine.data.summary import ColumnSummary
from caviar.engine.model.model_file import Facts, MemberFacts, PreparationFacts, packed, unpacked
from caviar.plugin import Inputs, Task


def test_metrics_that_are_not_finite_are_read_back_from_a_header_that_is_strict_json() -> None:
    task = Task("classification", ("y",), ("a", "b"))
    metrics = {"validation.auc": nan, "test.loss": inf, "train.loss": -0.5}
    summary = {"x": ColumnSummary(9, 2, ((0.5, 0.25), (7.0, 1.0)))}
    made, members = (PreparationFacts(Inputs.block(1), summary, ()),), (MemberFacts(3, "", 0, 2),)
    facts = Facts(("x",), ((),), (), (), {}, task, made, members, metrics, "2026-01-01T00:00:00Z")
    content = packed(facts, {"w": numpy.ones(3)})
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])

    def refuse(word: str) -> float:
        raise AssertionError(f"{word} is not JSON")

    json.loads(header["__metadata__"]["caviar"], parse_constant=refuse)
    assert repr(unpacked(content)[0]) == repr(facts)
