"""All contenders on all tables, split by split; what is in the campaign's file already is not measured again."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.environment import pin
from benchmarks.tables import results
from benchmarks.tables.contenders import Contender, Failed
from benchmarks.tables.errors import error
from benchmarks.tables.results import Key, Result
from benchmarks.tables.sources import load
from benchmarks.tables.splits import write


@dataclass(frozen=True)
class Campaign:
    """`timed`: seconds are worth recording; what was measured without them is measured again with them."""

    file: Path
    archives: Path | None
    cores: int
    timed: bool

    def run(self, tables: Sequence[str], splits: Iterable[int], contenders: Sequence[Contender]) -> None:
        """Appends each result as soon as it is there; reports a contender that failed and goes on.

        Raises NoArchive before anything is measured.
        """
        for name in tables:
            _loaded(name, self.archives)
        pin(self.cores)
        for split, name in product(splits, tables):  # split by split: stopped early, each table has as many
            for contender in contenders:
                if self.is_missing([(name, split, each) for each in contender.names]):
                    try:
                        results.append(self.file, self._measured(name, split, contender))
                    except Failed as failed:
                        print(f"{name}, split {split}: {failed}", file=sys.stderr, flush=True)

    def is_missing(self, keys: Iterable[Key]) -> bool:
        """Whether one of the results is not in the file, or without the seconds that are wanted."""
        found = results.read(self.file)
        return any(key not in found or (self.timed and found[key].seconds is None) for key in keys)

    def _measured(self, name: str, split: int, contender: Contender) -> list[Result]:
        table = _loaded(name, self.archives)
        with TemporaryDirectory() as folder:
            truth = write(table, split, Path(folder))
            outcome = contender.run(Path(folder), table.task, split, self.cores)
        seconds = round(outcome.seconds, 2) if self.timed else None
        about = {"date": str(date.today()), "cores": self.cores, "load": round(os.getloadavg()[0], 1)}
        return [
            Result(name, split, each, error(table.task, truth, predicted), len(truth), seconds, about)
            for each, predicted in outcome.predicted.items()
        ]


_loaded = cache(load)
