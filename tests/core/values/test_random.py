"""Random streams."""

import numpy
import pytest
from caviar.plugin import Array, Random, Streams, uniforms
from caviar.values.random import bits
from scipy import stats

# The first five outputs of SplitMix64 seeded with 1234567, as Rosetta Code and other implementations' tests give them.
PUBLISHED = [
    6457827717110365317,
    3203168211198807973,
    9817491932198370423,
    4593380528125082431,
    16408922859458223821,
]


def keys(*values: int) -> Array:
    return numpy.asarray(values, dtype=numpy.uint64)


def test_bits_are_splitmix64() -> None:
    assert bits(keys(1234567), 5)[0].tolist() == PUBLISHED


def test_a_key_has_the_same_bits_alone_and_among_others() -> None:
    together = bits(keys(5, 1234567, 2**64 - 1), 100)
    assert together[1].tolist() == bits(keys(1234567), 100)[0].tolist()
    assert together[1, :5].tolist() == PUBLISHED


def test_bits_are_the_same_on_another_array_library() -> None:
    xp = pytest.importorskip("array_api_strict")
    assert numpy.asarray(bits(xp.asarray(keys(1234567)), 5))[0].tolist() == PUBLISHED


@pytest.mark.parametrize("dtype", [numpy.float32, numpy.float64])
def test_uniforms_are_uniform_below_one_and_in_their_dtype(dtype: type) -> None:
    drawn = uniforms(keys(1, 2, 3), 20_000, dtype)
    assert drawn.shape == (3, 20_000)
    assert drawn.dtype == dtype
    assert 0 <= drawn.min() <= drawn.max() < 1
    for row in drawn:
        assert stats.kstest(row.astype(float), "uniform").pvalue > 0.01


def test_the_largest_uniform_is_below_one_in_float32() -> None:
    assert numpy.float32((2**24 - 1) * 2.0**-24) < 1


def test_neighbouring_keys_are_independent() -> None:
    drawn = uniforms(keys(*range(50)), 4000, numpy.float64)
    correlations = numpy.corrcoef(drawn) - numpy.eye(50)
    assert numpy.abs(correlations).max() < 5 / numpy.sqrt(4000)


def test_children_are_named_and_their_order_matters() -> None:
    stream = Random(1)
    assert stream.child("order", 64, 3).key == stream.child("order").child(64).child(3).key
    names: list[tuple[int | str, ...]] = [(), (1,), ("1",), (1, 2), (2, 1), (12,), ("order",), ("dropout",)]
    assert len({stream.child(*words).key for words in names}) == len(names)


def test_children_of_many_streams_do_not_meet() -> None:
    found = {Random(seed).child("trial", trial).key for seed in range(100) for trial in range(100)}
    assert len(found) == 100 * 100


def test_first_uniforms_of_children_are_uniform() -> None:
    found = uniforms(keys(*(Random(1).child("trial", trial).key for trial in range(5000))), 1, numpy.float64)[:, 0]
    assert stats.kstest(found, "uniform").pvalue > 0.01


def test_an_order_is_a_permutation_and_always_the_same() -> None:
    order = Random(3).order(1000)
    assert sorted(order.tolist()) == list(range(1000))
    assert order.tolist() == Random(3).order(1000).tolist()
    assert order.tolist() != Random(4).order(1000).tolist()


def test_every_order_is_equally_likely() -> None:
    found = [tuple(Random(1).child(draw).order(3).tolist()) for draw in range(3000)]
    counts = [found.count(order) for order in set(found)]
    assert len(counts) == 6
    assert stats.chisquare(counts).pvalue > 0.01


def test_generators_of_one_stream_draw_the_same() -> None:
    draws = [Random(9).child("weights").generator().normal(size=5).tolist() for _ in range(2)]
    assert draws[0] == draws[1]
    assert draws[0] != Random(9).child("other").generator().normal(size=5).tolist()


def test_streams_of_members_are_the_streams_of_each() -> None:
    members = [Random(3).child("trial", trial) for trial in range(4)]
    drawn = Streams.of(members).child("batch", 7).child("dropout", 2).drawn()
    assert drawn.tolist() == [member.child("batch", 7, "dropout", 2).key for member in members]
