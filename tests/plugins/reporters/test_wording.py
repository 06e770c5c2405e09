"""Times as people read them."""

from __future__ import annotations

from caviar_plugins.reporters.wording import duration, fitting, rate, sparkline


def test_times_read_well() -> None:
    assert [duration(seconds) for seconds in (0.2, 61, 7500)] == ["0 s", "1 min 1 s", "2 h 5 min"]


def test_a_curve_is_drawn_from_its_least_to_its_greatest_value() -> None:
    assert sparkline([0.0, 0.5, 1.0]) == "▁▅█"
    assert sparkline([1.0, float("nan"), 0.0]) == "█ ▁"
    assert sparkline([0.5, 0.5]) == "▁▁"
    assert sparkline([0.5]) == sparkline([]) == ""
    assert len(sparkline(list(range(1000)))) == 16


def test_a_rate_is_at_least_one_in_its_unit() -> None:
    assert [rate(many, 60.0, "models") for many in (6000, 150, 12, 1)] == [
        "100 models/s",
        "2.5 models/s",
        "12 models/min",
        "1.0 models/min",
    ]
    assert rate(1, 7200.0, "models") == "0.5 models/h"


def test_what_does_not_fit_is_left_out_whole() -> None:
    parts, whole = ["one 1", "two 2", "three 3"], "head: one 1, two 2, three 3"
    for width in range(4, 40):
        told = fitting("head", parts, width)
        assert len(told) <= width
        assert told in ("head", "head: one 1, …", "head: one 1, two 2, …", whole)
        assert (told == whole) is (width >= len(whole))
