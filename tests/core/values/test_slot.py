"""Slots and views."""

import numpy
import pytest
from caviar.plugin import Initial, Slot, Views, lay_out, size_of

ZERO = Initial("constant", 0.0)
LAYOUT = lay_out(
    [
        Slot("layer1.weight", (3, 4), "weight", ZERO, 1),
        Slot("layer1.bias", (1, 4), "bias", ZERO, 1),
        Slot("layer10.weight", (4, 2), "weight", ZERO, 10),
        Slot("output.bias", (1, 2), "bias", ZERO, 11),
    ]
)


def test_slots_lie_one_after_the_other() -> None:
    assert [(slot.start, slot.stop) for slot in LAYOUT] == [(0, 12), (12, 16), (16, 24), (24, 26)]
    assert size_of(LAYOUT) == 26
    assert size_of(()) == 0


def test_views_share_the_memory_of_the_buffer() -> None:
    buffer = numpy.zeros((5, 26), dtype=numpy.float32)
    views = Views(buffer, LAYOUT)
    for name in views:
        assert numpy.shares_memory(views[name], buffer)
    views["layer1.bias"][...] = 7
    assert (buffer[:, 12:16] == 7).all()
    assert buffer.sum() == 5 * 4 * 7


def test_views_have_members_rows_and_columns() -> None:
    views = Views(numpy.arange(2 * 26.0).reshape(2, 26), LAYOUT)
    assert {name: view.shape for name, view in views.items()} == {
        "layer1.weight": (2, 3, 4),
        "layer1.bias": (2, 1, 4),
        "layer10.weight": (2, 4, 2),
        "output.bias": (2, 1, 2),
    }
    assert views["layer1.weight"][1].tolist() == numpy.arange(26.0, 38.0).reshape(3, 4).tolist()


def test_a_part_has_the_names_below_a_prefix_and_no_others() -> None:
    views = Views(numpy.zeros((2, 26)), LAYOUT)
    part = views.part("layer1")
    assert list(part) == ["weight", "bias"]
    assert part.slot("bias").start == 12
    part["weight"][...] = 3
    assert (views["layer1.weight"] == 3).all()
    assert len(views.part("layer2")) == 0


def test_a_missing_name_is_a_key_error() -> None:
    views = Views(numpy.zeros((2, 26)), LAYOUT)
    with pytest.raises(KeyError):
        views["layer1.gamma"]
    assert "layer1.gamma" not in views
