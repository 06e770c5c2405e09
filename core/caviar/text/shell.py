"""Commands to paste: quoted for the shell, and broken only between words if a terminal is narrow."""

from __future__ import annotations

import os
from collections.abc import Sequence
from shlex import quote

from caviar.text.printable import printable_line


def shell_word(word: str) -> str:
    """One word, quoted for a shell; unprintable characters become bytes, $'\\x1b'."""
    if word == printable_line(word) and not any("\ud800" <= each <= "\udfff" for each in word):
        return quote(word)
    return f"$'{''.join(map(_byte, os.fsencode(word)))}'"


def shell_lines(words: Sequence[str], width: int | None, indent: str = "  ") -> list[str]:
    """A command in lines of up to `width` characters, None for one line; a backslash continues it.

    A word that is longer than a line stays whole.
    """
    lines = [indent + shell_word(words[0])]
    for word in map(shell_word, words[1:]):
        if width is not None and len(lines[-1]) + len(word) + 3 > width:
            lines[-1] += " \\"
            lines.append(f"{indent}  {word}")
        else:
            lines[-1] += f" {word}"
    return lines


def _byte(number: int) -> str:
    letter = chr(number)
    return letter if " " <= letter <= "~" and letter not in "\\'" else f"\\x{number:02x}"
