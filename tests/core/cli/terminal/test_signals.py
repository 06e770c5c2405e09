"""Signals before and beside a run: a word and exit code 130, wherever they come."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import os, sys
from caviar.cli.entry import main

class Signalling:
    def find_spec(self, name, *rest):
        if name == "{module}":
            os.kill(os.getpid(), {number})

sys.meta_path.insert(0, Signalling())
sys.argv = ["pipe", "run", "p.toml"]
main()
"""


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("module", ["typer", "pydantic", "caviar.config.load", "caviar.engine.study"])
def test_a_signal_while_modules_are_imported_gives_a_word_and_no_traceback(
    module: str, stop: signal.Signals, tmp_path: Path
) -> None:
    (tmp_path / "p.toml").write_text('data = "digits"\n')
    script = SCRIPT.format(module=module, number=int(stop))
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr, done.stdout) == (130, "interrupted\n", "")


def test_nohup_is_heeded(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text('data = "digits"\nexecutor = "inline"\ntrainer.epochs = 1\n')
    script = SCRIPT.format(module="caviar.engine.study", number=int(signal.SIGHUP))
    command = ["nohup", sys.executable, "-c", script]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
