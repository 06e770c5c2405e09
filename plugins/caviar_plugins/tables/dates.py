"""Dates as people write them: which format a column's cells have, and the moment each stands for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from caviar_plugins.tables.engine import Connection
from caviar_plugins.tables.sql import quoted

ISO = "%Y-%m-%d"
_YEAR_FIRST = (ISO, "%Y/%m/%d", "%Y.%m.%d")
_DAY_FIRST = ("%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%y", "%d/%m/%y")
_MONTH_FIRST = ("%m/%d/%Y", "%m-%d-%Y", "%m/%d/%y")
_NAMED = ("%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y")
_TIMES = ("", "%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p")
_ZONES = ("", "Z", "%z")
_LIKE_A_DATE = re.compile(
    r"(\d{1,4}([-/.])\d{1,2}\2\d{1,4}|\d{1,2}[ -][A-Za-z]{3,9}[ -]\d{2,4}|[A-Za-z]{3,9} \d{1,2},? \d{4})([T ].*)?"
)
_TRIED = 300  # different cells by which a format is chosen
MOSTLY = 0.9
"""At least this share of a column's cells has its format: what else is in it is a mistake."""


def formats(day_first: bool) -> tuple[str, ...]:
    """All formats that are tried, the likelier of two that fit the same cells first."""
    ambiguous = (*_DAY_FIRST, *_MONTH_FIRST) if day_first else (*_MONTH_FIRST, *_DAY_FIRST)
    return tuple(
        f"{day}{joint}{time}{zone}"
        for day in (*_YEAR_FIRST, *ambiguous, *_NAMED)
        for time in _TIMES
        for joint in ((" ", "T") if time and day in _YEAR_FIRST else (" ",) if time else ("",))
        for zone in (_ZONES if time and day in _YEAR_FIRST else ("",))
    )


def value(cell: str, form: str) -> str:
    """SQL: the TIMESTAMP in UTC that a cell stands for; NULL where it is not of the format."""
    parsed = f"try_strptime({cell}, {quoted(form)})"
    moment = f"make_timestamp(epoch_us({parsed}))" if "%z" in form else parsed
    return f"CASE WHEN year({moment}) >= 1000 THEN date_trunc('second', {moment}) END"


def chosen(connection: Connection, cells: Sequence[str], day_first: bool) -> tuple[str, str] | None:
    """The format of these cells, and another that fits them equally well or ''; None where they are no dates."""
    some = cells[:: -(-len(cells) // _TRIED)] if cells else ()  # spread: in order, the first may all be of one month
    like = [cell for cell in some if len(cell) < 40 and _LIKE_A_DATE.fullmatch(cell)]
    if not like or len(like) < MOSTLY * len(some):
        return None
    forms = [form for form in formats(day_first) if (":" in form) == (":" in like[0])]
    counts = ", ".join(f"count({value('cell', form)})" for form in forms)
    found = connection.execute(f"SELECT {counts} FROM (SELECT unnest(?) AS cell)", [like]).fetchone()
    most = max(found)
    if most < MOSTLY * len(like):
        return None
    best = forms[found.index(most)]
    other = best.replace("%d", "%0").replace("%m", "%d").replace("%0", "%m")
    equal = other in forms and other != best and found[forms.index(other)] == most
    return best, other if equal else ""


def is_known(form: str) -> bool:
    """Whether a text can be a format of dates: it names year, month and day."""
    return all(any(part in form for part in parts) for parts in (("%Y", "%y"), ("%m", "%b", "%B"), ("%d",)))
