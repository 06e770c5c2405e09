"""`pipe plugins`: what there is, and what one of them may be given."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from caviar.cli.main import app
from caviar.registry.index import Entry
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
    told = told[[line.startswith("strategy 'optuna'") for line in told].index(True) :]
    assert told[2].startswith("  `sampler` names a class of `optuna.samplers`")
    assert told[-5:] == [
        "",
        "  It comes with pip install 'caviar-ml[optuna]'",
        "",
        '  sampler  = "tpe"  text',
        "  options  = {}     a table",
    ]
    assert "\n  It comes with pip install 'caviar-ml[cuda12]'\n" in CliRunner().invoke(app, ["plugins", "cupy"]).output


def test_recipes_are_listed_and_shown_with_their_file_and_a_broken_one_with_its_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, add_plugin: Callable[[Entry], None]
) -> None:
    package = tmp_path / "others_recipes"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "mine.toml").write_text("# Somebody 2026.\nepochs = 3\n")
    monkeypatch.syspath_prepend(tmp_path)
    add_plugin(Entry("recipe", "mine", "others_recipes:mine.toml", "others", "1.0"))
    listing = " ".join(CliRunner().invoke(app, ["plugins"]).output.split())
    mistake = "epochs: unknown table or key; did you mean 'trainer.epochs'?"
    told = f"mine others 1.0 BROKEN: {package / 'mine.toml'}:2: {mistake}"
    assert told in listing
    shown = CliRunner().invoke(app, ["plugins", "mine"]).output.splitlines()
    assert shown == [f"recipe 'mine', from others 1.0, {package / 'mine.toml'}", "", "# Somebody 2026.", "epochs = 3"]
    assert "# RealMLP-TD" in CliRunner().invoke(app, ["plugins", "realmlp"]).output
