"""Times as people read them."""

from __future__ import annotations

from caviar_plugins.reporters.wording import duration


def test_times_read_well() -> None:
    assert [duration(seconds) for seconds in (0.2, 61, 7500)] == ["0 s", "1 min 1 s", "2 h 5 min"]
