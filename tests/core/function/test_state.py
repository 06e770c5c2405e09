"""A training's state as arrays and back."""

from __future__ import annotations

import json
import sys
from collections import Counter, OrderedDict, defaultdict
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy
import pytest
from caviar.function.state import from_arrays, to_arrays
from caviar.function.unsavable import UnsavableState


def back(state: Any) -> Any:
    return from_arrays(to_arrays(state))


@pytest.mark.parametrize(
    "state",
    [
        None,
        0.1,
        2**200,
        True,
        "text \udcff",
        b"\x00\xff",
        (),
        [1, (2, [3.5, None])],
        {"state": {0: {"step": 3}, 1: {}}, "groups": [{"betas": (0.9, 0.999), "params": [0, 1]}]},
        {True: 1, None: 2, 1.5: 3, "": 4},
        numpy.random.default_rng(7).bit_generator.state,
    ],
    ids=str,
)
def test_what_has_no_arrays_comes_back_equal_and_of_the_same_types(state: Any) -> None:
    assert back(state) == state
    assert repr(back(state)) == repr(state)


def test_numbers_that_are_none_come_back() -> None:
    assert repr(back([float("nan"), float("-inf"), -0.0])) == "[nan, -inf, -0.0]"


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint64", "float16", "float32", "float64", ">f4"])
def test_arrays_come_back_to_the_bit_and_independent_of_the_first(dtype: str) -> None:
    array = numpy.arange(6).astype(dtype)[::2].reshape(1, 3).T
    arrays = to_arrays({"weights": [array], "one": array.dtype.type(1), "none": array[:0]})
    expected = array.copy()
    array[:] = 0
    found = from_arrays(arrays)
    numpy.testing.assert_array_equal(found["weights"][0], expected)
    assert found["weights"][0].dtype == expected.dtype.newbyteorder("=")
    assert isinstance(found["one"], numpy.generic)
    assert found["none"].shape == (0, 1)
    found["weights"][0][:] = 1
    numpy.testing.assert_array_equal(from_arrays(arrays)["weights"][0], expected)


class Moments(NamedTuple):
    """As optax has them: nested, with arrays and without fields."""

    count: Any
    mean: Any


class Nothing(NamedTuple):
    pass


def test_named_tuples_come_back_in_their_class() -> None:
    found = back([Moments(3, {"weights": numpy.arange(2.0)}), Nothing(), (Moments(None, Nothing()),)])
    assert type(found[0]) is Moments
    assert type(found[1]) is Nothing
    assert found[2] == (Moments(None, Nothing()),)
    assert found[0].mean["weights"].tolist() == [0.0, 1.0]


@pytest.mark.parametrize(
    "place",
    ["os:system", "os:stat_result", "not_imported_yet:Moments", f"{__name__}:Other", f"{__name__}:Moments"],
)
def test_a_state_imports_and_calls_nothing(place: str) -> None:
    """A named tuple is made of an imported class with these fields, or not at all."""
    nesting = json.dumps(["named", [place, ["count", "other"], [1, 2]]])
    with pytest.raises(UnsavableState, match="which has not been imported here or has other fields"):
        from_arrays({"nesting": numpy.frombuffer(nesting.encode(), "uint8")})
    assert "not_imported_yet" not in sys.modules


def test_what_could_not_be_made_again_is_refused_with_what_to_do() -> None:
    class Local(NamedTuple):
        x: int

    @dataclass
    class Settings:
        x: int

    with pytest.raises(UnsavableState, match=r"state\[0\]\.mean is a .*Local, which no other process could find"):
        to_arrays([Moments(1, Local(1))])
    with pytest.raises(UnsavableState, match=r"a dataclass, .* use dataclasses\.asdict\(…\) .*jax\.tree\.flatten"):
        to_arrays(Settings(1))


def test_an_array_of_another_library_comes_as_numpys() -> None:
    class Theirs:
        def __array__(self, dtype: object = None, copy: object = None) -> numpy.ndarray:
            return numpy.arange(3.0)

    class Lent:
        def __init__(self) -> None:
            self.inside = numpy.arange(3.0)

        def __dlpack__(self, **kwargs: Any) -> Any:
            return self.inside.__dlpack__(**kwargs)

        def __dlpack_device__(self) -> Any:
            return self.inside.__dlpack_device__()

    for each in (Theirs(), Lent()):
        numpy.testing.assert_array_equal(back([each])[0], numpy.arange(3.0))


def test_an_array_without_axes_that_was_one_of_a_population_comes_back_as_an_array() -> None:
    """NumPy gives a scalar for an element; PyTorch's Adam counts its steps in such a tensor."""
    stacked = {name: array[None] for name, array in to_arrays({"step": numpy.array(3.0, "float32")}).items()}
    step = from_arrays({name: array[0] for name, array in stacked.items()})["step"]
    assert isinstance(step, numpy.ndarray)
    assert (step.shape, step.dtype, step.item()) == ((), numpy.dtype("float32"), 3.0)


def test_tensors_of_torch_come_back_as_such() -> None:
    torch = pytest.importorskip("torch")
    model = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.ones(4, 3)).sum().backward()
    optimizer.step()
    kept = back({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "rng": torch.get_rng_state()})
    half = back([torch.arange(3).to(torch.bfloat16)])[0]
    assert half.dtype is torch.bfloat16
    assert half.tolist() == [0, 1, 2]
    other = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    other.load_state_dict(kept["model"])
    torch.optim.Adam(other.parameters()).load_state_dict(kept["optimizer"])
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), other.parameters(), strict=True))


class Broken:
    """As a sparse tensor: of a library that cannot give NumPy's array."""

    def __array__(self, dtype: object = None, copy: object = None) -> numpy.ndarray:
        raise RuntimeError("no such layout\nmore")


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ({"a": [1, {"b": object()}]}, r"state\['a'\]\[1\]\['b'\] is of type object, which cannot be saved; a state is"),
        ([numpy.asarray(["text"])], r"state\[0\] is an array of <U4"),
        ({(1, 2): 3}, r"state has the key \(1, 2\) of type tuple; use text or a number"),
        (1j, "state is of type complex"),
        ({"n": 1 << 20_000}, r"state\['n'\] is a whole number of 20001 bits"),
        (
            [numpy.ma.masked_array([1.0], [True])],
            r"state\[0\] is of type numpy.ma.MaskedArray, whose mask would be lost",
        ),
        (
            {"c": Counter("aab")},
            r"state\['c'\] is of type collections.Counter, and would come back as a dict; use dict",
        ),
        ([defaultdict(list)], r"state\[0\] is of type collections.defaultdict, and would"),
        ([Broken()], r"state\[0\], of type tests.*Broken, cannot be made an array of NumPy: no such layout"),
        (numpy.asarray(1j), "state is an array of complex128"),
    ],
)
def test_what_cannot_be_saved_is_reported_with_its_place_and_type(state: Any, told: str) -> None:
    with pytest.raises(UnsavableState, match=told):
        to_arrays(state)


def test_a_state_that_contains_itself_is_reported() -> None:
    state: list[Any] = [1]
    state.append(state)
    with pytest.raises(UnsavableState, match=r"state\[1\] contains itself"):
        to_arrays(state)
    assert back([(), ()]) == [(), ()], "the same object twice is no circle"


def test_a_state_that_is_nested_too_deeply_is_reported() -> None:
    state: list[Any] = []
    for _ in range(100_000):
        state = [state]
    with pytest.raises(UnsavableState, match="state is nested too deeply"):
        to_arrays(state)


def test_an_ordered_dict_is_a_dict_in_its_order() -> None:
    assert list(back(OrderedDict(b=1, a=2))) == ["b", "a"]
