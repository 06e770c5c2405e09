"""An assessment as the JSON text that a store keeps, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from caviar.support.plain import from_plain, to_plain
from caviar.values.assessment import Assessment, Standing


def to_text(assessment: Assessment) -> str:
    """The text."""
    return json.dumps(to_plain(asdict(assessment)), allow_nan=False, ensure_ascii=False)


def from_text(text: str) -> Assessment:
    """The inverse. Raises ValueError, TypeError or KeyError for any other text."""
    facts: Mapping[str, Any] = from_plain(json.loads(text))
    winner, *baselines = (Standing(**each) for each in (facts["winner"], *facts["baselines"]))
    ensemble = facts["ensemble"] and Standing(**facts["ensemble"])
    return Assessment(**{**facts, "winner": winner, "baselines": tuple(baselines), "ensemble": ensemble})
