"""A Sphinx extension: writes the bundled plugins for `<!-- plugins -->` and the commands for `<!-- commands -->`."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import getdoc
from typing import Any

from caviar.config.declaration.dump import inline
from caviar.interfaces.fields.field import Facts
from caviar.interfaces.fields.types import field_type
from caviar.plugin import Plugin
from caviar.registry.extras import install_line
from caviar.registry.index import entries, own_distribution
from caviar.registry.load import KINDS, read

SOURCE = "Source:"


def plugin_list() -> str:
    """All bundled plugins as Markdown: a section for each kind, a part for each plugin."""
    return "\n".join(line for kind in KINDS for line in _kind(kind))


def command_list() -> str:
    """What `pipe COMMAND --help` prints, for each command."""
    from caviar.cli.main import app
    from typer.main import get_command
    from typer.testing import CliRunner

    asked, parts = CliRunner(env={"COLUMNS": "100", "TERM": "dumb"}), []
    for name in getattr(get_command(app), "commands", {}):
        help_text = asked.invoke(app, [name, "--help"], prog_name="pipe").output.strip()
        parts += [f"## pipe {name}", "", "```text", help_text, "```", ""]
    return "\n".join(parts)


def _kind(kind: str) -> Iterator[str]:
    bundled = [entry for entry in entries(kind) if entry.distribution == own_distribution()]
    if bundled:
        yield from (f"## {kind}", "")
    for entry in bundled:
        yield from _plugin(entry.name, read(entry))


def _plugin(name: str, cls: type[Plugin]) -> Iterator[str]:
    text, _, source = (getdoc(cls) or "").partition(SOURCE)
    yield from (f"### {name}", "", f"`{cls.__module__}.{cls.__qualname__}`", "")
    for paragraph in text.split("\n\n"):
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
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def _bounds(facts: Facts) -> str:
    limits = ((facts.ge, "at least"), (facts.gt, "above"), (facts.le, "at most"), (facts.lt, "below"))
    said = [f"{words} {limit:g}" for limit, words in limits if limit is not None]
    return f", {' and '.join(said)}" if said else ""


def _plain(text: str) -> str:
    """Formulas hold characters that mean something in Markdown."""
    text = " ".join(text.split())
    return "".join(f"\\{letter}" if letter in "*_<>[]^~\\$" else letter for letter in text)


MARKS = {"<!-- plugins -->": plugin_list, "<!-- commands -->": command_list}


def _fill(_: Any, page: str, source: list[str]) -> None:
    for mark, written in MARKS.items():
        if page.startswith("reference/") and mark in source[0]:
            source[0] = source[0].replace(mark, written())


def setup(app: Any) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("source-read", _fill)
    return {"parallel_read_safe": True}
