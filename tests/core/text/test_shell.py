"""Commands to paste: a shell reads back what was meant."""

from __future__ import annotations

import os
import subprocess

import pytest
from caviar.plugin import shell_lines

ODD = ["it's", "a\nb", "\x1b[2J", "\udcff"]
WORDS = ["printf", "%s\\0", "my pipe.toml", "--set", "model.units={ log-int = [32, 368] }", *ODD]


@pytest.mark.parametrize("width", [None, 20, 60])
def test_a_pasted_command_has_the_words_it_was_made_of(width: int | None) -> None:
    script = "\n".join(shell_lines(WORDS, width)) + "\n"
    assert script.replace("\n", "").isprintable()
    done = subprocess.run(["bash"], input=os.fsencode(script), capture_output=True, check=True)
    assert done.stdout.split(b"\0")[:-1] == [os.fsencode(word) for word in WORDS[2:]]


def test_lines_fit_where_words_do_and_words_stay_whole() -> None:
    lines = shell_lines(["pipe", "run", "x" * 30, "--set", "a=1", "--set", "b=2"], 24)
    assert lines == ["  pipe run \\", f"    {'x' * 30} \\", "    --set a=1 --set \\", "    b=2"]
    assert all(len(line) <= 24 for line in lines if "xxx" not in line)
