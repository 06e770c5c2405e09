"""A text in blocks: no row is cut, whatever stands in its cells, and every row knows its line."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from caviar_plugins.tables.dialect import Dialect
from caviar_plugins.tables.text_blocks import Source, text_blocks
from hypothesis import given, settings
from hypothesis import strategies as st

CELLS = st.text(alphabet='ab"\n\r, ', max_size=6)
ROWS = st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=30)


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if set(cell) & set('",\r\n') else cell


def in_blocks(folder: Path, text: str, block: int, name: str = "t.csv") -> list[list[tuple[int, list[str]]]]:
    """The rows of each block with their lines."""
    content = text.encode()
    (folder / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    found = text_blocks(Source(folder / name, folder), "utf-8", Dialect(","), folder, block)
    return [[(lines.text.above + line, row) for line, row in lines.rows()] for lines in found]


@given(ROWS, st.sampled_from(["\n", "\r\n", "\r"]), st.integers(1, 60))
@settings(deadline=None, max_examples=60)
def test_blocks_have_the_rows_of_the_whole(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], end: str, block: int
) -> None:
    text = "".join(",".join(map(quoted, row)) + end for row in [["u", "v"], *rows])
    folder = tmp_path_factory.mktemp("blocks")
    whole = in_blocks(folder, text, 1 << 20)
    assert len(whole) == 1
    assert [row for part in in_blocks(folder, text, block) for row in part] == whole[0]


def test_a_quote_inside_a_cell_opens_nothing(tmp_path: Path) -> None:
    text = "u,v\n" + '3" pipe,1\n' * 50 + '"a\nb",2\n' + '5" pipe,1\n' * 50
    blocks = in_blocks(tmp_path, text, 64)
    assert len(blocks) > 10
    assert [row for part in blocks for row in part] == in_blocks(tmp_path, text, 1 << 20)[0]


def test_packed_files_come_in_blocks_too(tmp_path: Path) -> None:
    blocks = in_blocks(tmp_path, "u,v\n" + "1,2\n" * 1000, 400, "t.csv.gz")
    lines = [line for part in blocks for line, _ in part]
    assert lines == list(range(2, 1002))
