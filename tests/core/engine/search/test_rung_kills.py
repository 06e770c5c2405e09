"""SIGKILL after every change of a pruned search: it goes on from the last durable one, to the same bits."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.core.engine.search.rungs import PIPELINE, PLUGINS, differences, search

# A fork of one process for each change, which it does not live beyond; prints the folders of those that were killed.
KILLED = """
import os, sys
from pathlib import Path
from caviar.engine.storage import pending
from tests.core.engine.search.rungs import search

file, pending.SECONDS, settings = Path(sys.argv[1]), float(sys.argv[2]), [*sys.argv[3:], "store.kills=true"]
search(file, "loads the libraries", *settings)
code, call = -9, 0
while code == -9:
    call += 1
    child = os.fork()
    if not child:
        try:
            search(file, f"dies{call}", *settings, f"store.call={call}")
            os._exit(0)
        finally:
            os._exit(1)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code == -9:
        print(f"dies{call}")
sys.exit(code)
"""


@pytest.mark.parametrize("seconds", ["0", "inf"], ids=["synced at each change", "synced when a trial ends"])
def test_a_pruned_search_killed_after_any_change_comes_to_the_same_decisions_and_bits(
    put: Callable[[str, str], Path], seconds: str
) -> None:
    file = put(PIPELINE, PLUGINS)
    settings = ["search.pruner=brackets", "store.use=failing", "store.after=true"]
    # Where a commit waits until a trial ends there are fewer commits: more trials, each of which ends by itself.
    settings += ["search.trials=6"] if seconds == "0" else ["search.trials=14", "trainer.population=1"]
    whole = search(file, "whole", *settings)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, file, seconds, *settings],
        cwd=Path(__file__).parents[4],
        env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert killed.returncode == 0, killed.stderr
    folders = killed.stdout.split()
    assert len(folders) > 12
    for folder in folders:
        assert not differences(search(file, folder, *settings), whole), folder
