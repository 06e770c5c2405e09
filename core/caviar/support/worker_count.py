"""How many workers train on this machine where the user does not say."""

from __future__ import annotations

import os


def worker_count(asked: int | None, devices: int | None = None) -> int:
    """As many as are asked for, else one per device, else one per core that this process may use."""
    return asked or devices or len(os.sched_getaffinity(0))
