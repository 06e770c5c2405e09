"""Text for people: control characters become escapes, so that no external text controls a terminal."""

from __future__ import annotations

import re

# C0 and C1 except tab and line feed, DEL, and the marks that turn the direction of writing.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """The text with control characters as Python writes them, `\\x1b`; tabs and line breaks stay."""
    return _CONTROLS.sub(lambda found: repr(found[0])[1:-1], text)


def printable_line(text: str) -> str:
    """The text on one line: a line break becomes `\\n`."""
    return printable(text).replace("\n", "\\n")
