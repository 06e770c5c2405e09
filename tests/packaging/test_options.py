"""The options of the command are named in `caviar.cli` alone: programs and plugins do not have a command line."""

from __future__ import annotations

import re
from pathlib import Path

import caviar
import caviar_plugins
import pytest
from caviar.cli.main import app
from typer.main import get_command

CORE, PLUGINS = Path(caviar.__file__).parent, Path(caviar_plugins.__file__).parent
FILES = [
    file for root in (CORE, PLUGINS) for file in sorted(root.rglob("*.py")) if not file.is_relative_to(CORE / "cli")
]


def options() -> set[str]:
    """Every long option of every command."""
    command = get_command(app)
    commands = (command, *getattr(command, "commands", {}).values())
    words = (word for each in commands for option in each.params for word in (*option.opts, *option.secondary_opts))
    return {word for word in words if word.startswith("--")}


def named_in(text: str) -> list[str]:
    """The options that a text names."""
    return [word for word in re.findall(r"(?<![\w-])--[a-z][a-z-]*", text) if word in options()]


def test_the_options_that_are_looked_for_are_those_of_the_command() -> None:
    assert {"--code", "--set", "--debug", "--runs", "--json", "--narrow", "--verbose", "--quiet"} <= options()
    assert named_in("`--code FILE.py` and --set=a, not --codes or pip's --force-reinstall") == ["--code", "--set"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_a_file_outside_cli_names_no_option(file: Path) -> None:
    assert named_in(file.read_text(encoding="utf-8")) == []
