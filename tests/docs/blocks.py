"""The fenced blocks of a Markdown page, and what their info strings ask for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_FENCE = re.compile(
    r"^(?P<indent> *)(?P<fence>`{3,})(?P<info>[^`\n]*)\n(?P<text>.*?)^(?P=indent)(?P=fence) *$", re.M | re.S
)


@dataclass(frozen=True)
class Block:
    """One block: its language, the rest of its info string, its text and the line of its fence."""

    language: str
    words: str
    text: str
    line: int

    @property
    def is_run(self) -> bool:
        """False where the page says why not."""
        return not self.words.startswith("not-run: ")


def blocks_of(page: Path) -> list[Block]:
    """The blocks of a page, from top to bottom. MyST directives, such as {include}, are none."""
    source = page.read_text(encoding="utf-8")
    found = []
    for match in _FENCE.finditer(source):
        language, _, words = match["info"].strip().partition(" ")
        if not language.startswith("{"):
            found.append(Block(language, words.strip(), match["text"], source.count("\n", 0, match.start()) + 1))
    return found
