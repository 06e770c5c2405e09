"""The last record of a search is cut off, as docs/compare/torn-journal.md says: Optuna, Rustuna and Caviar."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.docs.blocks import blocks_of
from tests.faults.small import ended, outcome, run, small
from tests.faults.test_processes import done, start, until

PAGE = Path(__file__).parents[2] / "docs" / "compare" / "torn-journal.md"


@pytest.mark.peers
@pytest.mark.parametrize(
    ("library", "first", "later"),
    [("optuna", "JSONDecodeError", "JSONDecodeError"), ("rustuna", "StorageInternalError", "RuntimeError")],
)
def test_a_torn_journal_cannot_be_opened_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str, first: str, later: str
) -> None:
    """The page's code. Where it fails because a later version reads such a file, the page is to be changed."""
    pytest.importorskip(library, reason=f"replays a torn journal of {library}: install '.[peers]'")
    monkeypatch.chdir(tmp_path)
    (block,) = [each for each in blocks_of(PAGE) if f"from {library} import" in each.text]
    *lines, last = block.text.strip().splitlines()
    names: dict[str, Any] = {}
    exec("\n".join(lines), names)
    assert [str(trial.state).split(".")[-1] for trial in names["study"]().get_trials()][-1] == "RUNNING"
    with pytest.raises(Exception, match="line 1 column") as torn:
        exec(last, names)
    assert type(torn.value).__name__ == first
    for _ in range(2):
        with pytest.raises(Exception, match="line 1 column") as torn:
            names["study"]()
        assert type(torn.value).__name__ == later


@pytest.mark.slow
def test_a_torn_log_costs_the_last_commit_and_no_bit(tmp_path: Path) -> None:
    file = small(tmp_path)
    process = start(file, "torn")
    until(done(file, "torn", 6), process)
    process.kill()
    process.communicate()
    before = ended(file, "torn")
    log = tmp_path / "torn" / "p" / "study.sqlite-wal"
    os.truncate(log, log.stat().st_size - 10)
    left = ended(file, "torn")
    assert 0 < len(left) <= len(before)
    assert left.items() <= before.items()
    run(file, "torn")
    assert left.items() <= ended(file, "torn").items()
    run(file, "whole")
    assert outcome(file, "torn") == outcome(file, "whole")
