"""What the first rows of a table tell, wherever they end."""

from pathlib import Path

import pytest
from caviar.plugin import ColumnHead, DataError
from caviar_plugins.tables.seen import HEAD

from tests.plugins.data.tables import table_of


def test_the_head_has_columns_and_rows(tmp_path: Path) -> None:
    head = table_of(tmp_path, "n,w,f,y\n1,a,true,1.5\n,b,false,2\n3,,true,2\n").head()
    assert head.features == (
        ColumnHead("n", "numbers", distinct=2, commonest=1, whole=True, missing=True),
        ColumnHead("w", "words", distinct=2, missing=True, rarest=1),
        ColumnHead("f", "flags", distinct=2),
    )
    assert (head.target[0].kind, head.target[0].whole, head.rows, head.exact) == ("numbers", False, 3, True)


@pytest.mark.thorough
def test_the_rows_of_a_long_file_are_estimated(tmp_path: Path) -> None:
    head = table_of(tmp_path, "a,y\n" + "1.25,0\n" * 500_000).head()
    assert (head.rows, head.exact, head.whole) == (500_000, False, False)
    assert head.seen == HEAD // len("1.25,0\n") - 1


def test_the_head_reports_the_mistakes_it_sees(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"t\.csv:3: 1 cell where"):
        table_of(tmp_path, "a,y\n1,2\n1\n").head()


@pytest.mark.thorough
def test_a_row_that_the_limit_cuts_is_no_mistake(tmp_path: Path) -> None:
    rows = "1.25,u\n" * (HEAD // 7) + '"' + "long\n" * 100 + '",v\n'
    head = table_of(tmp_path, "a,y\n" + rows).head()
    assert not head.exact
    assert head.target[0].distinct == 1


def test_a_row_longer_than_the_limit_is_read_whole(tmp_path: Path) -> None:
    head = table_of(tmp_path, "a,y\n" + "x" * HEAD + ",u\nb,v\n").head()
    assert (head.rows, head.exact) == (2, True)


@pytest.mark.thorough
def test_a_letter_that_the_limit_cuts_is_no_mistake(tmp_path: Path) -> None:
    head = table_of(tmp_path, "a,y\n" + "ä,1\n" * (HEAD // 5) + "ä,2\n" * 9).head()
    assert (head.exact, head.features[0].kind) == (False, "words")


@pytest.mark.thorough
def test_a_mistake_behind_the_head_is_reported_by_reading_alone(tmp_path: Path) -> None:
    table = table_of(tmp_path, "a,y\n" + "1.25,2\n" * (HEAD // 7 + 9) + "oops,2\n")
    assert not table.head().exact
    with pytest.raises(DataError, match="column 'a' holds 'oops' where 299,602 of 299,603 cells hold a number"):
        table.read()


@pytest.mark.thorough
def test_a_mistake_in_the_head_of_a_long_file_is_reported_with_the_rows_seen(tmp_path: Path) -> None:
    table = table_of(tmp_path, "a,y\noops,2\n" + "1.25,2\n" * (HEAD // 7 + 9))
    for look in (table.head, table.read):
        with pytest.raises(DataError, match=r"column 'a' holds 'oops' where 299,59. of the first 299,59. cells hold"):
            look()


@pytest.mark.parametrize("width", [70, 1001])
def test_the_target_has_an_example_behind_however_many_columns(tmp_path: Path, width: int) -> None:
    names, cells = (",".join(f"{start}{n}" for n in range(width)) for start in ("x", "1"))
    head = table_of(tmp_path, f"{names},y\n" + f"{cells},u\n{cells},v\n" * 20).head()
    assert head.target[0].example == "u"
