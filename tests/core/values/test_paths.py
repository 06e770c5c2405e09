"""Short names of paths."""

from __future__ import annotations

from caviar.values.paths import short_names

PATHS = ("optimizer.learning_rate", "regularizer.l1.strength", "regularizer.l2.strength", "schedule.epsilon")


def test_paths_are_shortened_as_far_as_they_stay_apart() -> None:
    assert short_names(PATHS) == {
        "optimizer.learning_rate": "learning_rate",
        "regularizer.l1.strength": "l1.strength",
        "regularizer.l2.strength": "l2.strength",
        "schedule.epsilon": "epsilon",
    }


def test_a_place_in_a_list_is_no_name_by_itself() -> None:
    paths = ("model.units.0", "model.units.1", "model.dropout")
    assert list(short_names(paths).values()) == ["units.0", "units.1", "dropout"]
