"""Exceptions as text that is safe for any store and any terminal, whatever their message."""

from __future__ import annotations

from traceback import format_exception

from caviar.values.trial_failed import TrialFailed
from caviar.values.wrong_return import WrongReturn

_LONGEST = 500  # characters of a message
_LONGEST_TRACE = 8_000  # characters of a traceback, whose end says most


def sentence(error: BaseException) -> str:
    """One line: the exception's type and its message, truncated if it is long."""
    try:
        message = str(error)
    except Exception as again:  # __str__ is a plugin's code too
        message = f"its message cannot be read: {type(again).__name__}"
    message = one_line(message)
    if isinstance(error, (WrongReturn, TrialFailed)):
        return message
    return type(error).__name__ + (f": {message}" if message else "")


def trace_of(error: BaseException) -> str:
    """Python's traceback, or a failed trial's own trace, with printable characters only; the end of a long one."""
    try:
        text = error.trace if isinstance(error, TrialFailed) else "".join(format_exception(error))
    except Exception as again:
        text = f"the traceback cannot be read: {type(again).__name__}"
    if len(text) > _LONGEST_TRACE:
        text = "…\n" + text[-_LONGEST_TRACE:].partition("\n")[2]
    return "\n".join(map(_printable, text.splitlines()))


def one_line(text: str) -> str:
    """A text on one line, at most 500 characters, with printable characters only."""
    text = " ".join(text[: 2 * _LONGEST].split())
    return _printable(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")


def _printable(text: str) -> str:
    r"""Surrogates, which UTF-8 has no bytes for, and control characters as escapes: \udcff, \x1b."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)
