"""Runs the races that the cache lacks, and reads all of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

from benchmarks.race import sides
from benchmarks.race.rows import Rows, prepare
from benchmarks.race.sides import Race

Key: TypeAlias = tuple[str, str, int, int]
"""Table, side, seconds, seed."""

OURS, PEER = "caviar", "optuna"
_WARM = 10.0  # seconds of a race that is not counted


@dataclass(frozen=True)
class Campaign:
    """`python`: that of the peer; `recipe`: what Caviar's file asks for in place of the declared space.

    `ensemble`: of how many draws Caviar's answer in the declared space is the mean; 0: the winner alone.
    """

    cache: Path
    archives: Path | None
    images: Path | None
    python: str
    recipe: str = ""
    ensemble: int = 0

    def run(self, keys: Iterable[Key]) -> None:
        """In their order. Raises NoArchive where a table's archive is missing."""
        with TemporaryDirectory() as folder:
            prepared: dict[str, Rows] = {}
            warm = set[tuple[str, str]]()
            for table, side, seconds, seed in keys:
                file = self._file((table, side, seconds, seed))
                if file.exists():
                    continue
                if table not in prepared:
                    own = Path(folder) / table
                    own.mkdir()
                    prepared[table] = prepare(table, self.archives, self.images, own)
                if (table, side) not in warm:  # libraries are read from disk and kernels compiled before it counts
                    self._raced(prepared[table], side, _WARM, seed=0)
                    warm.add((table, side))
                found = self._raced(prepared[table], side, float(seconds), seed)
                partial = file.with_suffix(".partial")
                partial.write_text(json.dumps(asdict(found)), encoding="utf-8")
                partial.rename(file)

    def races(self, keys: Iterable[Key]) -> Mapping[tuple[str, str, int], list[Race]]:
        """Table, side and seconds -> one race for each seed."""
        found: dict[tuple[str, str, int], list[Race]] = {}
        for key in keys:
            found.setdefault(key[:3], []).append(Race(**json.loads(self._file(key).read_text(encoding="utf-8"))))
        return found

    def _raced(self, rows: Rows, side: str, seconds: float, seed: int) -> Race:
        if side == OURS:
            return sides.ours(rows, seed, seconds, self.recipe, self.ensemble)
        return sides.peer(rows, seed, seconds, self.python)

    def _file(self, key: Key) -> Path:
        table, side, seconds, seed = key
        own = self.recipe or (f"ensemble{self.ensemble}" if self.ensemble else "")
        named = f"{side}-{own}" if side == OURS and own else side
        return self._made / f"{table}-{named}-{seconds}-{seed}.json"

    @cached_property
    def _made(self) -> Path:
        self.cache.mkdir(parents=True, exist_ok=True)
        return self.cache
