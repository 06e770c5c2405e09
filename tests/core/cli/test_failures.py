"""How a command words a problem: with its own options, where a program is told of `settings` and `load(…, code=…)`."""

from __future__ import annotations

import pytest
from caviar.cli.failures import report
from caviar.config.reading.errors import Mistake, Mistakes
from caviar.registry.index import UnknownPlugin

MISTAKES = Mistakes(
    [
        Mistake(None, None, "seed", "must be a whole number"),
        Mistake("p.toml", 2, "optimizer", "unknown optimizer 'mine'; available: adam", own=True),
    ]
)
UNKNOWN = "unknown optimizer 'mine'; available: adam; one of your own: install it, or "


def test_a_command_names_its_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert report(MISTAKES) == 2
    assert report(UnknownPlugin("unknown optimizer 'mine'; available: adam", own=True)) == 2
    assert capsys.readouterr().err == (
        f"p.toml:2: optimizer: {UNKNOWN}--code FILE.py\n--set: seed: must be a whole number\n{UNKNOWN}--code FILE.py\n"
    )


def test_a_program_is_told_what_it_calls() -> None:
    assert str(MISTAKES) == (
        f'p.toml:2: optimizer: {UNKNOWN}load(…, code="FILE.py")\nsettings: seed: must be a whole number'
    )
