"""`python -m benchmarks.tables run|report`: measures into a file that resumes, prints markdown."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from benchmarks.environment import program
from benchmarks.tables import report, results
from benchmarks.tables.campaign import Campaign
from benchmarks.tables.contenders import Caviar, Contender, OneNetwork, Peer
from benchmarks.tables.peers import PEERS
from benchmarks.tables.sources import FOLDER, NAMES, PUBLISHED, NoArchive
from benchmarks.tables.unseen import ITEMS

ONE = OneNetwork.names[0], "realmlp-td, given rows"
"""One network beside another, from the same training and validation rows; measured where they are named."""


def main() -> None:
    usual = ["caviar", *(name for name in PEERS if name not in ONE)]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tables", description=__doc__)
    parser.add_argument("--results", type=Path, default=Path("~/.cache/caviar-tables.jsonl").expanduser())
    actions = parser.add_subparsers(dest="action", required=True)
    measuring = actions.add_parser("run", help="measures what the file of results lacks")
    measuring.add_argument("--data", type=Path, default=os.environ.get(FOLDER), help=f"the archives; or {FOLDER}")
    measuring.add_argument("--tables", nargs="+", choices=(*NAMES, *PUBLISHED, *ITEMS), default=NAMES)
    measuring.add_argument("--splits", nargs="+", type=int, default=[0, 1, 2])
    measuring.add_argument("--contenders", nargs="+", choices=["caviar", *ONE, *PEERS], default=usual)
    measuring.add_argument("--effort", nargs="+", default=[""], help="of `pipe init`, one Caviar each")
    measuring.add_argument("--model", nargs="+", default=[], help="of `pipe predict`: one result each of the same run")
    measuring.add_argument("--peers-python", default="python3", help="the Python of the peers' environment")
    measuring.add_argument("--cores", type=int, default=2)
    measuring.add_argument("--errors-only", action="store_true", help="on a busy machine: records no seconds")
    printing = actions.add_parser("report", help="prints the file of results")
    printing.add_argument("--tables", nargs="+", choices=(*NAMES, *PUBLISHED, *ITEMS), default=NAMES)
    printing.add_argument("--against", nargs="+", default=["hist-gradient-boosting"])
    given = parser.parse_args()
    if given.action == "report":
        found = results.read(given.results).values()
        print(report.markdown([each for each in found if each.table in given.tables], given.against))
        return
    ours: list[Contender] = []
    if "caviar" in given.contenders:
        ours += [Caviar(effort, tuple(given.model)) for effort in given.effort]
    ours += [OneNetwork()] if ONE[0] in given.contenders else []
    theirs = [Peer(name, program(given.peers_python)) for name in given.contenders if name in PEERS]
    contenders: list[Contender] = [*ours, *theirs]
    given.results.parent.mkdir(parents=True, exist_ok=True)
    campaign = Campaign(given.results, given.data, given.cores, timed=not given.errors_only)
    try:
        campaign.run(given.tables, given.splits, contenders)
    except NoArchive as absent:
        parser.exit(2, f"{absent}\n")


if __name__ == "__main__":
    main()
