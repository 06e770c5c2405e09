"""Blocks: new rows in the order of their file, as many as are read at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from caviar.values.table import Table


@dataclass(frozen=True)
class Block:
    """Rows that follow those of the block before; the notes of the first block's table are told to the user.

    `where` says where a row of the block, from 0, lies, such as "rows.csv:17"; it is called before the next block is
    read. None: messages count the rows. `others` names the columns of the data that were neither asked for nor left out
    of training on purpose. `share` is how much of the data has been read, from 0 to 1.
    """

    table: Table
    where: Callable[[int], str] | None = field(default=None, compare=False)
    others: tuple[str, ...] = ()
    share: float = 1.0
