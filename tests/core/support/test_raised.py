"""What was raised as text: any exception can be stored and shown."""

from __future__ import annotations

from caviar.support.raised import one_line, sentence, trace_of


def test_a_message_is_one_printable_line_of_at_most_500_characters() -> None:
    assert sentence(ValueError("too\nfast")) == "ValueError: too fast"
    assert sentence(OSError("a\udcffb\x1b[0m")) == r"OSError: a\udcffb\x1b[0m"
    assert len(one_line("x" * 10_000)) == 501
    sentence(ValueError("\udcff")).encode("utf-8")


def test_an_exception_without_a_message_is_its_type() -> None:
    assert sentence(KeyError()) == "KeyError"


def test_a_message_that_raises_is_said_to() -> None:
    class Bad(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    assert sentence(Bad()) == "Bad: its message cannot be read: RuntimeError"
    assert "Bad" in trace_of(Bad())


def test_of_a_long_traceback_the_end_is_kept() -> None:
    try:
        raise ValueError("x" * 20_000 + "\nthe end \udcff")
    except ValueError as error:
        trace = trace_of(error)
    assert len(trace) < 9_000
    assert trace.endswith(r"the end \udcff")
