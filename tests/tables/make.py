"""Writes the messy files and what they truly hold: `python tests/tables/make.py`. Run it again to add one.

Every file is made from values that are known, so the truth beside it does not depend on any reader.
"""

from __future__ import annotations

import csv
import gzip
import json
import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any

HOME = Path(__file__).parent
ROWS = 40
Values = dict[str, list[Any]]


def values(seed: str) -> Values:
    """A table of a shop: amounts, shares, dates, towns, flags, and what was sold as the target."""
    random = Random(seed)
    begin = datetime(2019, 3, 14)
    return {
        "amount": [round(random.uniform(1000, 99_000), 2) for _ in range(ROWS)],
        "count": [random.randrange(1, 60) for _ in range(ROWS)],
        "town": [random.choice(["Ulm", "Köln", "Zürich"]) for _ in range(ROWS)],
        "day": [begin + timedelta(days=random.randrange(1500)) for _ in range(ROWS)],
        "member": [random.random() < 0.5 for _ in range(ROWS)],
        "kind": [random.choice(["book", "tea"]) for _ in range(ROWS)],
    }


def point(value: float) -> str:
    return f"{value:.2f}"


def comma(value: float) -> str:
    return f"{value:.2f}".replace(".", ",")


def thousands(between: str, mark: str, before: str = "", after: str = "") -> Callable[[float], str]:
    def write(value: float) -> str:
        return before + f"{value:,.2f}".replace(",", "\0").replace(".", mark).replace("\0", between) + after

    return write


def dated(form: str) -> Callable[[datetime], str]:
    return lambda value: value.strftime(form)


def yes(value: bool) -> str:
    return "yes" if value else "no"


PLAIN: dict[str, Callable[[Any], str]] = {
    **{"amount": point, "count": str, "town": str, "day": dated("%Y-%m-%d")},
    **{"member": str, "kind": str},
}  # fmt: skip


def text(
    table: Values,
    separator: str = ",",
    end: str = "\n",
    header: bool = True,
    quote: str = '"',
    **ways: Callable[[Any], str],
) -> str:
    """The table as text; `ways` says how the values of a column are written where it is not the plain way."""
    out = StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator=end, quotechar=quote)
    if header:
        writer.writerow(table)
    for row in zip(*table.values(), strict=True):
        cells = zip(table, row, strict=True)
        writer.writerow("" if cell is None else ways.get(name, PLAIN.get(name, str))(cell) for name, cell in cells)
    return out.getvalue()


def keep(name: str, content: str | bytes, truth: Values | None, target: str = "kind", **data: Any) -> None:
    """Writes a file, and what is to be read from it; `truth` None: it is to be refused. `data` are settings."""
    file = HOME / "files" / name
    file.parent.mkdir(exist_ok=True)
    (HOME / "truth").mkdir(exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    told = {"target": target, "data": data, "columns": plain(truth)}
    (HOME / "truth" / f"{name}.json").write_text(json.dumps(told, ensure_ascii=False, indent=None) + "\n")


def plain(truth: Values | None) -> dict[str, list[Any]] | None:
    if truth is None:
        return None
    return {
        name: [cell.isoformat() if isinstance(cell, datetime) else cell for cell in cells]
        for name, cells in truth.items()
    }


def renamed(table: Values) -> Values:
    return {f"column{place}": cells for place, cells in enumerate(table.values(), start=1)}


def with_gaps(table: Values, name: str, every: int) -> Values:
    return table | {name: [None if row % every == 2 else cell for row, cell in enumerate(table[name])]}


def gapped(code: str, write: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda value: code if value is None else write(value)


def layouts() -> None:
    t = values("layouts")
    keep("clean.csv", text(t), t)
    keep("semicolon.csv", text(t, ";"), t)
    keep("semicolon-comma.csv", text(t, ";", amount=comma), t)
    keep("tabs.tsv", text(t, "\t"), t)
    keep("tabs.txt", text(t, "\t", amount=comma), t)
    keep("bars.csv", text(t, "|"), t)
    keep("mark.csv", "\ufeff" + text(t), t)
    keep("windows-lines.csv", text(t, end="\r\n"), t)
    keep("mac-lines.csv", text(t, end="\r"), t)
    keep("mixed-lines.csv", text(t).replace("\n", "\r\n", 9), t)
    keep("windows-letters.csv", text(t, ";", amount=comma).encode("cp1252"), t)
    keep("sixteen-bits.csv", text(t).encode("utf-16"), t)
    keep("packed.csv.gz", gzip.compress(text(t).encode(), mtime=0), t)
    keep("no-header.csv", text(t, header=False), renamed(t), "column6")
    keep("titles.csv", "Sales of the shop\n\nas of 2024-01-01\n" + text(t), t)
    keep("index.csv", "".join(f"{row - 1 if row else ''},{line}\n" for row, line in enumerate(text(t).splitlines())), t)
    keep("blank-lines.csv", text(t).replace("\n", "\n\n"), t)
    keep("spaces.csv", text(t).replace(",", " , "), t)
    keep("single-quotes.csv", text(t | {"town": [f"{each}, old" for each in t["town"]]}, quote="'"),
         t | {"town": [f"{each}, old" for each in t["town"]]})  # fmt: skip
    lines = [f'{each}\n"new", {row % 3}' for row, each in enumerate(t["town"])]
    keep("lines-in-cells.csv", text(t | {"town": lines}), t | {"town": lines})


def numbers() -> None:
    t = values("numbers")
    keep("dollars.csv", text(t, amount=thousands(",", ".", "$")), t)
    keep("euros.csv", text(t, ";", amount=thousands(".", ",", after=" €")), t)
    keep("euros-quoted.csv", text(t, amount=thousands(".", ",", "€ ")), t)
    keep("french.csv", text(t, ";", amount=thousands("\u202f", ",")), t)
    keep("swiss.csv", text(t, amount=thousands("'", ".", "CHF ")), t)
    negative = t | {"amount": [-each if row % 3 == 0 else each for row, each in enumerate(t["amount"])]}
    keep("accounting.csv", text(negative, amount=lambda v: f"({-v:,.2f})" if v < 0 else f"{v:,.2f}"), negative)
    percent = t | {"amount": [round(each / 1000, 1) for each in t["amount"]]}
    keep("percent.csv", text(percent, amount=lambda value: f"{value} %"), percent)
    whole = t | {"amount": [round(each) for each in t["amount"]]}
    keep("thousands.csv", text(whole, amount=lambda value: f"{value:,}"), whole)
    keep("amount-to-predict.csv", text(t, ";", amount=thousands(".", ",")), t, "amount")
    for name, code in {"question": "?", "dash": "-", "na": "n/a", "null": "NULL"}.items():
        gaps = with_gaps(t, "count", 5)
        written = text({key: [code if cell is None else cell for cell in cells] for key, cells in gaps.items()})
        keep(f"missing-{name}.csv", written, gaps)
    gaps = with_gaps(t, "count", 5)
    coded = {key: [-999 if cell is None else cell for cell in cells] for key, cells in gaps.items()}
    keep("missing-999.csv", text(coded), gaps, missing=["-999"])
    keep("missing-999-unsaid.csv", text(coded), coded)


def dates() -> None:
    t = values("dates")
    keep("dates-german.csv", text(t, ";", day=dated("%d.%m.%Y")), t)
    keep("dates-american.csv", text(t, day=dated("%m/%d/%Y")), t)
    keep("dates-british.csv", text(t, day=dated("%d/%m/%Y")), t)
    keep("dates-named.csv", text(t, day=dated("%d %b %Y")), t)
    keep("dates-written.csv", text(t, day=dated("%b %d, %Y")), t)
    hours = t | {"day": [each + timedelta(minutes=17 * row) for row, each in enumerate(t["day"])]}
    keep("moments.csv", text(hours, day=dated("%Y-%m-%d %H:%M:%S")), hours)
    keep("zone.csv", text(hours, day=dated("%Y-%m-%dT%H:%M:%S+02:00")),
         hours | {"day": [each - timedelta(hours=2) for each in hours["day"]]})  # fmt: skip
    early = t | {"day": [datetime(2021, each.month, 1 + each.day % 12) for each in t["day"]]}
    keep("dates-unclear.csv", text(early, day=dated("%m/%d/%Y")), early)


def columns() -> None:
    t = values("columns")
    row = iter(range(ROWS))
    ways = {True: ["yes", "Y", "TRUE", "1"], False: ["no", "N", "FALSE", "0"]}
    keep("flags.csv", text(t, member=lambda value: ways[value][next(row) % 4]), t)
    keep("yes-no.csv", text(t, member=yes), t | {"member": [yes(each) for each in t["member"]]})
    ids: Values = {"id": [f"C{7919 * row % 10_007:05}" for row in range(ROWS)]}
    keep("ids.csv", text(ids | t), t)
    keep("row-numbers.csv", text({"row_id": list(range(1, ROWS + 1))} | t), t)
    notes = {"notes": [f"customer {row} called about order {row * 37} and was content with it" for row in range(ROWS)]}
    keep("free-text.csv", text(t | notes), t)
    keep("constant.csv", text(t | {"shop": ["A"] * ROWS}), t | {"shop": ["A"] * ROWS})
    keep("empty-column.csv", text(t | {"shop": [None] * ROWS}), t | {"shop": [None] * ROWS})
    codes = [f"0{each % 4}123" for each in t["count"]]
    keep("postal-codes.csv", text(t | {"code": codes}), t | {"code": codes}, columns={"code": "category"})
    some = with_gaps(t, "kind", 6)
    there = [cell is not None for cell in some["kind"]]
    kept = {name: [cell for cell, is_there in zip(cells, there, strict=True) if is_there] for name, cells in t.items()}
    keep("target-gaps.csv", text(some), kept)
    file = HOME / "files" / "shop.db"
    file.unlink(missing_ok=True)
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE sales (amount REAL, count INTEGER, town TEXT, day TEXT, member TEXT, kind TEXT)")
    rows = [
        [PLAIN[n](c) if n in ("day", "member") else c for n, c in zip(t, row, strict=True)]
        for row in zip(*t.values(), strict=True)
    ]
    connection.executemany("INSERT INTO sales VALUES (?, ?, ?, ?, ?, ?)", rows)
    connection.commit()
    connection.close()
    keep("shop.db", file.read_bytes(), t)
    lines = [
        {n: PLAIN["day"](c) if n == "day" else c for n, c in zip(t, row, strict=True)}
        for row in zip(*t.values(), strict=True)
    ]
    keep("lines.jsonl", "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), t)


def refused() -> None:
    t = values("refused")
    lines = text(t).splitlines()
    keep("ragged.csv", "\n".join([*lines[:20], lines[20] + ",9", *lines[21:]]) + "\n", None)
    keep("two-names.csv", text(t).replace("amount,count", "count,count", 1), None)
    keep("open-quote.csv", "\n".join([*lines[:20], '"' + lines[20], *lines[21:]]) + "\n", None)
    keep("word-among-numbers.csv", "\n".join([*lines[:20], "many" + lines[20][5:], *lines[21:]]) + "\n", None)
    keep("damaged.csv", text(t).encode()[:900] + b"\xff" + text(t).encode()[900:], None)
    keep("header-only.csv", text(t).splitlines()[0] + "\n", None)
    keep("empty.csv", "", None)
    names = t | {"kind": [f"item {row * 31 % 97}" for row in range(ROWS)]}
    keep("every-row-its-class.csv", text(names), None)
    keep("one-class.csv", text(t | {"kind": ["book"] * ROWS}), None)
    keep("date-to-predict.csv", text(t), None, "day")


def parts(names: Sequence[Callable[[], None]] = (layouts, numbers, dates, columns, refused)) -> None:
    for each in names:
        each()


if __name__ == "__main__":
    parts()
