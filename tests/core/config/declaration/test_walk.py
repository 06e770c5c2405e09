"""Walking a declared tree and rebuilding it."""

from __future__ import annotations

from typing import Any

import pytest
from caviar import Pipeline
from caviar.config.declaration.walk import Node, alternatives, children, plugins_in, rebuild, walk
from caviar_plugins import L2, MLP, SGD, Adam, Choice, Constant, Log, LogInt, Memory

CHOICE = Choice((Adam(learning_rate=Log(1e-4, 1.0)), SGD().called("slow")))


def nodes(value: Any) -> dict[str, Node]:
    return {node.path: node for node in walk(Node("top", value))}


def test_options_and_listed_plugins_stand_under_their_names_and_other_elements_under_their_places() -> None:
    assert [word for word, _ in children(CHOICE)] == ["adam", "slow"]
    assert [word for word, _ in children((L2(), Log(1e-4, 1.0), L2().called("b")))] == ["l2", 1, "b"]
    assert dict(children({"rate": 1})) == {"rate": 1}
    assert list(children(0.5)) == []


def test_parents_come_before_their_children() -> None:
    paths = list(nodes(CHOICE))
    assert paths[:2] == ["top", "top.adam"]
    assert paths.index("top.slow") > paths.index("top.adam.learning_rate")


def test_a_field_and_the_places_in_its_list_have_the_field_as_their_owner() -> None:
    found = nodes(MLP(units=(LogInt(8, 16), 64)))
    assert found["top.units"].owner == found["top.units.0"].owner == (MLP, "units")
    listed = {node.path: node for node in walk(Node("top", (L2(), Choice((L2(),))), (Pipeline, "regularizer")))}
    assert listed["top.1"].owner == (Pipeline, "regularizer"), "a plugin beside it does not take its owner"
    assert (listed["top.l2"].owner, listed["top.1.l2"].owner) == (None, None)


def test_what_lies_below_an_option_knows_its_choice_and_level() -> None:
    found = nodes(CHOICE)
    assert found["top"].option == (None, None)
    assert found["top.slow"].option == found["top.slow.momentum"].option == ("top", 1)


def test_the_ends_of_a_range_are_not_nodes() -> None:
    assert "top.learning_rate" in nodes(Adam(learning_rate=Log(1e-4, 1.0)))
    assert "top.learning_rate.low" not in nodes(Adam(learning_rate=Log(1e-4, 1.0)))


def test_plugins_are_found_in_fields_lists_tables_and_choices() -> None:
    pipeline = Pipeline(data=Memory(), optimizer=CHOICE, schedule={"learning_rate": Constant()}, regularizer=[L2()])
    assert {Adam, SGD, Log, Choice, Constant, L2, Memory} <= {type(each) for each in plugins_in(pipeline)}


@pytest.mark.parametrize("value", [CHOICE, (L2(), 2), {"rate": Adam()}, Adam(), 0.5])
def test_what_does_not_change_stays_the_same_object(value: Any) -> None:
    assert rebuild(value, lambda word, each: each) is value


def test_a_rebuilt_object_counts_as_given_only_what_changed() -> None:
    built = rebuild(Adam(beta1=0.8).called("fast"), lambda word, each: 0.1 if word == "learning_rate" else each)
    assert (built, built.given_name) == (Adam(learning_rate=0.1, beta1=0.8).called("fast"), "fast")
    assert built.model_fields_set == {"learning_rate", "beta1"}


def test_options_elements_and_entries_are_rebuilt_in_their_places() -> None:
    assert rebuild(CHOICE, lambda word, each: Adam() if word == "slow" else each).ends()[1] == Adam()
    assert rebuild((1, 2), lambda word, each: each * 10 if word == 1 else each) == (1, 20)
    assert rebuild({"a": 1, "b": 2}, lambda word, each: each * 10 if word == "a" else each) == {"a": 10, "b": 2}


def test_alternatives_are_ends_options_or_the_value_itself() -> None:
    assert alternatives(Log(1e-4, 1.0)) == (1e-4, 1.0)
    assert alternatives(CHOICE) == CHOICE.ends()
    assert alternatives(64) == (64,)
