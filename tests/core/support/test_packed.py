"""Packed values come back as they were, and their arrays are not copied."""

from __future__ import annotations

import json
from typing import Any

import numpy
import pytest
from caviar.plugin import (
    Dataset,
    EpochInfo,
    InputColumn,
    Inputs,
    MemberOutcome,
    Metrics,
    Outcome,
    Segment,
    Split,
    Task,
    TrialState,
    pack,
    unpack,
)


def again(value: Any) -> Any:
    return unpack(b"".join(pack(value)))


@pytest.mark.parametrize(
    "value",
    [None, True, 3, -(2**62), 0.1, float("inf"), "ä\n", [], (), {}, [1, (2, [3, {"a": (None,)}])], TrialState.PAUSED],
)
def test_plain_values_keep_value_and_type(value: Any) -> None:
    assert again(value) == value
    assert type(again(value)) is type(value)


def test_floats_keep_every_bit() -> None:
    draws = numpy.random.default_rng(0).bytes(8 * 1000)
    values = [each for each in numpy.frombuffer(draws).tolist() if each == each]
    assert again(values) == values
    assert numpy.isnan(again(float("nan")))


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "uint64", "bool", "float16"])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (5, 7)])
def test_arrays_keep_every_bit(dtype: str, shape: tuple[int, ...]) -> None:
    array = numpy.asarray(numpy.random.default_rng(0).random(shape) * 100).astype(dtype)
    for each in (array, array.T, array[..., ::2] if shape else array):
        back = again({"a": each, "b": numpy.ones(3)})
        assert back["a"].dtype == each.dtype
        assert back["a"].shape == each.shape
        assert numpy.array_equal(back["a"], each)
        assert (back["b"] == 1).all()


def test_a_segment_and_its_outcome_come_back() -> None:
    segment = Segment((3, 5), ({"a": 1, "b": (1, 2)}, {"a": 0.5, "b": "x"}), 1, 4, 2, {"m": numpy.ones((2, 3))})
    same = again(segment)
    assert (same.trials, same.values, same.start, same.until, same.fold) == ((3, 5), segment.values, 1, 4, 2)
    assert (same.state["m"] == 1).all()
    metrics = Metrics(("loss",), 2, numpy.zeros((1, 3, 1)))
    member = MemberOutcome(3, TrialState.DIVERGED, 4, metrics, {"loss": 0.5}, "why", {"w": numpy.ones(2)}, None)
    back = again([[EpochInfo((3,), 2, ({"loss": 0.1},))], Outcome(segment, (member,))])
    assert back[0] == [EpochInfo((3,), 2, ({"loss": 0.1},))]
    assert back[1].members[0].state is TrialState.DIVERGED
    assert back[1].members[0].metrics.values.shape == (1, 3, 1)


def test_arrays_are_read_only_views_of_the_bytes_on_their_own_cache_lines() -> None:
    packed = bytearray(b"".join(pack([numpy.arange(3.0), numpy.arange(5.0)])))
    first, second = unpack(packed)
    assert not first.flags.writeable
    packed[-64 : -64 + 8] = numpy.float64(7).tobytes()
    assert second[0] == 7
    assert (second.ctypes.data - first.ctypes.data) % 64 == 0


def test_packing_does_not_copy_arrays() -> None:
    array = numpy.zeros(4)
    pieces = pack(array)
    array[0] = 1.0
    assert unpack(b"".join(pieces))[0] == 1.0


def test_a_dataset_comes_back() -> None:
    rows = numpy.arange(2)
    x = numpy.asfortranarray(numpy.arange(6.0).reshape(2, 3))
    task = Task("classification", ("y",), (True, "b", 1, 0.5))
    inputs = Inputs.of([InputColumn("a", "number", (2,)), InputColumn("b", "category", (), 3)])
    back = again(Dataset(x, rows[:, None], rows[:, None], Split(rows[:1], rows[1:], rows[:0]), task, "f", inputs))
    assert back.x.flags.c_contiguous
    assert (back.x == x).all()
    assert back.task == task
    assert back.inputs == inputs
    assert back.split.test.shape == (0,)


def test_only_known_classes_are_made() -> None:
    text = json.dumps({"SystemExit": [3]}).encode()
    with pytest.raises(KeyError):
        unpack(len(text).to_bytes(8, "little") + text)
