"""What is made of each column's cells: numbers, flags, dates, words, or nothing; decided from all cells at once."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from caviar.plugin import EXACT_WHOLE, DataError

from caviar_plugins.tables import dates, flags
from caviar_plugins.tables.cells import Cells
from caviar_plugins.tables.numbers import CURRENCIES, NUMBER, NumberFormat, is_ambiguous, proof
from caviar_plugins.tables.sql import listed, quoted

Kind: TypeAlias = Literal["number", "flag", "date", "category", "ignore"]
KINDS: tuple[str, ...] = ("number", "category", "flag", "date", "ignore")
"""What users may call a column, beside the format of its dates."""
MOSTLY = 0.9
"""A column with at least this share of numbers is one of numbers: what else is in it is a mistake."""
FEW = 20
"""In fewer rows all words of an honest column may be different."""
NEARLY_ALL = 0.95
"""Words of which so many are different name the rows."""
MOST_WORDS = 100
"""As many different words of a column are told apart unless `one-hot` says otherwise."""
_LONG_FORM = 4_000_000  # cells of which every different one is counted
_WIDE = 200  # columns
_DIFFERENT = 5000  # different cells of a column that are looked at
_TEXT = 40  # characters on average of a column of free text


@dataclass(frozen=True)
class Reading:
    """`form` is the decimal mark of numbers that are not plain, or the format of dates.

    `label` is the kind for people, `why` what they should know about it.
    """

    kind: Kind
    form: str = ""
    whole: bool = False
    label: str = ""
    why: str = ""


@dataclass(frozen=True)
class Counts:
    """How many cells of a column are what; `distinct` and `rarest` count different cells, where they were counted."""

    present: int
    plain: int
    whole: int
    true_false: int
    long: bool
    largest: float
    distinct: int
    rarest: int
    length: float


@dataclass(frozen=True)
class Readings:
    """The readings of all columns, and the decimal mark of the file."""

    columns: tuple[Reading, ...]
    counts: Mapping[int, Counts]
    decimal: str
    ambiguous: bool = False


def readings(
    cells: Cells,
    declared: Mapping[str, str],
    decimal: str | None,
    separator: str,
    words: Collection[str],
    judged: Collection[str] | None,
) -> Readings:
    """Decides every column; `words` are to be categories unless something else is declared.

    Unless `judged` is None, columns that only name the rows are ignored, but for those it names, the targets.
    Raises DataError.
    """
    counted = counts(cells, [place for place in cells.places("text") if declared.get(cells.names[place]) != "ignore"])
    odd = {place: different(cells, place) for place, each in counted.items() if each.plain < each.present}
    mark, ambiguous = (decimal, False) if decimal else _decimal(odd.values(), separator)
    found = []
    for place, name in enumerate(cells.names):
        said = declared.get(name) or ("category" if name in words else None)
        if said == "ignore":
            found.append(Reading("ignore", label="ignored", why="as [data] says"))
        elif not name:
            found.append(Reading("ignore", label="index", why="no name"))
        elif cells.types[place] != "text":
            found.append(_typed(cells, place, said))
        else:
            reading = _read(cells, place, counted[place], odd.get(place, []), said, mark, separator)
            if judged is not None and said is None and name not in judged:
                reading = _worth(cells, place, reading, counted[place])
            found.append(reading)
    return Readings(tuple(found), counted, mark, ambiguous)


def _read(
    cells: Cells, place: int, count: Counts, odd: Sequence[str], said: str | None, mark: str, separator: str
) -> Reading:
    """The reading of a column of text, whose different cells `odd` are if some are no plain numbers."""
    name, present = cells.names[place], count.present
    if said == "category":
        return Reading("category", label="category")
    if said == "flag":
        return Reading("flag", label="flag")
    if said is not None and "%" in said:
        return Reading("date", said, label="date", why=said)
    found = dates.chosen(cells.connection, odd, day_first=mark == "," or separator == ";") if odd else None
    if said == "date":
        if found is None:
            shown = f"such as {odd[0]!r}" if odd else "numbers"
            raise DataError(
                f"{cells.where(0)}: column '{name}' holds {shown}, which no known format of dates fits; "
                f'say how it is written: columns = {{ {name} = "%d.%m.%Y" }} in [data]'
            )
        return _date(*found)
    if said == "number":
        return _number(cells, count, odd, mark)
    if present and not count.plain and count.true_false == present:
        return Reading("flag", label="flag")
    if count.plain >= MOSTLY * present or _matching(cells, odd, mark) >= MOSTLY * len(odd):
        return _number(cells, count, odd, mark)
    if found is not None:
        return _date(*found)
    if flags.is_mix(odd):
        return Reading("flag", label="flag", why=f"written {len(odd)} ways")
    return Reading("category", label="category")


def _number(cells: Cells, count: Counts, odd: Sequence[str], mark: str) -> Reading:
    """Plain where every cell is as programs write it, and that is what the file's decimal mark makes of it too."""
    whole = bool(count.plain) and count.whole == count.plain
    plain = count.plain == count.present and (mark == "." or whole)
    if mark == "," and not plain and count.plain >= MOSTLY * count.present:
        plain = _matching(cells, odd, ",") < MOSTLY * len(odd)  # 0.5 in a file of decimal commas
    if plain:
        return Reading("number", whole=whole, label="number")
    why = []
    if mark == ",":
        why.append("decimal comma")
    if any("%" in cell for cell in odd):
        why.append("in percent")
    if sign := next((sign for sign in CURRENCIES if any(sign in cell for cell in odd)), ""):
        why.append(f"amounts in {sign}")
    if mark == "." and any("," in cell for cell in odd):
        why.append("comma between thousands")
    return Reading("number", mark, label="number", why=", ".join(why))


def _date(form: str, other: str) -> Reading:
    why = f"{form}; {other} would fit too" if other else form
    return Reading("date", form, label="date", why=why)


def _worth(cells: Cells, place: int, reading: Reading, count: Counts) -> Reading:
    """The same, or nothing where the column only names the rows."""
    numbered = reading.kind == "number" and reading.whole and count.distinct == count.present == cells.rows >= FEW
    if numbered and is_name_of_rows(cells.names[place]):
        return Reading("ignore", label="id", why="all different")
    if reading.kind != "category":
        return reading
    if count.present >= FEW and count.distinct >= NEARLY_ALL * count.present:
        label = "text" if count.length > _TEXT else "id"
        return Reading("ignore", label=label, why="nearly all different")
    if count.distinct > MOST_WORDS:
        return replace(reading, why=f"{count.distinct:,} values; the {MOST_WORDS} most frequent are told apart")
    return reading


def is_name_of_rows(name: str) -> bool:
    """Whether a column is called like one that numbers the rows: id, customerId, row, index, unnamed."""
    apart = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name).lower()
    return bool({"id", "index", "unnamed", "row", "nr", "no"} & set(re.split(r"[^a-z0-9]+", apart)))


def _matching(cells: Cells, odd: Sequence[str], mark: str) -> int:
    """How many of these cells are numbers in the file's format."""
    if not odd:
        return 0
    query = f"SELECT count(*) FROM (SELECT unnest(?) AS cell) WHERE {NumberFormat(mark).matches('cell')}"
    return int(cells.connection.execute(query, [list(odd)]).fetchone()[0])


def _typed(cells: Cells, place: int, said: str | None) -> Reading:
    """The reading of a column that has a type of its own."""
    kind = cells.types[place]
    if kind == "nested":
        return Reading("ignore", label="nested", why="neither number, text nor date")
    if said == "category":
        return Reading("category", label="category")
    if kind == "number":
        return Reading("flag" if said == "flag" else "number", "typed", label="number")
    return Reading("flag" if kind == "flag" else "date", "typed", label=kind)


def _decimal(columns: Iterable[Sequence[str]], separator: str) -> tuple[str, bool]:
    """The decimal mark of a file, and whether it is a guess: a comma in 20905,69 proves one, 1,234 does not."""
    comma = point = unclear = 0
    for odd in columns:
        marks = [proof(cell) for cell in odd]
        if sum(mark is not None or is_ambiguous(cell) for mark, cell in zip(marks, odd, strict=True)) < MOSTLY * len(
            odd
        ):
            continue
        comma += marks.count(",")
        point += marks.count(".")
        unclear += sum(map(is_ambiguous, odd))
    if comma or point:
        return ("," if comma > point else "."), False
    return ("," if unclear and separator == ";" else "."), bool(unclear)


def counts(cells: Cells, places: Sequence[int]) -> dict[int, Counts]:
    """The counts of some columns of text."""
    if not places:
        return {}
    if cells.rows * len(places) <= _LONG_FORM or len(places) > _WIDE:
        chosen = ", ".join(f"c{place}" for place in places)
        long = (
            f"SELECT name, text, count(*) AS n FROM (UNPIVOT (SELECT {chosen} FROM t) ON * INTO NAME name VALUE text)"
        )
        cells.connection.execute(f"CREATE OR REPLACE TEMP TABLE u AS {long} GROUP BY ALL")
        rows = cells.connection.execute(_counted("u", every=True)).fetchall()
    else:
        rows = []
        for place in places:
            source = f"(SELECT 'c{place}' AS name, c{place} AS text, 1 AS n FROM t WHERE c{place} IS NOT NULL)"
            rows += cells.connection.execute(_counted(source, every=False)).fetchall()
    found = {int(name[1:]): _counts(row) for name, *row in rows if name is not None}
    return {place: found.get(place, Counts(0, 0, 0, 0, False, 0.0, 0, 0, 0.0)) for place in places}


def _counted(source: str, every: bool) -> str:
    """SQL: the counts of each column, or, where not `every` different cell has a row of its own, of the only one."""
    unsigned = "strlen(text) - CAST(starts_with(text, '-') OR starts_with(text, '+') AS INT)"
    tests = f"regexp_full_match(text, {quoted(NUMBER)}) AS plain, abs(try_cast(text AS DOUBLE)) AS size"
    shape = f"NOT contains(text, '.') AND NOT contains(lower(text), 'e') AS digits, {unsigned} AS long"
    distinct = "count(*), min(n), avg(length(text))" if every else "0, 0, 0"
    return (
        f"SELECT {'name' if every else 'first(name)'}, sum(n), sum(n) FILTER (plain), "
        "sum(n) FILTER (plain AND digits AND long <= 18), "
        f"sum(CASE WHEN plain THEN 0 WHEN lower(text) IN {listed(flags.PLAIN)} THEN n ELSE 0 END), "
        f"bool_or(plain AND digits AND long >= 16 AND size > {EXACT_WHOLE}), max(size) FILTER (plain), {distinct} "
        f"FROM (SELECT *, {tests}, {shape} FROM {source}){' GROUP BY name' if every else ''}"
    )


def _counts(row: Sequence[Any]) -> Counts:
    present, plain, whole, true_false, long, largest, distinct, rarest, length = row
    sizes = (int(present), int(plain or 0), int(whole or 0), int(true_false or 0))
    return Counts(*sizes, bool(long), float(largest or 0.0), int(distinct), int(rarest), float(length))


def different(cells: Cells, place: int) -> list[str]:
    """Different cells of a column of text, the first so many."""
    query = f"SELECT DISTINCT c{place} FROM t WHERE c{place} IS NOT NULL LIMIT {_DIFFERENT}"
    return sorted(cell for (cell,) in cells.connection.execute(query).fetchall())
