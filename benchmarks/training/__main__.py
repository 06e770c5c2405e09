"""`python -m benchmarks.training`: measures everything and writes docs/benchmarks/training.md."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from benchmarks.training import letter, memory, realmlp, report, steps


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.training", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="measurements of each, in turn; their median counts")
    parser.add_argument("--core", type=int, default=1, help="the core that everything is pinned to")
    parser.add_argument("--out", type=Path, default=Path("docs/benchmarks/training.md"))
    parser.add_argument(
        "--only",
        nargs="*",
        choices=["steps", "realmlp", "memory", "letter"],
        default=["steps", "realmlp", "memory", "letter"],
    )
    given = parser.parse_args()
    sections: dict[str, Callable[[], str]] = {
        "steps": lambda: steps.section(given.rounds, given.core),
        "realmlp": lambda: realmlp.section(given.rounds, given.core),
        "memory": lambda: memory.section(given.core),
        "letter": lambda: letter.section(given.rounds),
    }
    report.write(given.out, [sections[name]() for name in given.only])


if __name__ == "__main__":
    main()
