"""The table of columns: it fits 80 characters, and nothing that is said of a column is cut."""

from caviar.cli.columns_table import column_lines
from caviar.plugin import ColumnHead, Head

NOTE = "1,234 values; the 100 most frequent are distinguished, and all others are one that is called other"


def lines(*columns: ColumnHead) -> list[str]:
    return list(column_lines(Head(columns, (), 40)))


def test_what_is_done_goes_on_below_in_its_column() -> None:
    told = lines(ColumnHead("a", "words", example="x", note=NOTE), ColumnHead("b", "numbers", example="1"))
    start = told[0].index("what is done")
    assert max(map(len, told)) <= 80
    assert " ".join(line[start:] for line in told[1:-1]) == NOTE
    assert all(not line[:start].strip() for line in told[2:-1])
    assert told[-1].split() == ["b", "number", "1"]


def test_it_stands_below_the_row_where_names_leave_no_room() -> None:
    wide = ColumnHead("n" * 30, "words", example="e" * 30, note=NOTE, distinct=1_000_000, gaps=1_000_000)
    told = lines(wide, ColumnHead("b", "numbers", example="1"))
    assert max(map(len, told)) <= 80
    assert told[1] == "    what is done"
    assert told[2].split() == ["n" * 17 + "…", "category", "e" * 17 + "…", "1,000,000", "1,000,000"]
    assert " ".join(line.strip() for line in told[3:-1]) == NOTE
