"""`python -m benchmarks.race`: both sides in turn, seed by seed; resumes from its cache, prints markdown."""

from __future__ import annotations

import argparse
import os
import sys
from itertools import product
from pathlib import Path

from benchmarks.environment import pin, program
from benchmarks.race import table
from benchmarks.race.campaign import OURS, PEER, Campaign
from benchmarks.race.setting import PROCESSES, SECONDS, TABLES
from benchmarks.tables.sources import FOLDER, NoArchive


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.race", description=__doc__)
    parser.add_argument("--data", type=Path, default=os.environ.get(FOLDER), help=f"the tables' archives; or {FOLDER}")
    parser.add_argument("--fashion-mnist", type=Path, help="an archive of the images")
    parser.add_argument("--tables", nargs="+", choices=TABLES, default=TABLES)
    parser.add_argument("--seconds", nargs="+", type=int, default=SECONDS)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--recipe", default="", help="Caviar's, in place of the declared space")
    parser.add_argument("--ensemble", type=int, default=0, help="draws of Caviar's ensemble in the declared space")
    parser.add_argument("--peers-python", default=sys.executable, help="the Python that has torch and optuna")
    parser.add_argument("--cache", type=Path, default=Path("~/.cache/caviar-race").expanduser())
    given = parser.parse_args()
    pin(PROCESSES)
    peers = program(given.peers_python)
    campaign = Campaign(given.cache, given.data, given.fashion_mnist, peers, given.recipe, given.ensemble)
    keys = [
        (name, side, seconds, seed)
        for seed, name, seconds, side in product(range(1, given.seeds + 1), given.tables, given.seconds, (PEER, OURS))
    ]
    try:
        campaign.run(keys)
    except NoArchive as absent:
        parser.exit(2, f"{absent}\n")
    print(table.markdown(campaign.races(keys), given.tables, given.seconds))


if __name__ == "__main__":
    main()
