"""Positions: the line of every key of a TOML document, which tomllib does not report.

Only documents that tomllib has accepted are scanned, so nothing is checked here; a fuzz test compares the paths with
tomllib's.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from typing import TypeAlias

Keys: TypeAlias = tuple[str | int, ...]

_SPACE = re.compile(r"[ \t]*")
_GAP = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}#\n]+")
# A multi-line string may end in up to two quotes of its own before the three that close it.
_STRING = re.compile(
    r'''"""(?:\\.|(?!""")[^\\])*"{3,5}|\'\'\'(?:(?!\'\'\').)*'{3,5}|"(?:\\.|[^"\\])*"|'[^']*\'''', re.DOTALL
)


def positions(text: str) -> dict[Keys, int]:
    """The line, from 1, of every key and list element of a valid document."""
    return Scan(text).found


class Scan:
    """The positions of all keys and elements of a valid document.

    `found`: the line of every key. `spans`: where each value begins and ends in the text. `homes`: the table under
    whose header each dotted or plain key is written. `ends`: where the last line of each table with a header ends, the
    comment behind it included; () is the part before the first header.
    """

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.found: dict[Keys, int] = {}
        self.spans: dict[Keys, tuple[int, int]] = {}
        self.homes: dict[Keys, Keys] = {}
        self.ends: dict[Keys, int] = {(): 0}
        self._ends = [match.start() for match in re.finditer("\n", text)]
        self._tables: dict[Keys, int] = {}
        self._document()

    def _document(self) -> None:
        table: Keys = ()
        while self._skip(_GAP) < len(self.text):
            line = self._line()
            if self.text.startswith("[[", self.at):
                table = self._next_of_array(self._header("[[", "]]"), line)
            elif self.text.startswith("[", self.at):
                table = self._enter(self._header("[", "]"), line)
                self.found[table] = line
            else:
                self._pair(table)
            self.ends[table] = self._line_end()

    def _header(self, opening: str, closing: str) -> Keys:
        self.at += len(opening)
        keys = self._key()
        self.at += len(closing)
        return keys

    def _next_of_array(self, keys: Keys, line: int) -> Keys:
        array = (*self._enter(keys[:-1], line), keys[-1])
        index = self._tables[array] = self._tables.get(array, -1) + 1
        self.found.setdefault(array, line)
        self.found[*array, index] = line
        return (*array, index)

    def _enter(self, keys: Keys, line: int) -> Keys:
        """The full path of a header: below an array of tables, that of its last table."""
        path: Keys = ()
        for key in keys:
            path = (*path, key)
            self.found.setdefault(path, line)
            if path in self._tables:
                path = (*path, self._tables[path])
        return path

    def _pair(self, table: Keys) -> None:
        line = self._line()
        path = table
        for key in self._key():
            path = (*path, key)
            self.found.setdefault(path, line)
            self.homes.setdefault(path, table)
        self.at += 1  # the equals sign
        self._skip(_GAP)
        self._value(path)

    def _key(self) -> Keys:
        keys: list[str] = []
        while True:
            self._skip(_SPACE)
            start = self.at
            if self.text[start] in "\"'":
                self._skip(_STRING)
                keys.append(tomllib.loads(f"key = {self.text[start : self.at]}")["key"])
            else:
                self._skip(_BARE)
                keys.append(self.text[start : self.at])
            self._skip(_SPACE)
            if self.text[self.at] != ".":
                return tuple(keys)
            self.at += 1

    def _value(self, path: Keys) -> None:
        start = self.at
        self._skip_value(path)
        self.spans[path] = start, self.at

    def _skip_value(self, path: Keys) -> None:
        opening = self.text[self.at]
        if opening in "\"'":
            self._skip(_STRING)
        elif opening not in "[{":
            self._skip(_SCALAR)
        else:
            self.at += 1
            index = 0
            while self.text[self._skip(_GAP)] not in "]}":
                if opening == "[":
                    self.found[*path, index] = self._line()
                    self._value((*path, index))
                else:
                    self._pair(path)
                index += 1
                if self.text[self._skip(_GAP)] == ",":
                    self.at += 1
            self.at += 1

    def _skip(self, pattern: re.Pattern[str]) -> int:
        match = pattern.match(self.text, self.at)
        assert match is not None
        self.at = match.end()
        return self.at

    def _line_end(self) -> int:
        """The end of the scanner's current line."""
        end = self.text.find("\n", self.at)
        return len(self.text) if end < 0 else end

    def _line(self) -> int:
        return bisect_left(self._ends, self.at) + 1
