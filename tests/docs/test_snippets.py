"""Every command, file and program in README.md and docs/ is run; what a page shows as output must be the output.

A page's blocks are taken from top to bottom in one folder that holds a copy of pipelines/. The info string says more:

    sh                      run; `sh small` with two trials of one epoch, since the page does not show their numbers
    text                    output of the block before: its lines, in order; "…" stands for anything
    toml                    checked as by `pipe check`; data = "digits" is added where there is no data
    toml NAME               the same, and kept as a file; `toml NAME later` is kept only, a command below reads it
    toml in TABLE           lines of that table
    toml wrong              must be refused
    python                  run, all of a page as one program;   python NAME: kept as a file
    sql FILE                asked of that SQLite database; prints as the sqlite3 command does, columns separated by |
    … not-run: REASON       left alone

Numbers that come out of training are not compared: they depend on the processor.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir, closing
from itertools import pairwise
from pathlib import Path

import pytest
from caviar import Problem, load
from caviar.cli.preview.summary import summary

from tests.docs.blocks import ROOT, Block, blocks_of

PAGES = ["README.md", "CONTRIBUTING.md"]
PAGES += sorted(f"docs/{page.relative_to(ROOT / 'docs')}" for page in (ROOT / "docs").rglob("*.md"))
PAGES.remove("docs/first_plugin/README.md")  # has a test of its own
# The project's front page stays free of marks; its commands are run as they stand, but where they build environments.
README = (
    ".venv/bin/",
    "python3 -m venv .venv && pip install .\n",
    "python3 -m venv .venv && pip install '.[test]' && ",
)
TRAINS = re.compile(r"pipe (run|results|predict|retest)|python|pytest")
SMALL = "--set search.trials=2 --set trainer.epochs=1 --set search.baselines=false"
PIPE = """#!/bin/sh
command=$1
if [ "$command" = run ] && [ -n "$SMALL" ]; then set -- "$@" $SMALL; fi
exec {python} -m caviar "$@"
"""
# What `pip install .` does for a reader's environment, done to a folder on the path: no network, no build environment.
PIP = """#!/bin/sh
exec {python} -m pip install -q --no-index --no-build-isolation --no-deps --upgrade --target "$SITE" .
"""


class Page:
    """A page's folder, and what its last block printed."""

    def __init__(self, folder: Path) -> None:
        self.home = self.folder = folder / "page"
        shutil.copytree(ROOT / "pipelines", self.home / "pipelines")
        shims = folder / "bin"
        shims.mkdir()
        for name, text in {"pipe": PIPE, "pip": PIP}.items():
            (shims / name).write_text(text.format(python=sys.executable))
            (shims / name).chmod(0o755)
        self.environment = {
            **os.environ,
            "PATH": f"{shims}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(folder / "site"),
            "SITE": str(folder / "site"),
            "COLUMNS": "100",
            "PYTHONDONTWRITEBYTECODE": "1",
            "SMALL": "",
            "XDG_STATE_HOME": str(folder / "state"),
        }

    def run(self, *command: str, small: bool = False) -> subprocess.CompletedProcess[str]:
        environment = {**self.environment, "SMALL": SMALL if small else ""}
        return subprocess.run(
            command, cwd=self.folder, env=environment, stdout=-1, stderr=-2, text=True, timeout=300, check=False
        )

    def shell(self, text: str, small: bool) -> str:
        """What it printed; the next block goes on in the folder where this one ended."""
        place = self.home.parent / "place"
        done = self.run("bash", "-ec", f"{text}\npwd > {place}", small=small)
        assert done.returncode == 0, f"{text}\n{done.stdout}"
        self.folder = Path(place.read_text().strip())
        return done.stdout

    def ask(self, block: Block) -> str:
        """The rows that a query gives."""
        address = f"{(self.folder / block.words).as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as connection:
            rows = connection.execute(block.text).fetchall()
        return "\n".join("|".join("" if cell is None else str(cell) for cell in row) for row in rows)

    def check(self, block: Block) -> str:
        """What `pipe check` says of the block."""
        words = block.words.split()
        text = block.text
        if words[:1] == ["in"]:
            text = f"[{words[1]}]\n{text}"
        if words != ["wrong"] and not re.search(r"^data\b|^\[data\]|^use = \"command\"", text, re.M):
            text = f'data = "digits"\n{text}'
        named = words and words[0].endswith(".toml")
        file = self.folder / (words[0] if named else "pipeline.toml")
        file.write_text(text)
        if words[1:] == ["later"]:
            return ""
        with chdir(self.folder):
            try:
                printed, refused = "\n".join(summary(load(file.name))), False
            except Problem as problem:
                printed, refused = str(problem), True
        assert refused == (words == ["wrong"]), f"{text}\n{printed}"
        return printed


@pytest.mark.parametrize("name", PAGES)
def test_what_a_page_shows_works(name: str, tmp_path: Path) -> None:
    page, printed, trains = Page(tmp_path), "", False
    programs: list[Block] = []
    for block in blocks_of(ROOT / name):
        where = f"{name}:{block.line}"
        if not block.is_run:
            printed = ""
        elif block.language == "sh":
            text = block.text
            for part in README if name == "README.md" else ():
                text = text.replace(part, "")
            if name == "README.md" and text.strip() == "pytest":
                continue
            printed = page.shell(text, block.words == "small" or name == "README.md")
            trains = bool(TRAINS.search(text))
        elif block.language == "sql":
            printed, trains = page.ask(block), True
        elif block.language == "toml":
            printed, trains = page.check(block), False
        elif block.language == "python" and block.words:
            (page.folder / block.words).write_text(block.text)
        elif block.language == "python":
            programs.append(block)
        elif block.language == "text" and not programs:
            compare(block.text, printed, trains, where)
        else:
            assert block.language in ("", "text"), f"{where}: nobody runs a block of '{block.language}'"
    if programs:
        run_programs(page, name, blocks_of(ROOT / name))


def run_programs(page: Page, name: str, blocks: list[Block]) -> None:
    """All programs of a page as one, and what each printed."""
    programs = [block for block in blocks if block.language == "python" and not block.words]
    mark = "-- end of a block --"
    (page.folder / "page.py").write_text(f"\nprint({mark!r})\n".join(block.text for block in programs))
    done = page.run(sys.executable, "-W", "error", "page.py")
    assert done.returncode == 0, f"{name}\n{done.stdout}"
    printed = dict(zip(programs, done.stdout.split(mark), strict=True))
    for block, following in pairwise(blocks):
        if block in printed and following.language == "text" and following.is_run:
            compare(following.text, printed[block], True, f"{name}:{following.line}")


def compare(shown: str, printed: str, trains: bool, where: str) -> None:
    """Every line of what is shown must be a line of what was printed, in the same order."""
    lines = list(_lines(printed, trains))
    rest = iter(lines)
    for line in _lines(shown, trains):
        pattern = ".*".join(map(re.escape, line.split("…")))
        assert any(re.fullmatch(pattern, each) for each in rest), f"{where}: not printed: {line}\n" + "\n".join(lines)


def _lines(text: str, blank: bool) -> Iterator[str]:
    for line in text.splitlines():
        words = " ".join(line.split())
        if words and set(words) != {"…"}:
            numbers = re.sub(r"\d+(,\d{3})*(\.\d+)?(e[-+]?\d+)?", "#", words)
            yield numbers.replace("# min # s", "# s") if blank else words  # on a busy machine a run takes minutes
