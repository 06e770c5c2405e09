"""`python -m benchmarks.race`: both sides in turn, seed by seed; resumes from its cache, prints markdown."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from benchmarks.race import setting, sides, table

SIDES: dict[str, Callable[..., sides.Race]] = {"peer": sides.peer, "ours": sides.ours}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.race", description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--data", type=Path, default=setting.DATA, help="an NPZ archive of X and y")
    parser.add_argument("--space", choices=setting.SPACES, default="small")
    parser.add_argument("--cache", type=Path, default=Path("~/.cache/caviar-race").expanduser())
    given = parser.parse_args()
    folder = given.cache / given.data.stem / given.space
    folder.mkdir(parents=True, exist_ok=True)
    files = {(side, seed): folder / f"{side}-{seed}.json" for seed in range(1, given.seeds + 1) for side in SIDES}
    missing = [key for key, file in files.items() if not file.exists()]
    for side in sorted({side for side, _ in missing}):  # files of libraries read, kernels compiled
        SIDES[side](given.data, given.space, seed=0, trials=2)
    for side, seed in missing:
        found = SIDES[side](given.data, given.space, seed)
        partial = files[side, seed].with_suffix(".partial")
        partial.write_text(json.dumps(asdict(found)))
        partial.rename(files[side, seed])
    races = {key: sides.Race(**json.loads(file.read_text())) for key, file in files.items()}
    print(table.markdown(*([races[side, seed] for seed in range(1, given.seeds + 1)] for side in SIDES)))


if __name__ == "__main__":
    main()
