"""The failure of a trial by what the user brought, such as a program: its message is complete."""

from __future__ import annotations


class TrialFailed(Exception):
    """Raised by a trainer: `reason` is the trial's as it stands, `trace` what results show of it on request."""

    def __init__(self, reason: str, trace: str = "") -> None:
        super().__init__(reason)
        self.reason, self.trace = reason, trace
