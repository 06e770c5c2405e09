"""Excerpts: the tables of a pipeline that contain ranges, with other ranges in their place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from caviar.config.declaration.dump import inline, key_text, sampler_table, table_of
from caviar.config.declaration.pipeline import Pipeline
from caviar.config.declaration.space import searched_tables
from caviar.config.declaration.walk import rebuild
from caviar.interfaces.fields.declared import Declared
from caviar.interfaces.plugin import Plugin
from caviar.interfaces.sampler import Sampler


def excerpt(pipeline: Pipeline, ranges: Mapping[str, Sampler], notes: Mapping[str, str]) -> tuple[str, str]:
    """TOML of the top-level keys and the tables that contain `ranges` (by path).

    What is at its default is left out. A line of `notes` (by path) goes above the table it is about.
    """
    lines: list[str] = []
    tables: list[str] = []
    for name in searched_tables(pipeline):
        value = getattr(pipeline, name)
        said = [f"# {note}" for path, note in notes.items() if path.split(".")[0] == name]
        if not said:
            continue
        brief = _brief(_ranged(value, name, ranges))
        if isinstance(value, Sampler):
            lines += [*said, f"{name} = {inline(brief)}", ""]
        elif isinstance(value, tuple):
            tables += [*said, *(line for each in brief for line in _table(f"[[{name}]]", each))]
        elif isinstance(value, dict):
            tables += [*said, *(line for key in brief for line in _table(f"[{name}.{key_text(key)}]", brief[key]))]
        else:
            tables += [*said, *_table(f"[{name}]", brief)]
    return "".join(f"{line}\n" for line in lines), "".join(f"{line}\n" for line in tables)


def _table(header: str, brief: Any) -> list[str]:
    keys = brief if isinstance(brief, Mapping) else {"use": brief}
    return [header, *(f"{key_text(key)} = {inline(value)}" for key, value in keys.items()), ""]


def _ranged(value: Any, path: str, ranges: Mapping[str, Sampler]) -> Any:
    """The value with other ranges in place of its own."""
    new = ranges.get(path, value) if isinstance(value, Sampler) else value
    return rebuild(new, lambda word, each: _ranged(each, f"{path}.{word}", ranges))


def _brief(value: Any) -> Any:
    """A declared object as tables, lists and scalars, without fields at their defaults."""
    if isinstance(value, Sampler):
        value = sampler_table(value)
    elif isinstance(value, Declared):
        fields = type(value).model_fields
        table = {
            key: each
            for key, each in table_of(value).items()
            if key not in fields or each != fields[key].get_default(call_default_factory=True)
        }
        value = table["use"] if isinstance(value, Plugin) and len(table) == 1 else table
    return rebuild(value, lambda _, each: _brief(each))
