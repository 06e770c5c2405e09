"""Problems: errors whose message is written for the user, one line that states what, where and what to do."""

from __future__ import annotations

from typing import ClassVar


class Problem(Exception):
    """An error that a command prints without a traceback; `exit_code` is 2 for the user's file or arguments."""

    exit_code: ClassVar[int] = 2

    @property
    def lines(self) -> tuple[str, ...]:
        """The message as lines: one, unless it reports several mistakes."""
        return (str(self),)


class LateMistake(Problem):
    """A mistake in the file that only the data or another run reveals: the keys of its place, and a sentence."""

    def __init__(self, keys: tuple[str | int, ...], reason: str) -> None:
        super().__init__(f"{'.'.join(map(str, keys))}: {reason}")
        self.keys, self.reason = keys, reason


class Stopped(BaseException):
    """The user wants to stop; raised between steps. Not an Exception, so that it makes no trial fail."""
