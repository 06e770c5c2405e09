"""The table of columns: it fits 80 characters, and nothing that is said of a column is cut."""

from caviar.cli.preview.columns_table import column_lines
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


def test_of_many_columns_the_target_and_what_is_ignored_are_shown() -> None:
    features = tuple(ColumnHead(f"x{n}", "numbers", example="1") for n in range(60))
    ignored = tuple(ColumnHead(f"i{n}", "words", note="no name") for n in range(12))
    told = list(column_lines(Head(features, (ColumnHead("y", "flags"),), 40, left_out=ignored)))
    names = [line.split()[0] for line in told[1:-1]]
    assert names == [*(f"x{n}" for n in range(29)), "y", *(f"i{n}" for n in range(10))]
    assert told[-1] == "… and 33 more columns, 2 of them ignored"


def test_it_says_in_which_rows_it_counts() -> None:
    columns = (ColumnHead("a", "numbers", example="1"), ColumnHead("b", "numbers", example="1", gaps=7))
    told = list(column_lines(Head(columns, (ColumnHead("y", "flags"),), 40, unlabelled=3915)))
    assert max(map(len, told)) <= 80
    assert " ".join(told[-2:]) == (
        "3,915 of the rows looked at have no target and are left out: missing and distinct are counted in the others"
    )
