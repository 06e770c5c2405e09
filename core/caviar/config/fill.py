"""Fills a pipeline file: writes out every default in its place, and preserves the user's text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from caviar.config.declaration.dump import inline, key_text, table_of
from caviar.config.declaration.space import unread
from caviar.config.declaration.tiers import complete
from caviar.config.declaration.walk import is_choice
from caviar.config.reading.build import Builder
from caviar.config.reading.document import parse
from caviar.config.reading.errors import Mistakes
from caviar.config.reading.positions import Keys, Scan
from caviar.interfaces.fields.declared import Declared
from caviar.interfaces.sampler import Sampler


def fill(text: str, file: str) -> str:
    """The file's text with all defaults added. Reading it gives an equal pipeline. Raises Mistakes."""
    document = parse(text, file)
    builder = Builder(document)
    declared = builder.pipeline()
    if declared is None:
        raise Mistakes(builder.mistakes)
    pipeline = complete(declared)  # ranges of tiers are written out too, else every value would now seem chosen
    filler = _Filler(text, document.tree)
    ignored = unread(pipeline)
    for name in (each for each in type(pipeline).model_fields if each not in ignored or each in document.tree):
        value = getattr(pipeline, name)
        if name in document.tree:
            filler.complete((name,), document.tree[name], value)
        elif isinstance(value, Declared) and not isinstance(value, Sampler) and name != "backend":
            filler.append(name, table_of(value))
        elif name != "schedule":  # an empty one has nothing to say
            filler.insert((), [f"{key_text(name)} = {inline(value)}"])
    return filler.text()


class _Filler:
    """Collects the lines to insert, and their places."""

    def __init__(self, text: str, tree: Mapping[str, Any]) -> None:
        self._text, self._tree, self._scan = text, tree, Scan(text)
        self._edits: list[tuple[int, int, str]] = []
        self._lines: dict[Keys, list[str]] = {}
        self._appended: list[str] = []

    def complete(self, keys: Keys, raw: Any, value: Any) -> None:
        """Adds the defaults of the value at some keys."""
        if isinstance(value, Sampler):
            if isinstance(raw, dict) and is_choice(value):
                name, options = next(iter(raw.items()))
                self._each((*keys, name), options, value.ends())
        elif isinstance(value, Declared):
            self._declared(keys, raw, value)
        elif isinstance(value, dict):
            for word, each in value.items():
                self.complete((*keys, word), raw[word], each)
        elif isinstance(raw, list) and isinstance(value, tuple) and any(isinstance(each, Declared) for each in value):
            self._each(keys, raw, value)  # a list of numbers is whole; that of tiers may even have been replaced

    def append(self, name: str, table: Mapping[str, Any]) -> None:
        """Adds a table at the end of the file."""
        lines = [f"{key_text(word)} = {inline(each)}" for word, each in table.items()]
        self._appended.append("\n".join(["", f"[{name}]", *lines, ""]))

    def insert(self, table: Keys, lines: list[str]) -> None:
        """Adds lines after the last one of a table."""
        self._lines.setdefault(table, []).extend(lines)

    def text(self) -> str:
        """The complete text."""
        for table, lines in self._lines.items():
            self._edits.append(self._place(table, lines))
        text = self._text
        for start, end, new in sorted(self._edits, reverse=True):
            text = text[:start] + new + text[end:]
        if self._appended and not text.endswith("\n"):
            text += "\n"
        return text + "".join(self._appended)

    def _place(self, table: Keys, lines: list[str]) -> tuple[int, int, str]:
        end = self._scan.ends[table]
        if table or end:
            return end, end, "".join(f"\n{line}" for line in lines)
        first = self._first_header()  # nothing stands before the first header but comments
        return first, first, "".join(f"{line}\n" for line in lines) + "\n"

    def _first_header(self) -> int:
        line = min((self._scan.found[table] for table in self._scan.ends if table), default=1)
        return sum(len(each) + 1 for each in self._text.split("\n")[: line - 1])

    def _each(self, keys: Keys, raw: list[Any], values: tuple[Any, ...]) -> None:
        for place, (each, value) in enumerate(zip(raw, values, strict=True)):
            self.complete((*keys, place), each, value)

    def _declared(self, keys: Keys, raw: Any, value: Declared) -> None:
        fields = table_of(value)
        if not isinstance(raw, dict):
            if len(fields) > 1:
                self._edits.append((*self._scan.spans[keys], inline(value)))
            return
        for word in raw:
            if word in type(value).model_fields:
                self.complete((*keys, word), raw[word], getattr(value, word))
        missing = [(word, inline(each)) for word, each in fields.items() if word not in raw]
        if not missing:
            return
        if keys in self._scan.spans:
            end = self._scan.spans[keys][1] - 1  # the closing brace
            text = ", ".join(f"{key_text(word)} = {each}" for word, each in missing)
            self._edits.append((end, end, f", {text} " if raw else f" {text} "))
        elif keys in self._scan.ends:
            self.insert(keys, [f"{key_text(word)} = {each}" for word, each in missing])
        elif keys in self._scan.homes:
            home = self._scan.homes[keys]
            path = ".".join(key_text(str(word)) for word in keys[len(home) :])
            self.insert(home, [f"{path}.{key_text(word)} = {each}" for word, each in missing])
        else:  # there is no more of it than the headers of tables below it
            lines = [f"{key_text(word)} = {each}" for word, each in missing]
            self._appended.append("\n".join(["", f"[{'.'.join(key_text(str(word)) for word in keys)}]", *lines, ""]))
