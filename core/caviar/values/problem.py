"""Problems: errors whose message is written for the user, one line that states what, where and what to do."""

from __future__ import annotations

from typing import ClassVar


class Problem(Exception):
    """A command prints it without a traceback and ends with `exit_code`: 2 for the user's file or arguments."""

    exit_code: ClassVar[int] = 2

    @property
    def lines(self) -> tuple[str, ...]:
        """The message, a line each: one, unless it is several mistakes."""
        return (str(self),)


class LateMistake(Problem):
    """A mistake in the file that only the data or another run could show: the keys of its place, and a sentence."""

    def __init__(self, keys: tuple[str | int, ...], reason: str) -> None:
        super().__init__(f"{'.'.join(map(str, keys))}: {reason}")
        self.keys, self.reason = keys, reason


class Stopped(BaseException):
    """The user wants to stop; raised between steps. No Exception, so that no trial is blamed for it."""
