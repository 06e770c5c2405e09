"""docs/file.md names every key of the file with its default: what is added, renamed or changed fails here."""

from __future__ import annotations

import re
from typing import Any

import pytest
from caviar import Pipeline, Search
from caviar.config.declaration.dump import inline
from caviar.config.declaration.pipeline import Check
from caviar.interfaces.fields.declared import Declared
from caviar.interfaces.fields.types import field_type
from caviar.interfaces.plugin import Plugin
from caviar.registry.index import entries
from caviar.registry.load import name_of, read

from tests.docs.blocks import ROOT

PAGE = (ROOT / "docs" / "file.md").read_text(encoding="utf-8")
MORE = (ROOT / "docs" / "command.md").read_text(encoding="utf-8")
TABLES = dict(re.findall(r"<!-- keys of (.*?) -->\n((?:\|.*\n)+)", PAGE + MORE))
PLAIN: dict[str, type[Declared]] = {"pipeline": Pipeline, "search": Search, "check": Check}


def declared(name: str) -> type[Declared]:
    """Read, not loaded: some need packages that are not installed here."""
    kind, _, plugin = name.rpartition(".")
    return read(next(each for each in entries(kind) if each.name == plugin)) if kind else PLAIN[name]


def written(value: Any) -> str:
    """A default as the page has it: plugins by name, tables as such."""
    if isinstance(value, Plugin):
        return f'`"{name_of(type(value))}"`'
    if isinstance(value, Declared):
        return "table"
    if isinstance(value, tuple) and any(isinstance(each, Plugin) for each in value):
        return f"`[{', '.join(written(each).strip('`') for each in value)}]`"
    return f"`{inline(value)}`"


def searched(cls: type[Declared], key: str) -> str:
    """How a field is searched, as the page has it."""
    want, facts = field_type(cls, key), cls.facts(key)
    if facts.search:
        return f"`{inline(facts.search)}`" + (f", tier {facts.tier}" if facts.tier else "")
    each = want.element or want.entry
    if not (want.tunable or (each and each.tunable)):
        return ""
    return "a choice" if (each or want).plugin else "a range"


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_every_key_its_default_and_its_range(name: str) -> None:
    own, _, base = name.partition(" without ")
    cls = declared(own)
    inherited = set(declared(base).model_fields) if base else set()
    expected = {
        key: (
            "required" if field.is_required() else written(field.get_default(call_default_factory=True)),
            searched(cls, key),
        )
        for key, field in cls.model_fields.items()
        if key not in inherited
    }
    rows = [[cell.strip() for cell in line.strip("|\n").split("|")] for line in TABLES[name].splitlines()[2:]]
    assert {key.strip("`"): (default, ranges) for key, default, ranges, _ in rows} == expected
    assert all(meaning for *_, meaning in rows)


def test_every_table_of_the_file_has_a_section() -> None:
    sections = " ".join(re.findall(r"^## (.*)", PAGE, re.M))
    plugged = [key for key in Pipeline.model_fields if key not in ("name", "recipe", "seed", "backend")]
    assert [key for key in plugged if not re.search(rf"\[{key}[].]", sections)] == []


def test_the_defaults_of_the_file_are_explained() -> None:
    pipeline = Pipeline()
    parts = {key: getattr(pipeline, key) for key in ("model", "optimizer", "trainer", "executor", "store")}
    assert {f"{key}.{name_of(type(part))}" for key, part in parts.items()} <= set(TABLES)
