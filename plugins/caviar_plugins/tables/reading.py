"""What is made of each column's cells: numbers, flags, dates, words, or nothing; decided from all cells at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from caviar.plugin import DataError

from caviar_plugins.tables import dates, flags
from caviar_plugins.tables.cells import Cells
from caviar_plugins.tables.counts import Counts, counts, different
from caviar_plugins.tables.decimal_mark import MOSTLY, decimal_mark, matching
from caviar_plugins.tables.numbers import CURRENCIES
from caviar_plugins.tables.row_names import FEW, is_name_of_rows, numbers_the_rows

Kind: TypeAlias = Literal["number", "flag", "date", "category", "ignore"]
KINDS: tuple[str, ...] = ("number", "category", "flag", "date", "ignore")
"""What users may call a column, beside the format of its dates."""
NEARLY_ALL = 0.95
"""Words of which so many are different name the rows."""
MOST_WORDS = 100
"""As many different words of a column are distinguished unless `one-hot` says otherwise."""
_TEXT = 40  # characters on average of a column of free text


@dataclass(frozen=True)
class Reading:
    """`form` is the decimal mark of numbers that are not plain, or the format of dates.

    It is "typed" where the cells have a type of their own, "number" of a category whose cells are numbers.

    `label` is the kind for people, `why` what they should know about it, `other` a format of dates that would fit too.
    """

    kind: Kind
    form: str = ""
    whole: bool = False
    label: str = ""
    why: str = ""
    other: str = ""


ROW_NUMBERS = Reading("ignore", label="id", why="all different")
"""Of a column that only names the rows."""


@dataclass(frozen=True)
class Readings:
    """The readings of all columns, and the decimal mark of the file; `unclear` is a number that leaves it open."""

    columns: tuple[Reading, ...]
    counts: Mapping[int, Counts]
    decimal: str
    unclear: str = ""


def readings(
    cells: Cells,
    declared: Mapping[str, str],
    decimal: str | None,
    separator: str,
    words: Collection[str],
    targets: Collection[str] | None,
) -> Readings:
    """Decides every column; `words` are to be categories unless something else is declared.

    Columns that only name the rows are ignored, but for `targets`; with None, nothing is ignored that is not declared
    so. Raises DataError.
    """
    texts = [place for place in cells.places("text") if declared.get(cells.names[place]) != "ignore"]
    counted = counts(cells, texts, distinct=targets is not None)
    odd = {place: different(cells, place) for place, each in counted.items() if each.plain < each.present}
    fractions = any(each.whole < each.plain == each.present for each in counted.values())
    mark, unclear = (decimal, "") if decimal else decimal_mark(odd.values(), separator, fractions)
    found = []
    for place, name in enumerate(cells.names):
        said = declared.get(name) or ("category" if name in words else None)
        if said == "ignore":
            found.append(Reading("ignore", label="ignored", why="as [data] says"))
        elif not name:
            found.append(Reading("ignore", label="index", why="no name"))
        else:
            judged = targets is not None and said is None and name not in targets
            if cells.types[place] != "text":
                reading = _typed(cells, place, said)
                if judged and reading.label == "number" and numbers_the_rows(cells, place):
                    reading = ROW_NUMBERS
            else:
                reading = _read(cells, place, counted[place], odd.get(place, []), said, mark, separator)
                reading = _worth(cells, place, reading, counted[place]) if judged else reading
            found.append(reading)
    return Readings(tuple(found), counted, mark, unclear)


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
        if found is None and not present:
            return Reading("date", dates.ISO, label="date")
        if found is None:
            shown = f"such as {odd[0]!r}" if odd else "numbers"
            raise DataError(
                f"{cells.where(0)}: column '{name}' holds {shown}, which no known format of dates fits; "
                f"say how it is written: {cells.setting('columns', {name: '%d.%m.%Y'})}"
            )
        return _date(*found)
    if said == "number":
        return _number(cells, place, count, odd, mark)
    if present and not count.plain and count.true_false == present:
        return Reading("flag", label="flag")
    if count.plain >= MOSTLY * present or matching(cells, odd, mark) >= MOSTLY * len(odd):
        return _number(cells, place, count, odd, mark)
    if found is not None:
        return _date(*found)
    if flags.is_mix(odd):
        return Reading("flag", label="flag", why=f"written {len(odd)} ways")
    return Reading("category", label="category")


def _number(cells: Cells, place: int, count: Counts, odd: Sequence[str], mark: str) -> Reading:
    """Plain where every cell is as programs write it, and that is what the file's decimal mark makes of it too."""
    whole = bool(count.plain) and count.whole == count.plain
    plain = count.plain == count.present and (mark == "." or whole)
    if mark == "," and not plain and count.plain >= MOSTLY * count.present:
        some = odd or different(cells, place)
        plain = matching(cells, some, ",") < MOSTLY * len(some)  # 0.5 in a file of decimal commas
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
    return Reading("date", form, label="date", why=why, other=other)


def _worth(cells: Cells, place: int, reading: Reading, count: Counts) -> Reading:
    """The same, or nothing where the column only names the rows."""
    numbered = reading.kind == "number" and reading.whole and count.distinct == count.present == cells.rows >= FEW
    if numbered and is_name_of_rows(cells.names[place]):
        return ROW_NUMBERS
    if reading.kind != "category":
        return reading
    if count.present >= FEW and count.distinct >= NEARLY_ALL * count.present:
        label = "text" if count.length > _TEXT else "id"
        return Reading("ignore", label=label, why="nearly all different")
    if count.distinct > MOST_WORDS:
        return replace(reading, why=f"{count.distinct:,} values; the {MOST_WORDS} most frequent are distinguished")
    return reading


def _typed(cells: Cells, place: int, said: str | None) -> Reading:
    """The reading of a column that has a type of its own."""
    kind = cells.types[place]
    if kind == "nested":
        return Reading("ignore", label="nested", why="neither number, text nor date")
    if said == "category":
        return Reading("category", "number" if kind == "number" else "", label="category")
    if said is not None and (said == "date" or "%" in said) != (kind == "date"):
        holds = f"column '{cells.names[place]}' holds {kind}s, which cannot be read as '{said}'"
        holds += "; give a date, or text written so" if cells.settled else ""
        raise DataError(f"{cells.where(0)}: {holds}")
    if kind == "number":
        return Reading("flag" if said == "flag" else "number", "typed", label="number")
    return Reading("flag" if kind == "flag" else "date", "typed", label=kind)
