"""`python -m benchmarks.estimates`: what `pipe check` foresees, and what `pipe run` takes; prints a line a case."""

from __future__ import annotations

import argparse
import os
import re
import tempfile
from pathlib import Path

from benchmarks.environment import unbiased
from benchmarks.estimates.cases import CASES, Case
from benchmarks.estimates.tree import Usage, used

_UNITS = {"MB": 1e6, "GB": 1e9, "s": 1.0, "min": 60.0, "h": 3600.0}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.estimates", description=__doc__)
    parser.add_argument("cases", nargs="*", help=f"of {', '.join(CASES)}; all if none is given")
    given = parser.parse_args()
    print("| run | memory, foreseen | taken | seconds, foreseen | taken | processor seconds | init | check |")
    print("|---|---|---|---|---|---|---|---|")
    for name in given.cases or CASES:
        with tempfile.TemporaryDirectory() as folder:
            print(_line(CASES[name], Path(folder)), flush=True)


def _line(case: Case, folder: Path) -> str:
    file = case.write(folder)
    settings = [word for setting in case.settings for word in ("--set", setting)]
    init = _pipe(folder, "init", file.name)
    check = _pipe(folder, "check", f"{file.stem}.toml", *settings)
    run = _pipe(folder, "run", f"{file.stem}.toml", *settings)
    foreseen = [_amount(check.output, word) for word in ("memory", "time")]
    cells = (
        *(case.name, f"{foreseen[0] / 1e6:.0f} MB", f"{run.memory / 1e6:.0f} MB", f"{foreseen[1]:.0f} s"),
        *(f"{run.seconds:.0f} s", f"{run.processor:.0f} s", f"{init.processor:.1f} s", f"{check.processor:.1f} s"),
    )
    return f"| {' | '.join(cells)} |"


def _pipe(folder: Path, *words: str) -> Usage:
    return used(["pipe", *words], folder, unbiased() | {"COLUMNS": "120", "PATH": os.environ["PATH"]})


def _amount(told: str, word: str) -> float:
    """The number with a unit on a line of `pipe check`."""
    found = re.search(rf"^{word} +(?:at most )?about ([\d.,]+) (\w+)", told, re.MULTILINE)
    assert found is not None, told
    return float(found[1].replace(",", "")) * _UNITS[found[2]]


if __name__ == "__main__":
    main()
