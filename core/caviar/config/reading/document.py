"""Documents: a TOML file with the line of every key, and the settings laid over it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from caviar.config.hints.toml_mistakes import told
from caviar.config.reading.errors import Mistake, Mistakes
from caviar.config.reading.positions import Keys, positions
from caviar.config.reading.readers import reader_name
from caviar.registry import index
from caviar.registry.load import name_of
from caviar.registry.recipes import RECIPE, recipe_file
from caviar.text.shell import shell_word

_STRATEGY_OF_FUNCTION = "coarse-to-fine"
"""What a function is searched with where nothing else is said."""


@dataclass(frozen=True)
class Document:
    """`file` is the name as typed; `lines` maps a key to its line, None for a key that a setting added."""

    file: str
    tree: dict[str, Any]
    lines: dict[Keys, int | None]

    def mistake(self, keys: Keys, path: str, text: str, own: bool = False) -> Mistake:
        """A mistake at a key, or at the nearest table around it that is written out."""
        line = self._line(keys)
        return Mistake(None if line is None else self.file, line or None, path, text, own)

    def folder(self, keys: Keys) -> Path:
        """The folder that a path given at this key is relative to: the file's, for a setting the current one."""
        return Path.cwd() if self._line(keys) is None else Path(self.file).parent.resolve()

    def _line(self, keys: Keys) -> int | None:
        while keys not in self.lines and keys:
            keys = keys[:-1]
        return self.lines.get(keys, 0)


def read(file: str, settings: Iterable[str] = ()) -> Document:
    """The file with `path=value` settings applied. Raises Mistakes."""
    document = of_function(file) if python_part(file) else parse(text_of(file), file)
    mistakes = [mistake for mistake in (_set(document, setting) for setting in settings) if mistake]
    if mistakes:
        raise Mistakes(mistakes)
    return document


def python_part(file: str) -> Path | None:
    """The Python file of "train.py" or "train.py:name", which is searched by its training function; None of another."""
    path = Path(file.rpartition(":")[0] if ".py:" in file else file)
    return path if path.suffix == ".py" else None


def of_function(file: str) -> Document:
    """The pipeline of a Python file's training function, as if it were a file. Its code is in the current registry.

    Raises Mistakes.
    """
    path, asked = python_part(file), file.rpartition(":")[2] if ".py:" in file else ""
    assert path is not None
    code = next((each for each in index.current().files if each.path == path.resolve()), None)
    found = [each.name for each in code.entries if each.kind == "trainer"] if code else []
    chosen = [each for each in found if each == asked] if asked else found
    if len(chosen) != 1:
        every = ", ".join(f"{path}:{each}" for each in found)
        none = (
            "has no training function: write @caviar.trial(…) above yours; a file of plugins stands beside a pipeline's"
        )
        several = f"has {len(found)} training functions; name one: {every}"
        raise Mistakes([Mistake(str(path), None, "", several if len(found) > 1 or (asked and found) else none)])
    name = path.stem if len(found) == 1 else f"{path.stem}-{chosen[0]}"
    tree = {"name": name, "trainer": {"use": chosen[0]}, "search": {"strategy": _STRATEGY_OF_FUNCTION}}
    return Document(file, tree, {})


def parse(text: str, file: str) -> Document:
    """A document from its text; `file` is what mistakes call it. Raises Mistakes."""
    try:
        tree = tomllib.loads(text)
        return Document(file, tree, dict(positions(text)))
    except ValueError as error:
        reason, line = told(str(error), text)
        raise Mistakes([Mistake(file, line, "", f"not TOML: {reason}")]) from None
    except RecursionError:
        raise Mistakes([Mistake(file, None, "", "lists or tables are nested too deeply")]) from None


def text_of(file: str) -> str:
    """A file's content. Raises Mistakes."""
    path = Path(file)
    try:
        if path.suffix.lower() != ".toml" and path.is_file() and reader_name(path) is not None:
            reason = f"data, not a pipeline file; pipe init {shell_word(file)} writes one for it"
            raise Mistakes([Mistake(file, None, "", reason)])
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError:
        reason = "no such file"
    except IsADirectoryError:
        reason = "a folder; name the pipeline file in it"
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise Mistakes([Mistake(file, line, "", "not UTF-8 text; save the file as UTF-8")]) from None
    except (OSError, ValueError) as error:
        reason = f"cannot be read: {getattr(error, 'strerror', None) or error}"
    raise Mistakes([Mistake(file, None, "", reason)])


def beyond_64_bits(node: Any, keys: Keys = ()) -> Iterator[Keys]:
    """The places of whole numbers that TOML does not have."""
    if isinstance(node, int) and not -(2**63) <= node < 2**63:
        yield keys
    for key, each in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from beyond_64_bits(each, (*keys, key))


def _set(document: Document, setting: str) -> Mistake | None:
    path, equals, text = setting.partition("=")
    words = path.strip().split(".")
    if not equals or not all(words):
        return Mistake(None, None, "", f"'{setting}' is not of the form path=value, such as trainer.epochs=5")
    node: Any = document.tree
    keys: Keys = ()
    for word, following in zip(words, [*words[1:], None], strict=True):
        node, key = _step(node, word)
        if key is None:
            return Mistake(None, None, path, f"nothing in the file is called '{word}' here")
        keys = (*keys, *key)
        if following is None:
            node[key[-1]] = _value(text)
            _forget(document.lines, keys)
        else:
            node = _table(node, key[-1], arrays=len(keys) == 1)
            document.lines.setdefault(keys, None)
    return None


def _step(node: Any, word: str) -> tuple[Any, Keys | None]:
    """The container that holds what `word` means inside `node`, and the keys that lead there; None if there is none."""
    if isinstance(node, dict):
        options = next((key for key, value in node.items() if word in _names(value)), None)
        if options is None or word in node or "use" in node:
            return node, (word,)
        return node[options], (options, _names(node[options]).index(word))
    if word.isdecimal() and int(word) < len(node):
        return node, (int(word),)
    if word not in _names(node):
        if not all(_names(node)):
            return node, None
        node.append(word)
    return node, (_names(node).index(word),)


def _names(value: Any) -> list[str | None]:
    """The names of the elements of a list of plugins; None for an element that is not a plugin."""
    if not isinstance(value, list):
        return []
    tables = ({"use": each} if isinstance(each, str) else each for each in value)
    return [each.get("name", each.get("use")) if isinstance(each, dict) else None for each in tables]


_ARRAYS = ("transform", "regularizer", "reporter")
"""Lists of plugins. Naming one of them in a setting leaves the others, which may be defaults, as they are."""


def _table(node: Any, key: str | int, arrays: bool) -> Any:
    """The value at a key, as a container: a plugin's bare name becomes a table."""
    value = node.get(key) if isinstance(node, dict) else node[key]
    if value is None:
        node[key] = _defaults(node, str(key)) if arrays and key in _ARRAYS else {}
    elif isinstance(value, str):
        node[key] = {"use": value}
    elif not isinstance(value, (dict, list)):
        node[key] = {}
    return node[key]


def _defaults(tree: Any, key: str) -> list[Any]:
    """The list that a file without this key has: that of its recipe, else the default one."""
    from caviar.config.declaration.pipeline import Pipeline

    name = tree.get("recipe")
    if name in index.names(RECIPE):
        with suppress(index.PluginError, OSError, ValueError):  # reported where the recipe is read
            listed = tomllib.loads(recipe_file(index.find(RECIPE, name)).read_text(encoding="utf-8")).get(key)
            if isinstance(listed, list):
                return listed
    return [name_of(type(each)) for each in Pipeline.model_fields[key].get_default(call_default_factory=True)]


def _forget(lines: dict[Keys, int | None], keys: Keys) -> None:
    for each in [each for each in lines if each[: len(keys)] == keys]:
        del lines[each]
    lines[keys] = None


def _value(text: str) -> Any:
    try:
        read = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    return read["value"] if len(read) == 1 else text
