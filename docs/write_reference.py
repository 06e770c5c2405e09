"""Writes docs/reference/commands.md and plugins.md from the code: `python docs/write_reference.py`."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from inspect import getdoc
from pathlib import Path
from typing import Any, get_args, get_type_hints

from caviar.config.declaration.dump import inline
from caviar.interfaces.fields.field import Facts
from caviar.interfaces.fields.types import field_type
from caviar.plugin import Plugin
from caviar.registry.extras import install_line
from caviar.registry.index import entries, own_distribution
from caviar.registry.load import KINDS, read
from typer.models import ArgumentInfo

FOLDER = Path(__file__).parent / "reference"
MARK = "<!-- What follows is written by docs/write_reference.py. -->\n"
SOURCE = "Source:"


def pages() -> dict[str, str]:
    """The two pages by file name: what stands above the mark, and what is written below it."""
    written = {"commands.md": command_list(), "plugins.md": plugin_list()}
    return {name: f"{_head(name)}{MARK}\n{text.rstrip()}\n" for name, text in written.items()}


def _head(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8").partition(MARK)[0]


def command_list() -> str:
    """Each command: what it does, its examples, its arguments and options."""
    from caviar.cli.main import app

    commands = [each.callback for each in app.registered_commands if each.callback]
    return "\n".join(line for command in commands for line in _command(command))


def _command(command: Callable[..., Any]) -> Iterator[str]:
    parameters = list(_parameters(command))
    arguments = [name for name, default, _ in parameters if default is None]
    usage = " ".join(["pipe", command.__name__, *arguments, "[OPTIONS]"])
    yield from (f"## `pipe {command.__name__}`", "", "```", usage, "```", "")
    examples: list[str] = []
    for paragraph in (getdoc(command) or "").split("\n\n"):
        words = " ".join(paragraph.split())
        found = re.fullmatch(r"(?:Examples?: )?(pipe .*)", words)
        if found:
            examples.append(found[1])
        elif words not in ("Example:", "Examples:"):
            yield from (_plain(words), "")
    if examples:
        yield from ("```", *examples, "```", "")
    yield from ("| argument or option | what it is | default |", "|---|---|---|")
    for name, default, text in parameters:
        yield f"| `{_cell(name)}` | {_cell(_plain(text))} | {default or ''} |"
    yield ""


def _parameters(command: Callable[..., Any]) -> Iterator[tuple[str, str | None, str]]:
    """Each one's name, its default (None: an argument) and what it is."""
    hints = get_type_hints(command, include_extras=True)
    for name, parameter in inspect.signature(command).parameters.items():
        kind, info = get_args(hints[name])
        metavar = info.metavar or name.upper()
        default = parameter.default
        if isinstance(info, ArgumentInfo):
            needed = default is inspect.Parameter.empty or metavar.startswith("[")
            yield metavar if needed else f"[{metavar}]", None, info.help or ""
            continue
        # In an annotation typer takes the first flag for a default until a command is made.
        named = [each for each in (info.default, *(info.param_decls or ())) if isinstance(each, str)]
        flags = ", ".join(named or (f"--{name.replace('_', '-')}",))
        shown = f"`{default}`" if info.show_default is not False and default not in (None, False, "", ()) else ""
        shown = "required" if default is inspect.Parameter.empty else shown
        words = flags if kind is bool else f"{flags} {info.metavar or _called(kind)}"
        yield words, shown, info.help or ""


def _called(kind: Any) -> str:
    """The word for a value: of several types, as in `Path | None`, that of the first."""
    first = next(iter(get_args(kind)), kind)
    return "|".join(get_args(first)) or {int: "N", Path: "PATH"}.get(first, "TEXT")


def plugin_list() -> str:
    """All bundled plugins: a section for each kind, a part for each plugin."""
    return "\n".join(line for kind in KINDS for line in _kind(kind))


def _kind(kind: str) -> Iterator[str]:
    bundled = [entry for entry in entries(kind) if entry.distribution == own_distribution()]
    if bundled:
        yield from (f"## {kind}", "")
    for entry in bundled:
        yield from _plugin(entry.name, read(entry))


def _plugin(name: str, cls: type[Plugin]) -> Iterator[str]:
    text, _, source = (getdoc(cls) or "").partition(SOURCE)
    yield from (f"### {name}", "", f"`{cls.__module__}.{cls.__qualname__}`", "")
    for paragraph in filter(None, map(str.strip, text.split("\n\n"))):
        yield from (_plain(paragraph), "")
    if source:
        yield from (f"{SOURCE} {_plain(source)}", "")
    for module in cls.requires:
        yield from (f"Needs `{install_line(own_distribution(), module)}`.", "")
    if cls.model_fields:
        yield "| key | default | what it may be | searched by default | tier | also known as |"
        yield "|---|---|---|---|---|---|"
        yield from (_row(cls, field) for field in cls.model_fields)
        yield ""


def _row(cls: type[Plugin], field: str) -> str:
    info, facts = cls.model_fields[field], cls.facts(field)
    default = "required" if info.is_required() else f"`{inline(info.get_default(call_default_factory=True))}`"
    search = f"`{inline(facts.search)}`" if facts.search else ""
    what = field_type(cls, field).words() + _bounds(facts)
    cells = (f"`{field}`", default, what, search, str(facts.tier or ""), ", ".join(facts.also))
    return f"| {' | '.join(map(_cell, cells))} |"


def _bounds(facts: Facts) -> str:
    limits = ((facts.ge, "at least"), (facts.gt, "above"), (facts.le, "at most"), (facts.lt, "below"))
    said = [f"{words} {limit:g}" for limit, words in limits if limit is not None]
    return f", {' and '.join(said)}" if said else ""


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def _plain(text: str) -> str:
    """Formulas hold characters that mean something in Markdown; what stands in backticks is kept."""
    parts = " ".join(text.split()).split("`")
    parts[::2] = (re.sub(r"([*_<>\[\]^~\\$])", r"\\\1", part) for part in parts[::2])
    return "`".join(parts)


if __name__ == "__main__":
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
