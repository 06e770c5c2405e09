"""Rows from standard input, as a file that readers can look at more than once."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory

from caviar.cli.terminal.output import show

_FORMATS = {b"PAR1": ".parquet", b"PK\x03\x04": ".npz", b"\x1f\x8b": ".csv.gz"}


@contextmanager
def standard_input() -> Iterator[Path]:
    """A file with all of standard input, named after what its first bytes show, which is removed afterwards."""
    if sys.stdin.isatty():
        show("reading rows from standard input; Ctrl-D ends them", err=True)
    with TemporaryDirectory(prefix="caviar-input-", ignore_cleanup_errors=True) as folder:
        file = Path(folder) / "rows"
        with file.open("wb") as copy:
            copyfileobj(sys.stdin.buffer, copy)
        with file.open("rb") as copy:
            start = copy.read(64)
        is_json = start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")
        suffix = next((each for mark, each in _FORMATS.items() if start.startswith(mark)), None)
        yield file.rename(file.with_name(f"rows{suffix or ('.jsonl' if is_json else '.csv')}"))
