"""Words that messages and pages avoid, because a reader has to guess what they mean; CONTRIBUTING has the rule."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import caviar
import caviar_plugins
import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
PACKAGES = [Path(caviar.__file__).parent, Path(caviar_plugins.__file__).parent]
SOURCES = [file for package in PACKAGES for file in sorted(package.rglob("*.py"))]
INSTEAD = {
    r"tells?|told|telling": "report, print, log, distinguish",
    r"mend(s|ed|ing)?": "fix",
    r"unsaid": "by default",
    r"(un)?luck(y|iest|ily)?": "chance, standard deviation over seeds",
    r"nobody|whoever": "name the actor",
    r"begun": "started",
    r"go(es|ing)? on|went on": "resume, continue",
    r"(at|for) nothing": "from scratch, without need",
    r"said twice|was other|(study|studies) of Optuna's": "set twice, differs, an Optuna study",
}
NAMES = re.compile(r"ask and tell|cannot tell|^go on$")  # of other libraries; an answer; a pruner's decision


def faults(text: str) -> list[str]:
    plain = NAMES.sub("", text)
    return [
        f"'{found[0]}': {better}" for word, better in INSTEAD.items() for found in re.finditer(rf"\b({word})\b", plain)
    ]


def messages(file: Path) -> Iterator[str]:
    """The texts of a source that contain a space; neither docstrings nor code that is kept as text."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)) or id(node) in bare:
            continue
        if " " in node.value and "\n" not in node.value:
            yield node.value


@pytest.mark.parametrize("file", PAGES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_page_uses_no_word_that_makes_readers_guess(file: Path) -> None:
    assert faults(re.sub(r"`[^`\n]*`|\]\([^)]*\)", "", file.read_text(encoding="utf-8"))) == []


def test_no_message_uses_a_word_that_makes_readers_guess() -> None:
    found = {f"{file.name}: {text}": faults(text) for file in SOURCES for text in messages(file) if faults(text)}
    assert found == {}


@pytest.mark.parametrize("text", ["the data was other", "mend this", "one training's luck", "`lr` is said twice"])
def test_the_words_are_found(text: str) -> None:
    assert faults(text)


def test_the_pages_and_messages_are_there() -> None:
    assert len(PAGES) > 50
    assert sum(len(list(messages(file))) for file in SOURCES) > 500
