"""One declared object over another: whoever was given a field decides it, the upper one before the lower one."""

from __future__ import annotations

from typing import Any

from caviar.config.declaration.over import fields_given, laid_over
from caviar.interfaces.fields.declared import Declared
from caviar_plugins import SGD, Adam, Choice, Cosine, Exponential, Log, Uniform
from hypothesis import given
from hypothesis import strategies as st

numbers = st.floats(0.01, 0.9)
rates = st.one_of(numbers, numbers.map(lambda high: Log(1e-4, high)), numbers.map(lambda high: Uniform(0.001, high)))
adams = st.builds(
    lambda fields: Adam(**fields),
    st.fixed_dictionaries({}, optional={"learning_rate": rates, "beta1": numbers, "beta2": numbers}),
)


class Whole(Declared):
    """A tree with everything that is merged."""

    optimizer: Any = None
    schedule: dict[str, Any] = {}
    layers: tuple[int, ...] = ()


wholes = st.builds(
    lambda fields: Whole(**fields),
    st.fixed_dictionaries(
        {},
        optional={
            "optimizer": st.one_of(adams, st.just(SGD(momentum=0.5)), st.just(Choice((1, 2)))),
            "schedule": st.dictionaries(st.sampled_from("abc"), st.one_of(adams, st.just(Cosine())), max_size=3),
            "layers": st.lists(st.integers(0, 9), max_size=3).map(tuple),
        },
    ),
)


def leaves(value: Any) -> dict[tuple[Any, ...], Any]:
    """What an object was given, by path: plugins and tables are looked into, ranges and lists are values."""
    if isinstance(value, Log | Uniform | Choice) or not isinstance(value, Declared | dict):
        return {(): value}
    inner = fields_given(value) if isinstance(value, Declared) else value
    name = {("class",): type(value)} if isinstance(value, Declared) else {}
    return name | {(key, *path): leaf for key, each in inner.items() for path, leaf in leaves(each).items()}


@given(wholes, wholes)
def test_what_the_upper_one_was_given_stays(below: Whole, above: Whole) -> None:
    merged = leaves(Whole(**laid_over(below, above)))
    assert merged | leaves(above) == merged


@given(wholes, wholes)
def test_every_value_comes_from_one_of_the_two(below: Whole, above: Whole) -> None:
    merged, lower, upper = leaves(Whole(**laid_over(below, above))), leaves(below), leaves(above)
    assert all(value == upper.get(path, lower.get(path)) for path, value in merged.items())


@given(wholes, wholes)
def test_a_value_below_is_lost_only_to_one_at_its_place_or_around_it(below: Whole, above: Whole) -> None:
    merged, upper = leaves(Whole(**laid_over(below, above))), leaves(above)
    for path, value in leaves(below).items():
        around = [path[:length] for length in range(1, len(path) + 1)]
        other = any(each in upper or (*each, "class") in upper for each in around)
        assert other or merged[path] == value


@given(wholes, wholes)
def test_merging_twice_is_merging_once(below: Whole, above: Whole) -> None:
    once = Whole(**laid_over(below, above))
    assert Whole(**laid_over(below, once)) == once


@given(wholes)
def test_nothing_over_it_and_nothing_below_it_change_nothing(whole: Whole) -> None:
    assert Whole(**laid_over(whole, Whole())) == Whole(**laid_over(Whole(), whole)) == whole


def test_plugins_of_one_class_are_merged_and_others_replaced() -> None:
    below = Whole(optimizer=Adam(beta1=0.5, beta2=0.6), schedule={"a": Exponential(decay=0.9), "b": Cosine()})
    above = Whole(optimizer=Adam(beta1=0.7), schedule={"a": Cosine()})
    merged = Whole(**laid_over(below, above))
    assert merged.optimizer == Adam(beta1=0.7, beta2=0.6)
    assert merged.schedule == {"a": Cosine(), "b": Cosine()}
    assert Whole(**laid_over(below, Whole(optimizer=SGD()))).optimizer == SGD()


def test_a_default_that_was_given_counts() -> None:
    below = Whole(optimizer=Adam(beta1=0.5))
    assert Whole(**laid_over(below, Whole(optimizer=Adam(beta1=0.9)))).optimizer.beta1 == 0.9
    assert Whole(**laid_over(below, Whole(optimizer=Adam()))).optimizer.beta1 == 0.5
