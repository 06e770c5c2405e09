"""`python -m benchmarks.retest PART`: what `pipe retest` finds and what it costs; prints tables."""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.retest.flights import months
from benchmarks.retest.million import million
from benchmarks.retest.optimum import optimum
from benchmarks.retest.shifts import alarms_with_classifier, report


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.retest", description=__doc__)
    parser.add_argument("part", choices=("shifts", "classifier", "optimum", "million", "flights"))
    parser.add_argument("--resamples", type=int, default=200)
    given = parser.parse_args()
    if given.part == "shifts":
        for line in report(given.resamples, 50):
            print(line, flush=True)
    elif given.part == "classifier":
        print(alarms_with_classifier(given.resamples))
    else:
        parts = {"optimum": optimum, "flights": months, "million": million}
        with TemporaryDirectory() as folder:
            for line in parts[given.part](Path(folder)):
                print(line, flush=True)


if __name__ == "__main__":
    main()
