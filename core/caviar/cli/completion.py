"""What a shell completes: pipeline files, runs and plugins. `pipe --install-completion` sets a shell up."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path


def files(incomplete: str) -> list[str]:
    """Pipeline files and Python files, and folders on the way to one."""
    return sorted(f"{each}/" if each.is_dir() else str(each) for each in _beginning(incomplete) if _leads_to_one(each))


def runs(incomplete: str) -> list[str]:
    """Folders of runs; without a word, those in the folder `runs`."""
    found = [each for each in _beginning(incomplete or f"runs{os.sep}") if each.is_dir()]
    return sorted(str(each) if (each / "pipeline.toml").exists() else f"{each}/" for each in found)


def plugins(incomplete: str) -> list[str]:
    """The names of all installed plugins."""
    from caviar.registry.index import entries

    return sorted({each.name for each in entries() if each.name.startswith(incomplete)})


def _beginning(incomplete: str) -> Iterator[Path]:
    """What is in the folder of an incomplete path and begins as its last part does."""
    folder, begun = os.path.split(incomplete)
    if not os.path.isdir(folder or "."):
        return
    for name in os.listdir(folder or "."):
        if name.startswith(begun) and (begun or not name.startswith(".")):
            yield Path(folder, name)


def _leads_to_one(path: Path) -> bool:
    return path.is_dir() or path.suffix in (".toml", ".py")
