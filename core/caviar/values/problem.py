"""Problems: errors whose message is written for the user, one line that says what, where and what to do."""

from __future__ import annotations

from typing import ClassVar


class Problem(Exception):
    """A command prints it without a traceback and ends with `exit_code`: 2 for the user's file or arguments."""

    exit_code: ClassVar[int] = 2


class Stopped(BaseException):
    """The user wants to stop; raised between steps. No Exception, so that no trial is blamed for it."""
