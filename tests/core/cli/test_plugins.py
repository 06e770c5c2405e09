"""`pipe plugins`: what there is, and what one of them may be given."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from caviar.cli.main import app
from typer.testing import CliRunner


def pipe(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "caviar", *arguments], capture_output=True, text=True, cwd=cwd)


def test_plugins_are_listed_and_described(tmp_path: Path) -> None:
    assert re.search(r"\n  adam +caviar-ml ", pipe("plugins", cwd=tmp_path).stdout)
    assert "tier 1" in pipe("plugins", "adam", cwd=tmp_path).stdout
    assert pipe("plugins", "adm", cwd=tmp_path).stderr == "no plugin is called 'adm'; did you mean 'adam'?\n"


def test_what_an_extra_brings_is_described_before_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("caviar.registry.load.find_spec", lambda name: None)
    told = CliRunner().invoke(app, ["plugins", "optuna"]).output.splitlines()
    assert told[2].startswith("  `sampler` names a class of `optuna.samplers`")
    assert told[-5:] == [
        "",
        "  It comes with pip install 'caviar-ml[optuna]'",
        "",
        '  sampler  = "tpe"  text',
        "  options  = {}     a table",
    ]
    assert "\n  It comes with pip install 'caviar-ml[cuda12]'\n" in CliRunner().invoke(app, ["plugins", "cupy"]).output
