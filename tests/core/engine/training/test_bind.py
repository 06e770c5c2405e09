"""Binding: tunables become arrays with the axes of their kind."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy
import pytest
from caviar.engine.training.bind import bind, bind_population
from caviar.values.random import Random
from caviar_plugins import MLP, SGD, Adam, BatchNorm, Log, Periodic, PopulationTrainer, Vectors


def stay(array: Any) -> Any:
    return array


def test_a_tunable_of_an_optimizer_is_a_read_only_column_of_the_trainers_dtype() -> None:
    bound: Any = bind([Adam(0.1), Adam(0.2)], "float32", stay)
    assert bound.learning_rate.shape == (2, 1)
    assert bound.learning_rate.dtype == numpy.float32
    assert bound.learning_rate.ravel().tolist() == [numpy.float32(0.1), numpy.float32(0.2)]
    with pytest.raises(ValueError, match="read-only"):
        bound.learning_rate[0] = 1.0


def test_one_member_gets_arrays_too() -> None:
    bound: Any = bind([SGD()], "float64", stay)
    assert bound.learning_rate.shape == (1, 1)


def test_tunables_of_models_normalizers_and_nested_activations_have_three_axes() -> None:
    model: Any = bind([MLP(dropout=0.1), MLP(dropout=0.2)], "float32", stay)
    normalizer: Any = bind([BatchNorm(), BatchNorm(averaging=0.5)], "float32", stay)
    assert model.dropout.shape == (2, 1, 1)
    assert normalizer.averaging.shape == (2, 1, 1)


def test_whole_numbers_are_structure_and_stay_plain() -> None:
    bound = bind([MLP(units=32), MLP(units=32)], "float32", stay)
    assert bound.units == 32
    with pytest.raises(AssertionError, match="units differs"):
        bind([MLP(units=32), MLP(units=64)], "float32", stay)


def test_the_declared_plugin_is_left_as_it_was() -> None:
    declared = Adam(0.1)
    bind([declared], "float32", stay)
    assert declared == Adam(0.1)
    assert Adam(learning_rate=Log(1e-4, 1)) == Adam(learning_rate=Log(1e-4, 1))


def test_a_members_stream_depends_on_seed_and_trial_alone() -> None:
    def streams(trials: list[int]) -> list[int]:
        part: Any = SimpleNamespace(
            model=MLP(),
            normalizer=BatchNorm(),
            optimizer=Adam(),
            trainer=PopulationTrainer(),
            schedule={},
            regularizer=(),
        )
        population = bind_population(trials, [part] * len(trials), [{}] * len(trials), Random(1), stay)
        return [stream.key for stream in population.streams]

    assert streams([4, 7])[1] == streams([7])[0]
    assert streams([4])[0] != streams([5])[0]


def test_plugins_in_a_list_of_a_plugin_are_bound_and_cut_like_it() -> None:
    members = [MLP(embedding=(Periodic(sigma=sigma), Vectors())) for sigma in (0.1, 0.2, 0.4)]
    model: Any = bind(members, "float64", stay)
    assert model.embedding[0].sigma.tolist() == [[[0.1]], [[0.2]], [[0.4]]]
    assert model.take(slice(1, 3)).embedding[0].sigma.tolist() == [[[0.2]], [[0.4]]]
    assert model.embedding[1] == Vectors()
