"""Mutated tables: the messy files with bytes, cells, columns, types or packing changed at random."""

from __future__ import annotations

import csv
import gzip
import io
import json
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Literal, TypeAlias

HOME = Path(__file__).parent / "files"
Rows: TypeAlias = list[list[str]]

CELLS = ["", " ", "?", "-", "NA", "oops", "inf", "-inf", "nan", "1e400", "1e-400", "9" * 19, "9" * 400, "-0", "007"]
CELLS += ["true", "yes", "0", "1", "x,y", "x;y", '"', '"a""b"', "'", "a\nb", "a\r\nb", "\t", "\0", "é", "1_0", "0x10"]
CELLS += ["1,5", "1.5", "1.234,5", "$ 1,000.50", "12 %", "(3)", "2021-02-30", "31.12.2020", "12/31/20", "{}", "[1, 2]"]
CELLS += ["=1+1", "NULL", "u" * 140_000, "\ufeff", "\u202e", "１２", "🙂", "-999", "1e5", "+-1", ".", ",", ";"]
NAMES = [
    "",
    " ",
    "a",
    "kind",
    "KIND",
    "kind ",
    "1.5",
    '"',
    "é" * 9,
    "a b",
    "a.b",
    "id",
    "x" * 70_000,
    "rowid",
    "c0",
    "t",
]
BYTES = b"\"'\n\r,;\t|\0\xff\xef\xbb\xbf .-0"
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252", "cp037", "shift_jis"]


def kinds(folder: Path) -> list[Path]:
    """The messy files, and a parquet file made of one of them in `folder`."""
    import duckdb

    made = folder / "made.parquet"
    if not made.exists():
        source = f"read_csv('{HOME / 'clean.csv'}')"
        more = "[1, 2] AS list, {'a': 1} AS record, 1.5::DECIMAL(9, 2) AS exact, NULL AS nothing, 1::UTINYINT AS tiny"
        duckdb.sql(f"COPY (SELECT *, {more} FROM {source}) TO '{made}' (FORMAT parquet)")
    found = sorted(file for file in HOME.iterdir() if file.stat().st_size)
    packed = [HOME / "shop.db", HOME / "lines.jsonl", HOME / "packed.csv.gz", made]
    return [*found, *packed * 3]


def mutated(source: Path, folder: Path, name: str, random: Random) -> Path:
    """A file in `folder` that is the source with something changed; its suffix may be another."""
    suffix = "".join(source.suffixes[-2:]) if source.suffix == ".gz" else source.suffix
    content = source.read_bytes()
    if suffix == ".db":
        content = _database(content, folder, random)
    elif suffix == ".jsonl" and random.random() < 0.7:
        content = _lines(content, random)
    elif suffix.startswith((".csv", ".tsv", ".txt")) and random.random() < 0.75:
        content = _text(gzip.decompress(content) if suffix.endswith(".gz") else content, random)
        content = gzip.compress(content, mtime=0) if suffix.endswith(".gz") else content
    if random.random() < (0.3 if suffix in (".csv", ".tsv", ".txt") else 0.5):
        content = _bytes(content, random)
    if random.random() < 0.03:
        suffix = random.choice(
            [".csv", ".tsv", ".parquet", ".jsonl", ".db", ".csv.gz", ".csv.zst", ".xlsx", ".feather"]
        )
    path = folder / f"{name}{suffix}"
    path.write_bytes(content)
    return path


def _bytes(content: bytes, random: Random) -> bytes:
    found = bytearray(content)
    for _ in range(random.choice([1, 1, 2, 8])):
        place = random.randrange(len(found) + 1)
        way = random.randrange(6)
        if way == 0 and place < len(found):
            found[place] ^= 1 << random.randrange(8)
        elif way == 1:
            found[place:place] = bytes([random.choice(BYTES)]) * random.choice([1, 1, 3])
        elif way == 2:
            del found[place : place + random.choice([1, 4, 100])]
        elif way == 3:
            found[place:place] = found[place : place + random.choice([10, 500])]
        elif way == 4 and random.random() < 0.3:
            del found[place:]
        elif way == 5 and random.random() < 0.3:
            found[place:place] = bytes(random.choice([1, 700]))
    return bytes(found)


def _text(content: bytes, random: Random) -> bytes:
    """Its cells changed, and perhaps written in another way; what is no text stays."""
    encoding = next((each for each in ("utf-8-sig", "utf-16", "cp1252") if _decodes(content, each)), "latin-1")
    text = content.decode(encoding)
    separator = max(",;\t|", key=text[:200].count)
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if row] or [["a"]]
    for _ in range(random.choice([0, 1, 1, 2, 3])):
        random.choice(CHANGES)(rows, random)
        rows = [row for row in rows if row] or [["kind"]]
    if random.random() < 0.2:
        separator = random.choice([",", ";", "\t", "|", ":", " ", "^", "\x01"])
    out = io.StringIO()
    end = random.choice(["\n", "\n", "\n", "\r\n", "\r"])
    ways: list[Literal[0, 1, 3]] = [csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL]
    quoting = random.choice([*ways, csv.QUOTE_ALL, csv.QUOTE_NONE])
    csv.writer(out, delimiter=separator, lineterminator=end, quoting=quoting, escapechar="\\").writerows(rows)
    text = out.getvalue()
    if random.random() < 0.1:
        text = random.choice(["\n\n", "A title\n", "# made by a program\n", "sep=;\n", ",,,\n"]) + text
    if random.random() < 0.1:
        text += random.choice(["\n\n", "total,,,\n", "\x1a", "(12 rows)\n", '"'])
    chosen = random.choice(ENCODINGS) if random.random() < 0.25 else "utf-8"
    return text.encode(chosen, errors="replace")


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeError:
        return False
    return encoding != "utf-16" or content[:2] in (b"\xff\xfe", b"\xfe\xff")


def cells_changed(rows: Rows, random: Random) -> None:
    cell, place = random.choice(CELLS), random.randrange(len(rows[0]))
    for _ in range(random.choice([1, 1, 2, 30])):
        row = random.choice(rows[1:] or rows)
        row[min(place, len(row) - 1)] = cell


def cells_mixed(rows: Rows, random: Random) -> None:
    """A column of values of several types."""
    place, few = random.randrange(len(rows[0])), random.sample(CELLS[:-18], random.choice([2, 4]))
    for row in rows[1:]:
        if random.random() < 0.5 and place < len(row):
            row[place] = random.choice(few)


def cells_swapped(rows: Rows, random: Random) -> None:
    for _ in range(random.choice([1, 20])):
        one, other = random.choice(rows), random.choice(rows)
        here, there = random.randrange(len(one)), random.randrange(len(other))
        one[here], other[there] = other[there], one[here]


def cells_all_different(rows: Rows, random: Random) -> None:
    """A column in which many or all values are words of their own."""
    place, most = random.randrange(len(rows[0])), random.choice([5, 12, 18, 10_000])
    for number, row in enumerate(rows[1:]):
        row[min(place, len(row) - 1)] = f"w{number % most}"


def column_emptied(rows: Rows, random: Random) -> None:
    place, cell = random.randrange(len(rows[0])), random.choice(["", "?", "7", "true", "word"])
    for row in rows[1:]:
        row[min(place, len(row) - 1)] = cell


def column_dropped(rows: Rows, random: Random) -> None:
    place = random.randrange(len(rows[0]))
    for row in rows:
        del row[place : place + 1]


def column_doubled(rows: Rows, random: Random) -> None:
    place, times = random.randrange(len(rows[0])), random.choice([1, 1, 1, 300])
    for row in rows:
        row.extend(row[place : place + 1] * times)


def column_renamed(rows: Rows, random: Random) -> None:
    rows[0][random.randrange(len(rows[0]))] = random.choice(NAMES)


def header_dropped(rows: Rows, random: Random) -> None:
    del rows[0]


def row_ragged(rows: Rows, random: Random) -> None:
    row = random.choice(rows)
    row.extend(["9"] * random.choice([1, 5])) if random.random() < 0.5 else row.pop()


def rows_dropped(rows: Rows, random: Random) -> None:
    del rows[random.choice([1, 2, 3, 8, 25]) :]


def rows_repeated(rows: Rows, random: Random) -> None:
    rows.extend(rows[1:] * random.choice([1, 3, 30]))


CHANGES: Sequence[Callable[[Rows, Random], None]] = (
    *(cells_changed, cells_changed, cells_mixed, cells_mixed, cells_swapped, cells_all_different, cells_all_different),
    *(column_emptied, column_dropped, column_doubled, column_renamed, header_dropped, row_ragged, rows_dropped),
    rows_repeated,
)

VALUES = [None, True, "", "word", 1.5, 10**30, -1, 1e308, float("nan"), [], [1, "a"], {}, {"a": {"b": [None]}}]
VALUES += ["2021-02-03", "9" * 300, "\0", "\ud800", "x" * 100_000]


def _lines(content: bytes, random: Random) -> bytes:
    """JSON lines with values of other types, other keys, or lines that are something else."""
    rows = [json.loads(line) for line in content.splitlines()]
    name = random.choice([*rows[0], "more", ""])
    for row in random.sample(rows, random.choice([1, 5, len(rows)])):
        if random.random() < 0.1:
            row.pop(name, None)
        else:
            row[name] = random.choice(VALUES)
    lines = [json.dumps(row, ensure_ascii=random.random() < 0.9) for row in rows]
    if random.random() < 0.2:
        lines[random.randrange(len(lines))] = random.choice(["", "null", "[]", "3", "{", '{"a": 1, "a": 2}', "x" * 100])
    end = random.choice(["\n"] * 4 + ["\r\n", ",\n", " "])
    return end.join(lines).encode("utf-8", errors="surrogatepass")


def _database(content: bytes, folder: Path, random: Random) -> bytes:
    """The database with other types, names and tables."""
    file = folder / "changing.db"
    file.write_bytes(content)
    column = random.choice(["amount", "count", "town", "day", "member", "kind"])
    changes = [
        f"UPDATE sales SET {column} = ? WHERE rowid % {random.choice([1, 2, 7])} = 0",
        f"ALTER TABLE sales DROP COLUMN {column}",
        f'ALTER TABLE sales RENAME COLUMN {column} TO "{random.choice(["a b", "é", "1", "x;y"])}"',
        "CREATE TABLE other (a, b)",
        "CREATE VIEW seen AS SELECT * FROM nowhere",
        'ALTER TABLE sales RENAME TO "o\'er"',
        "DELETE FROM sales",
        "DROP TABLE sales",
        f"INSERT INTO sales ({column}) VALUES (?)",
    ]
    odd = [None, b"\0\xff", "", "word", 1e308, -(2**63), 2**63 - 1, "9" * 300, "x" * 100_000, 1.5, "a\0b", "a\nb"]
    with closing(sqlite3.connect(file)) as connection:
        for _ in range(random.choice([0, 1, 1, 2])):
            change = random.choice(changes)
            try:
                connection.execute(change, (random.choice(odd),) if "?" in change else ())
            except sqlite3.OperationalError:  # after an earlier change
                continue
        connection.commit()
    content = file.read_bytes()
    file.unlink()
    return content
