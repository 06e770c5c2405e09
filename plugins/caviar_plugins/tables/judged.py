"""What is decided about rows that a program holds, as a file's head decides about a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from caviar.plugin import Array, DataError, Table, TaskKind, are_classes

from caviar_plugins.tables.cells import Cells
from caviar_plugins.tables.declared import worth_saying
from caviar_plugins.tables.guesses import codes, guesses
from caviar_plugins.tables.held import Rules, held, read_held, without_codes
from caviar_plugins.tables.lines import missing_name
from caviar_plugins.tables.reading import Reading, Readings, readings
from caviar_plugins.tables.settings import in_program
from caviar_plugins.tables.targets import with_targets
from caviar_plugins.tables.unused_codes import unused_in_program

_ROWS = 20_000  # that are looked at
_LISTED = 8  # columns of one sentence


def decided_of(table: Table, rules: Rules, missing_target: str, task: TaskKind | None) -> tuple[Rules, Table]:
    """The rules with nothing left to be looked for, and the table as they read it, with notes on what was found.

    Raises DataError.
    """
    _check_names(table, rules)
    unused = unused_in_program(_sample(table), rules.missing)
    table, told = with_targets(without_codes(table, rules.missing), missing_target, rules.missing)
    sample = _sample(table)
    with held(sample, rules.missing) as (cells, stored):
        found = readings(cells, rules.columns, rules.decimal, ",", (), targets=table.target)
        suspected = codes(cells, found, stored)
        told += (*_words_read(cells, found, rules.columns), *guesses(cells, found, rules.columns, suspected))
        told += unused
    said = {name: worth_saying(reading) for name, reading in zip(table.columns, found.columns, strict=True)}
    open_ = {name: kind for name, kind in said.items() if kind and rules.columns.get(name, "date") == "date"}
    columns = {**rules.columns, **open_}  # a date has the format of these rows, not of new ones
    decided = replace(rules, columns=columns, decimal=found.decimal)
    read = read_held(table, decided)
    for name in table.target if task != "regression" else ():
        if name not in rules.columns and _were_classes(table.columns[name], read.columns[name]):
            columns[name] = "category"
            words = read_held(Table({name: table.columns[name]}, ()), decided)
            read = read.with_columns({**read.columns, **words.columns})
    return decided, replace(read, notes=(*read.notes, *told))


def _check_names(table: Table, rules: Rules) -> None:
    for name, kind in rules.columns.items():
        missing_name(name, f"to read as {kind}", tuple(table.columns), "Memory.columns")
        if kind == "ignore" and name in table.target:
            raise DataError(f"Memory.columns: cannot ignore the target {name!r}, which is to be predicted")


def _sample(table: Table) -> Table:
    if table.rows <= _ROWS:
        return table
    return replace(table, columns={name: column[:_ROWS] for name, column in table.columns.items()}, test=None)


def _were_classes(given: Array, read: Array) -> bool:
    """Whether words became flags or few whole numbers: classes either way, of which predictions are to be the words."""
    if given.dtype.kind != "O":
        return False
    return read.dtype.kind == "b" or (read.dtype.kind == "i" and are_classes(len(set(read.tolist())), len(read)))


def _words_read(cells: Cells, found: Readings, declared: Mapping[str, str]) -> Iterator[str]:
    """What columns of words were read as, without being asked for."""
    read = [
        (name, reading)
        for name, kind, reading in zip(cells.names, cells.types, found.columns, strict=True)
        if kind == "text" and reading.kind in ("number", "flag", "date") and name not in declared
    ]
    if read:
        shown = ", ".join(f"{name!r} ({_about(reading)})" for name, reading in read[:_LISTED])
        more = f" and {len(read) - _LISTED:,} more" if len(read) > _LISTED else ""
        yield f"read from words: {shown}{more}; to keep words: {in_program('columns', {read[0][0]: 'category'})}"


def _about(reading: Reading) -> str:
    return f"{reading.label}, {reading.why}" if reading.why else reading.label
