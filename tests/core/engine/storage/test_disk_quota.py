"""A quota that is used up is a full disk: a run waits or ends as it does there, and the words say what it is."""

from __future__ import annotations

import sys
from errno import EDQUOT, ENOSPC
from io import StringIO
from pathlib import Path

import pytest
from caviar.cli.failures import report
from caviar.cli.terminal.full_disk import waiting
from caviar.plugin import DiskFull, file_errors
from caviar.values.problem import Stopped

WORDS = {EDQUOT: "this user's disk quota is used up", ENOSPC: "the disk is full"}
both = pytest.mark.parametrize("code", WORDS)


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@both
def test_the_error_of_the_system_becomes_that_of_a_full_disk(code: int) -> None:
    with pytest.raises(DiskFull, match=f"rows: {WORDS[code]}; free some space") as full, file_errors(Path("rows")):
        raise OSError(code, "")
    assert full.value.code == code


@both
def test_a_command_says_that_what_was_recorded_is_safe(code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(OSError(code, "no room", "rows")) == 1
    told = "rows: no room; free some space and run the same command again: what was recorded is safe\n"
    assert capsys.readouterr().err == told


@both
def test_a_run_at_a_terminal_waits_for_room(code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = iter((None, Stopped()))

    def check_stop() -> None:
        if stop := next(looks):
            raise stop

    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    with pytest.raises(Stopped):
        waiting(check_stop)(DiskFull(Path("runs/p/rows"), code), 10**6)
    said = " ".join(terminal.getvalue().split())
    assert f"runs/p: {WORDS[code]}: " in said
    assert "about 1.0 MB are needed" in said
    assert ("are free" in said) is (code == ENOSPC)
