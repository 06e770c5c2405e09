"""The system that a run is trained on: what its results may depend on besides file, seed and data, by name."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from caviar.engine.training.identity import changes, system_of


def system_now(identity: Mapping[str, str], plugins: Mapping[str, str]) -> dict[str, str]:
    """Name -> version: the numeric identity, Python, the processor's model, and the distributions of the plugins."""
    return {**numeric(identity, plugins), "python": platform.python_version(), "processor": processor()}


def numeric(identity: Mapping[str, str], plugins: Mapping[str, str]) -> dict[str, str]:
    """The part of it that a study records itself."""
    return {**system_of(identity), **_distributions(plugins.values())}


def moved(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """The differences of what both know, as "numpy 2.3 -> 2.4"; "" if there are none."""
    both = [name for name in after if name in before]
    return changes({name: before[name] for name in both}, {name: after[name] for name in both})


def _distributions(owners: Iterable[str]) -> dict[str, str]:
    """The versions of plugins, "caviar-ml 0.1.0", by distribution."""
    found: dict[str, set[str]] = {}
    for owner in owners:
        name, _, version = owner.rpartition(" ")
        found.setdefault(name or version, set()).add(version)
    return {name: ", ".join(sorted(versions)) for name, versions in sorted(found.items())}


def processor() -> str:
    """The processor's model."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, model = line.partition(":")
            if name.strip() == "model name":
                return " ".join(model.split())
    return platform.processor() or platform.machine()
