"""Fills a pipeline file: writes out every default in its place, and preserves the user's text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from caviar.config.declaration.dump import inline, key_text, table_of
from caviar.config.declaration.space import unread
from caviar.config.declaration.tiers import complete
from caviar.config.declaration.walk import is_choice
from caviar.config.reading.document import parse
from caviar.config.reading.errors import Mistakes
from caviar.config.reading.positions import Keys, Scan
from caviar.config.recipes.filled_file import filled_file, from_recipe
from caviar.interfaces.fields.declared import Declared
from caviar.interfaces.sampler import Sampler


def fill(text: str, file: str) -> str:
    """The file's text with all defaults added. Reading it gives an equal pipeline. Raises Mistakes."""
    document = parse(text, file)
    read = filled_file(document)
    if read.pipeline is None or read.mistakes:
        raise Mistakes(read.mistakes)
    if read.unreadable is not None:
        raise read.unreadable
    pipeline = complete(read.pipeline)  # ranges of tiers are written out too, else every value would now seem chosen
    recipe = read.by.recipe.name if read.by else ""
    filler = _Filler(text, dict.fromkeys(from_recipe(read), f"recipe {recipe}"))
    ignored = unread(pipeline)
    for name in (each for each in type(pipeline).model_fields if each not in ignored or each in document.tree):
        value = getattr(pipeline, name)
        if name in document.tree:
            filler.complete((name,), document.tree[name], value)
        elif isinstance(value, Declared) and not isinstance(value, Sampler) and name != "backend":
            filler.append(name, table_of(value))
        elif name == "schedule" and value:
            filler.append(name, value)
        elif name not in ("recipe", "schedule"):  # an empty one has nothing to say
            filler.insert((), {name: value})
    return filler.text()


class _Filler:
    """Collects the lines to insert, and their places; `origins` says of some values where they come from."""

    def __init__(self, text: str, origins: Mapping[Keys, str]) -> None:
        self._text, self._origins, self._scan = text, origins, Scan(text)
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
            for word in raw:
                self.complete((*keys, word), raw[word], value[word])
            self._add(keys, {word: each for word, each in value.items() if word not in raw}, bool(raw))
        elif isinstance(raw, list) and isinstance(value, tuple) and any(isinstance(each, Declared) for each in value):
            self._each(keys, raw, value)  # a list of numbers is whole; that of tiers may even have been replaced

    def append(self, name: str, table: Mapping[str, Any]) -> None:
        """Adds a table at the end of the file."""
        self._append((name,), table)

    def insert(self, table: Keys, values: Mapping[str, Any], at: Keys = ()) -> None:
        """Adds lines after the last one of a table, for values of that table, or of one `at` keys within it."""
        path = "".join(f"{key_text(str(word))}." for word in at)
        lines = (f"{path}{self._line((*table, *at), word, each)}" for word, each in values.items())
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
        self._add(keys, {word: each for word, each in fields.items() if word not in raw}, bool(raw))

    def _add(self, keys: Keys, missing: Mapping[str, Any], after: bool) -> None:
        """Adds values to the table at some keys, `after` others, in whichever form the table is written."""
        if not missing:
            return
        if keys in self._scan.spans:
            end = self._scan.spans[keys][1] - 1  # the closing brace
            text = ", ".join(f"{key_text(word)} = {inline(each)}" for word, each in missing.items())
            self._edits.append((end, end, f", {text} " if after else f" {text} "))
        elif keys in self._scan.ends:
            self.insert(keys, missing)
        elif keys in self._scan.homes:
            home = self._scan.homes[keys]
            self.insert(home, missing, keys[len(home) :])
        else:  # there is no more of it than the headers of tables below it
            self._append(keys, missing)

    def _append(self, keys: Keys, table: Mapping[str, Any]) -> None:
        lines = [self._line(keys, word, each) for word, each in table.items()]
        self._appended.append("\n".join(["", f"[{'.'.join(key_text(str(word)) for word in keys)}]", *lines, ""]))

    def _line(self, keys: Keys, word: str, value: Any) -> str:
        """A value of a table, with the comment of its origin."""
        origin = self._origins.get((*keys, word), "")
        return f"{key_text(word)} = {inline(value)}{f'  # {origin}' if origin else ''}"
