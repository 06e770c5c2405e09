"""Consent to the programs that a file names: by --trust, at a terminal, or remembered in the run's folder."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from caviar.cli.terminal.output import show

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline

Trust = Annotated[bool, typer.Option("--trust", help="Start the programs that the file names.")]


def trusted(pipeline: Pipeline, folder: Path, trust: bool) -> Pipeline:
    """The pipeline, whose programs may be started. Raises Untrusted unless the user has said so."""
    from caviar.config.declaration.programs import programs_of
    from caviar.engine.resume.trust import Untrusted, remembered

    programs = programs_of(pipeline)
    known = remembered(folder) if programs else frozenset()
    new = [text for text in programs if text not in known]
    if new and not trust and not (_at_a_terminal() and _allowed(new, changed=bool(known))):
        raise Untrusted(new, "--trust")
    return pipeline.trusting()


def _at_a_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _allowed(programs: list[str], changed: bool) -> bool:
    """The answer of a person."""
    show("the file starts a program" + (", not the one that this run was started with:" if changed else ":"), err=True)
    for text in programs:
        show(*(f"    {line}" for line in text.split("\n")), err=True)
    return typer.confirm("Start it?", default=False, err=True)
