"""Text for people: no text from outside commands a terminal."""

from __future__ import annotations

import pytest
from caviar.plugin import console, printable
from caviar.text.printable import printable_line


def test_control_characters_are_written_as_escapes_and_all_else_stays() -> None:
    assert printable("\x1b[2Jé\r\x9b\u202e±\t…\n") == "\\x1b[2Jé\\r\\x9b\\u202e±\t…\n"
    assert printable_line("a\nb") == "a\\nb"


def test_a_console_prints_no_control_character_of_what_it_is_given(capsys: pytest.CaptureFixture[str]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table("h\x1b[31mead")
    table.add_row(Text("ce\x9b0mll"))
    console().print("line\x1b]0;title\x07", table, markup=False)
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "\x9b" not in shown
    assert "line\\x1b]0;title" in shown
    assert "h\\x1b[" in shown


def test_without_a_terminal_a_console_breaks_no_line(capsys: pytest.CaptureFixture[str]) -> None:
    console().print("word " * 100)
    assert capsys.readouterr().out.count("\n") == 1
