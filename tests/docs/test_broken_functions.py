"""docs/broken-functions.md shows the functions of docs/broken_functions.py and what `pipe` prints for them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.broken_functions import BODIES, FEW, HEAD
from tests.commands import pipe
from tests.docs.blocks import ROOT, blocks_of
from tests.docs.test_snippets import compare

BLOCKS = blocks_of(ROOT / "docs" / "broken-functions.md")
SHOWN = [block.text for block in BLOCKS if "test_broken_functions" in block.words]
ENDING = list(BODIES)[:5]


def test_the_page_shows_the_functions() -> None:
    assert [block.text for block in BLOCKS if block.words.endswith("body of a function")] == list(BODIES.values())


@pytest.mark.thorough
@pytest.mark.parametrize("name", ENDING)
def test_a_broken_function_is_reported_in_these_words(name: str, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(HEAD + BODIES[name])
    shown = re.split(r"^\$ pipe (\w+) .*\n", SHOWN[list(BODIES).index(name)], flags=re.M)[1:]
    for command, text in zip(shown[::2], shown[1::2], strict=True):
        few = (*FEW, "--quiet") if command == "run" else ()
        done = pipe(tmp_path, command, "train.py", *few)
        assert done.returncode == {"check": 2, "run": 1}[command]
        told = re.sub(r"train\.py [0-9a-f]{12}", "train.py …", f"{done.stdout}{done.stderr}")
        compare(text, told.replace(f"{tmp_path}/", ""), True, name)
