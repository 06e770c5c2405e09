"""A search with programs that is killed by SIGKILL, wherever it stands, comes to the result of one that never was."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.faults.test_processes import bits, finish, start, until
from tests.plugins.programs.running import is_running

PIPELINE = """
name = "p"
reporter = []
[trainer]
use = "command"
metric = "score"
goal = "maximize"
epochs = 9
command = ["sh", "train.sh", "{rate}", "{state}", "{folder}", "{seed}"]
directory = "."
values = { rate = { log = [1e-4, 1.0] } }
[search]
strategy = "coarse-to-fine"
trials = 6
round = 3
pruner = "hyperband"
"""
# A state of two files, of which none is replaced as a whole; `trained` has a line for each epoch that was ever trained.
PROGRAM = """
echo $$ >>"$3/pids"
n=$(cat "$2/n" 2>/dev/null || echo 0)
[ "$n" = "$(cat "$2/copy" 2>/dev/null || echo 0)" ] || exit 9
while [ $n -lt 9 ]; do
    sleep 0.03
    n=$((n + 1))
    echo $n >>"$3/trained"
    echo $n >"$2/n"
    echo $n >"$2/copy"
    echo "{\\"epoch\\": $n, \\"score\\": $n.$4}"
done
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "train.sh").write_text(PROGRAM)
    (tmp_path / "p.toml").write_text(PIPELINE)
    return tmp_path / "p.toml"


@pytest.mark.thorough
@pytest.mark.parametrize("kills", [2, pytest.param(10, marks=pytest.mark.slow)])
def test_killed_again_and_again_it_comes_to_the_same_and_leaves_no_program(file: Path, kills: int) -> None:
    finish(start(file, "whole", "--trust", "--set", "executor=inline"))
    trials, whole = (file.parent / into / "p" / "trials" for into in ("killed", "whole"))
    all_epochs = len(epochs(whole))
    assert all_epochs == len(set(epochs(whole)))
    for kill in range(1, 1 + kills):
        killed = start(file, "killed", "--trust", "--workers", "2")
        until(lambda: len(set(epochs(trials))) >= all_epochs * kill / (kills + 2), killed)  # noqa: B023
        killed.kill()
        killed.communicate()
        pids = [pid for each in trials.glob("*/pids") for pid in each.read_text().split()]
        deadline = time.monotonic() + 30
        while any(map(is_running, pids)):
            assert time.monotonic() < deadline
            time.sleep(0.01)
    finish(start(file, "killed", "--workers", "2"))
    assert bits(file, "killed") == bits(file, "whole")
    repeated = len(epochs(trials)) - len(set(epochs(trials)))
    assert repeated <= 2 * kills, "more than an epoch of each running trial was trained again"


def epochs(trials: Path) -> list[tuple[str, str]]:
    """The trial and epoch of all that was ever trained."""
    return [(each.parent.name, epoch) for each in trials.glob("*/trained") for epoch in each.read_text().split()]
