"""`pipe plugins`: the installed plugins by kind, and the keys of one plugin's table."""

from __future__ import annotations

from inspect import getdoc
from shutil import get_terminal_size
from textwrap import fill
from typing import TYPE_CHECKING, Annotated

import typer

from caviar.cli.completion import plugins as installed
from caviar.cli.shared import Code, using_code
from caviar.cli.terminal.output import show

if TYPE_CHECKING:
    from caviar.interfaces.fields.field import Facts
    from caviar.interfaces.plugin import Plugin


def plugins(
    name: Annotated[
        str | None, typer.Argument(help="A plugin's name.", show_default=False, autocompletion=installed)
    ] = None,
    code: Code = None,
) -> None:
    """List the plugins, or show the keys that NAME accepts.

    Examples:

      pipe plugins

      pipe plugins adam
    """
    with using_code(code):
        show(*(_list() if name is None else _show(name)))


def _list() -> list[str]:
    from caviar.registry.index import entries

    lines = []
    for kind in dict.fromkeys(each.kind for each in entries()):
        found = entries(kind)
        wide = max(len(each.name) for each in found)
        lines.append(kind)
        for each in found:
            lines.append(f"  {each.name:{wide}}  {each.owner}  {_fault(each.kind, each.name)}".rstrip())
    return lines


def _fault(kind: str, name: str) -> str:
    """The reason why a plugin cannot be used, or nothing."""
    from caviar.config.reading.errors import Mistakes
    from caviar.config.recipes.recipe import read_recipe
    from caviar.registry.index import NotInstalled, PluginError
    from caviar.registry.load import load
    from caviar.registry.recipes import RECIPE

    try:
        if kind == RECIPE:
            read_recipe(name)
        else:
            load(kind, name)
    except NotInstalled as error:
        return f"comes with {error.line}"
    except (PluginError, Mistakes) as error:
        return f"BROKEN: {error.lines[0]}"
    return ""


def _show(name: str) -> list[str]:
    from caviar.config.hints.suggestions import closest
    from caviar.registry.index import PluginError, entries, find, kinds_with
    from caviar.registry.load import read, version_of
    from caviar.registry.recipes import RECIPE

    kinds = kinds_with(name)
    if not kinds:
        known = dict.fromkeys(each.name for each in entries())
        raise PluginError(f"no plugin is called '{name}'" + closest(name, known))
    lines: list[str] = []
    for kind in kinds:
        if kind == RECIPE:
            lines += [*([""] if lines else []), *_recipe(name)]
            continue
        cls = read(find(kind, name))
        lines += [*([""] if lines else []), f"{kind} '{name}', from {version_of(cls)}, {cls.__module__}", ""]
        lines += _wrapped(getdoc(cls) or "")
        if fault := _fault(kind, name):
            lines += ["", f"  It {fault}"]
        lines += ["", *_fields(cls)] if cls.model_fields else ["", "  It has no keys."]
    return lines


def _recipe(name: str) -> list[str]:
    """Whose recipe it is, and its file."""
    from caviar.config.reading.document import text_of
    from caviar.registry.index import find
    from caviar.registry.recipes import RECIPE, recipe_file

    entry = find(RECIPE, name)
    file = str(recipe_file(entry))
    return [f"recipe '{name}', from {entry.owner}, {file}", "", *text_of(file).rstrip().split("\n")]


def _fields(cls: type[Plugin]) -> list[str]:
    """A line for each field, with further facts below it."""
    rows = [(field, *_field(cls, field)) for field in cls.model_fields]
    wide, long = (max(len(row[column]) for row in rows) for column in (0, 1))
    lines = []
    for field, default, kind, *further in rows:
        lines.append(f"  {field:{wide}}  {default:{long}}  {kind}".rstrip())
        lines += [f"  {'':{wide}}  {each}" for each in further]
    return lines


def _field(cls: type[Plugin], field: str) -> list[str]:
    """A field's default, its type with bounds, how it is searched, and other libraries' names for it."""
    from caviar.config.declaration.dump import inline
    from caviar.interfaces.fields.types import field_type

    info, facts = cls.model_fields[field], cls.facts(field)
    default = "required" if info.is_required() else f"= {inline(info.get_default(call_default_factory=True))}"
    words = field_type(cls, field).words()
    number = "numbers" if "numbers" in words else "number"
    told = [default, words.replace(number, number + _bounds(facts), 1)]
    tier = f", tier {facts.tier}" if facts.tier else ""
    if facts.search:
        told.append(f"searched by {inline(facts.search)}: {facts.search.span()}{tier}")
    elif tier:
        told.append(tier.removeprefix(", "))
    if facts.also:
        told.append(f"also known as {', '.join(facts.also)}")
    return told


def _wrapped(text: str) -> list[str]:
    """A docstring's paragraphs, wrapped to the terminal's width."""
    width = min(100, get_terminal_size().columns) - 2
    paragraphs = text.replace("\nSource:", "\n\nSource:").split("\n\n")
    return "\n\n".join(fill(each, width, initial_indent="  ", subsequent_indent="  ") for each in paragraphs).split(
        "\n"
    )


def _bounds(facts: Facts) -> str:
    limits = ((facts.ge, "at least"), (facts.gt, "above"), (facts.le, "at most"), (facts.lt, "below"))
    said = [f"{words} {limit:g}" for limit, words in limits if limit is not None]
    return f" {', '.join(said)}" if said else ""
