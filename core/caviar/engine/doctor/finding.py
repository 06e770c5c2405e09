"""Findings: the state of each part of a run."""

from __future__ import annotations

from dataclasses import dataclass

from caviar.values.problem import Problem


@dataclass(frozen=True)
class Finding:
    """A part of a run and its state in words; where it is not `sound`, or something is left to do, `cure` says what.

    `repairable`: the repair does it.
    """

    part: str
    state: str
    sound: bool = True
    cure: str = ""
    repairable: bool = False


def wrong(part: str, problem: Problem) -> Finding:
    """A part with a problem, whose message is "what: what is wrong; what to do"."""
    state, _, cure = problem.lines[0].partition("; ")
    return Finding(part, state.partition(": ")[2], sound=False, cure=cure)
