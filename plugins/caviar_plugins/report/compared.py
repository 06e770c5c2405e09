"""Several runs side by side: in which settings their files differ, and which ranges each of them searched."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from caviar.plugin import RunFacts

_OF_A_RUN = ("name", "reporter", "executor", "store")
"""Tables that change no result."""


def compared(runs: Sequence[RunFacts]) -> dict[str, Any]:
    """`settings` and `spaces`: path -> a text for each run, None where it has nothing there."""
    files = [dict(_leaves(tomllib.loads(each.file))) for each in runs]
    paths = list(dict.fromkeys(path for file in files for path in file))
    told = {path: [file.get(path) for file in files] for path in paths}
    told["fingerprint of the data"] = [each.fingerprint[:12] for each in runs]
    for name in dict.fromkeys(name for each in runs for name in each.identity):
        told[f"identity: {name}"] = [each.identity.get(name) for each in runs]
    searched = list(dict.fromkeys(path for each in runs for path in each.spans))
    return {
        "settings": {path: words for path, words in told.items() if len(set(words)) > 1},
        "spaces": {path: [_range(each, path) for each in runs] for path in searched},
    }


def _range(facts: RunFacts, path: str) -> str | None:
    return f"{facts.scales[path]}: {facts.spans[path]}" if path in facts.spans else None


def _leaves(table: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Each setting as it is written, without those that change no result."""
    for key, value in table.items():
        if not path and key in _OF_A_RUN:
            continue
        if isinstance(value, dict) and (len(value) > 1 or "use" in value):  # else a range: { log = [1e-4, 1.0] }
            yield from _leaves(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value if isinstance(value, str) else json.dumps(value, default=str)
