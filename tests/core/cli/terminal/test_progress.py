"""The line of progress: after a second, on a screen that shows nothing else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from io import StringIO

import pytest
from caviar.cli.terminal import progress


class Screen(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "printing", "expected"),
    [
        (Screen(), False, "\r10 rows\r5 rows \r      \r"),
        (StringIO(), False, ""),
        (Screen(), True, ""),
    ],
)
def test_progress_is_shown_after_a_second_on_a_screen_of_its_own(
    monkeypatch: pytest.MonkeyPatch, stream: StringIO, printing: bool, expected: str
) -> None:
    times: Iterator[float] = iter([0.0, 0.5, 1.5, 1.6, 2.0])
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(sys, "stdout", Screen())
    monkeypatch.setattr(progress, "width_of", lambda screen: 80)
    line = progress.ProgressLine(printing, times.__next__)
    for rows in (1, 10, 7, 5):
        line.show(f"{rows} rows")
    line.close()
    assert stream.getvalue() == expected
