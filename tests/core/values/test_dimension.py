"""Dimensions and the space."""

import numpy
import pytest
from caviar.plugin import Array, Dimension, Space
from caviar_plugins import Choice, Int, Log, LogInt, Uniform
from hypothesis import given
from hypothesis import strategies as st

SPACE = Space(
    (
        Dimension("optimizer", Choice(("adam", "sgd", "plain")), ordered=False, levels=3),
        Dimension("optimizer.adam.learning_rate", Log(1e-4, 1.0), parent="optimizer", when=0),
        Dimension("optimizer.sgd.momentum", Uniform(0.0, 0.9), parent="optimizer", when=1),
        Dimension("optimizer.sgd.kind", Choice(("a", "b")), ordered=False, levels=2, parent="optimizer", when=1),
        Dimension("optimizer.sgd.b.power", Int(1, 4), levels=4, parent="optimizer.sgd.kind", when=1),
        Dimension("model.units", LogInt(32, 256), levels=225),
    )
)
POINTS = st.lists(st.floats(0.0, 1.0), min_size=len(SPACE), max_size=len(SPACE)).map(numpy.array)


@pytest.mark.parametrize(
    ("point", "active"),
    [
        ([0.0, 0.5, 0.5, 0.9, 0.5, 0.5], [True, True, False, False, False, True]),
        ([0.5, 0.5, 0.5, 0.9, 0.5, 0.5], [True, False, True, True, True, True]),
        ([0.5, 0.5, 0.5, 0.1, 0.5, 0.5], [True, False, True, True, False, True]),
        ([1.0, 0.5, 0.5, 0.9, 0.5, 0.5], [True, False, False, False, False, True]),
    ],
)
def test_a_choice_activates_its_own_dimensions_at_any_depth(point: list[float], active: list[bool]) -> None:
    assert SPACE.active(numpy.array(point)).tolist() == active


def test_clipping_brings_points_inside_and_blanks_what_is_inactive() -> None:
    clipped = SPACE.clip(numpy.array([[-0.5, 2.0, 0.3, 0.3, 0.3, numpy.nan]]))
    numpy.testing.assert_array_equal(clipped, [[0.0, 1.0, numpy.nan, numpy.nan, numpy.nan, 0.5]])


def test_clipping_nothing_gives_nothing() -> None:
    assert SPACE.clip(numpy.empty((0, len(SPACE)))).shape == (0, len(SPACE))


@given(POINTS)
def test_a_point_has_a_value_for_every_active_dimension_and_no_other(point: Array) -> None:
    clipped = SPACE.clip(point[None])[0]
    active = SPACE.active(point)
    assert set(SPACE.values(clipped)) == {d.path for d, alive in zip(SPACE.dimensions, active, strict=True) if alive}


@given(POINTS)
def test_values_lead_back_to_the_same_values(point: Array) -> None:
    values = SPACE.values(SPACE.clip(point[None])[0])
    again = SPACE.values(SPACE.point(values))
    assert again.keys() == values.keys()
    for path, value in values.items():
        assert again[path] == (pytest.approx(value, rel=1e-12) if isinstance(value, float) else value)


def test_values_have_the_types_that_fields_want() -> None:
    values = SPACE.values(SPACE.clip(numpy.full((1, len(SPACE)), 0.5))[0])
    assert {path: type(value) for path, value in values.items()} == {
        "optimizer": str,
        "optimizer.sgd.momentum": float,
        "optimizer.sgd.kind": str,
        "optimizer.sgd.b.power": int,
        "model.units": int,
    }


def test_a_dimension_is_found_by_its_path() -> None:
    assert SPACE["model.units"].levels == 225
    with pytest.raises(KeyError):
        SPACE["model.layers"]
