"""`python -m benchmarks.search run|tables|figures|times|tasks`: measures into its cache, prints, draws."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

for _library in ("OMP", "OPENBLAS", "MKL"):  # before numpy loads: one thread for everyone
    os.environ[f"{_library}_NUM_THREADS"] = "1"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search", description=__doc__)
    parser.add_argument("action", choices=["run", "tables", "figures", "times", "tasks"])
    parser.add_argument("--cache", type=Path, default=Path("~/.cache/caviar-search-benchmark").expanduser())
    parser.add_argument("--shared", type=Path, help="the folder that holds data/hpo and tools")
    parser.add_argument("--methods", type=lambda text: text.split(";"), help="semicolons between; default: all")
    parser.add_argument("--tasks", type=lambda text: text.split(";"), help="default: all that separate methods")
    parser.add_argument("--settings", type=lambda text: text.split(";"), default=["rounds", "single", "curves"])
    parser.add_argument("--seeds", type=lambda text: range(*map(int, text.split(":"))), default=range(20))
    given = parser.parse_args()

    from benchmarks.search import figures, methods, tables, tasks, times

    if given.action == "tables":
        print(tables.markdown(given.cache, given.methods))
        return
    if given.action == "figures":
        figures.write(given.cache)
        return
    shared = given.shared or tasks.SHARED
    if given.action == "tasks":
        tasks.fix_facts(tasks.load(shared))
        return
    if given.action == "times":
        print(times.markdown(tasks.load(shared)["3945"]))
        return
    for seed in given.seeds:  # seed by seed: stopped early, every task has as many
        for setting in given.settings:
            for (method, task), search in methods.searches(setting, shared):
                file = given.cache / setting / method / f"{task}-{seed}.json"
                if task in (given.tasks or [task]) and method in (given.methods or [method]) and not file.exists():
                    file.parent.mkdir(parents=True, exist_ok=True)
                    partial = file.with_suffix(".partial")
                    partial.write_text(json.dumps(search(seed)))
                    partial.rename(file)


if __name__ == "__main__":
    main()
