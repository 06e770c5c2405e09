"""Parts by group: no group in two parts, near to the asked shares, stratified as scikit-learn stratifies."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy
import pytest
from caviar.config.checks.data_errors import Unfit
from caviar.engine.data.split.groups import assigned
from caviar.plugin import Array, Random
from caviar_plugins import Memory
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold

from tests.core.engine.data.split.laws import no_group_is_in_two_parts, parts, rows_are_in_one_part_each, splits, words

SIZES = st.lists(st.integers(1, 12), min_size=8, max_size=40)
RANDOM = numpy.random.default_rng(5)


def groups_of(sizes: list[int], seed: int) -> Array:
    """Rows of groups of these sizes, in any order."""
    found = numpy.repeat(numpy.arange(len(sizes)), sizes)
    return words([f"g{each}" for each in numpy.random.default_rng(seed).permutation(found)])


@settings(max_examples=60, deadline=None)
@given(sizes=SIZES, seed=st.integers(0, 99), test=st.sampled_from([0.0, 0.15, 0.3]), classes=st.integers(0, 4))
def test_no_group_is_in_two_parts_and_parts_are_near_their_shares(
    sizes: list[int], seed: int, test: float, classes: int
) -> None:
    groups = groups_of(sizes, seed)
    rows = len(groups)
    y = numpy.arange(rows) % classes if classes > 1 else numpy.arange(rows) * 0.5
    task = "classification" if classes > 1 else "regression"
    (split,) = splits({"g": groups}, y, seed=seed, group="g", test=test, task=task)
    rows_are_in_one_part_each(split, rows)
    no_group_is_in_two_parts(split, groups)
    for part, share in zip(parts(split), (0.8 - test, 0.2, test), strict=True):
        assert abs(len(part) - share * rows) <= max(sizes) * (1 if classes < 2 else 2)


@settings(max_examples=30, deadline=None)
@given(sizes=SIZES, seed=st.integers(0, 99), folds=st.integers(2, 6), test=st.sampled_from([0.0, 0.2]))
def test_folds_of_groups_validate_every_row_once(sizes: list[int], seed: int, folds: int, test: float) -> None:
    groups = groups_of(sizes, seed)
    found = splits({"g": groups}, numpy.arange(len(groups)) * 0.5, seed=seed, group="g", folds=folds, test=test)
    for split in found:
        rows_are_in_one_part_each(split, len(groups))
        no_group_is_in_two_parts(split, groups)
        assert split.test.tolist() == found[0].test.tolist()
    validated = numpy.concatenate([split.validation for split in found])
    assert sorted([*validated.tolist(), *found[0].test.tolist()]) == list(range(len(groups)))


def test_folds_are_as_even_as_scikit_learns() -> None:
    groups = groups_of(RANDOM.integers(1, 30, 50).tolist(), 0)
    y = numpy.arange(len(groups)) * 0.5
    ours = [len(split.validation) for split in splits({"g": groups}, y, group="g", folds=5)]
    theirs = [len(part) for _, part in GroupKFold(5).split(y, y, groups)]
    assert max(ours) - min(ours) <= max(1, max(theirs) - min(theirs))


@pytest.mark.parametrize("seed", range(5))
def test_classes_are_spread_over_folds_as_evenly_as_by_scikit_learn(seed: int) -> None:
    random = numpy.random.default_rng(seed)
    groups = groups_of(random.integers(1, 20, 60).tolist(), seed)
    leaning = {name: random.choice(3, p=[0.7, 0.25, 0.05]) for name in sorted(set(groups))}
    y = numpy.asarray([leaning[name] if random.random() < 0.7 else random.choice(3) for name in groups])
    ours = [split.validation for split in splits({"g": groups}, y, group="g", folds=5, task="classification")]
    theirs = [part for _, part in StratifiedGroupKFold(5).split(y, y, groups)]
    assert uneven(y, ours) <= 1.25 * uneven(y, theirs)
    assert uneven(y, ours) < uneven(y, [part for _, part in GroupKFold(5).split(y, y, groups)])


def uneven(y: Array, folds: list[Array]) -> float:
    """The mean over classes of the deviation of their shares in the folds."""
    counts = numpy.asarray([numpy.bincount(y[fold], minlength=3) for fold in folds])
    return float((counts / counts.sum(axis=0)).std(axis=0).mean())


@settings(max_examples=20, deadline=None)
@given(sizes=st.lists(st.integers(1, 9), min_size=5, max_size=7), seed=st.integers(0, 9))
def test_few_groups_come_within_a_group_of_the_best_of_all_assignments(sizes: list[int], seed: int) -> None:
    groups = groups_of(sizes, seed)
    rows, shares = len(groups), (0.6, 0.2, 0.2)
    (split,) = splits({"g": groups}, numpy.arange(rows) * 0.5, seed=seed, group="g", test=0.2)
    ours = max(abs(len(part) / rows - share) for part, share in zip(parts(split), shares, strict=True))
    best = min(
        max(
            abs(sum(size for size, to in zip(sizes, chosen, strict=True) if to == part) / rows - share)
            for part, share in enumerate(shares)
        )
        for chosen in product(range(3), repeat=len(sizes))
        if len(set(chosen)) == 3
    )
    assert ours <= best + max(sizes) / rows


def test_every_part_has_a_group_where_there_are_as_many_as_parts() -> None:
    groups = words(["a"] * 50 + ["b"] * 2 + ["c"] * 40)
    (split,) = splits({"g": groups}, numpy.arange(92) * 0.5, group="g", test=0.01, validation=0.01)
    assert sorted(len(part) for part in parts(split)) == [2, 40, 50]
    assert len(split.train) == 50


@pytest.mark.parametrize(
    ("fields", "needed"),
    [
        ({}, "a training and a validation part, which need 2"),
        ({"test": 0.2}, "a training, a validation and a test part, which need 3"),
        ({"folds": 4}, "4 folds, which need 4"),
        ({"folds": 4, "test": 0.1}, "4 folds and a test part, which need 5"),
    ],
)
def test_fewer_groups_than_parts_are_refused(fields: dict[str, Any], needed: str) -> None:
    groups = numpy.zeros(40) if not fields else numpy.arange(40) % (int(needed[-1]) - 1)
    with pytest.raises(Unfit, match=f"^data.group: column 'g' has {len(set(groups))} different values?, .*{needed}$"):
        splits({"g": groups}, numpy.arange(40) * 0.5, group="g", **fields)


def test_the_seed_decides_among_groups_of_one_size() -> None:
    groups, y = numpy.arange(60) % 20, numpy.arange(60) * 0.5
    first, again, other = (splits({"g": groups}, y, seed=seed, group="g")[0].validation.tolist() for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_the_laws_refuse_a_random_split() -> None:
    groups, y = numpy.arange(60) % 20, numpy.arange(60) * 0.5
    (split,) = splits({"g": groups}, y)
    with pytest.raises(AssertionError):
        no_group_is_in_two_parts(split, groups)


@pytest.mark.parametrize("kind", ["words", "numbers", "flags", "dates"])
def test_groups_may_be_of_any_kind(kind: str) -> None:
    column = {
        "words": words(["a", "b", "c"] * 20),
        "numbers": numpy.asarray([1.5, 2.5, 3.5] * 20),
        "flags": numpy.asarray([True, False, False] * 20),
        "dates": numpy.asarray(["2020-01-01", "2020-01-02", "2020-01-03"] * 20, dtype="datetime64[s]"),
    }[kind]
    (split,) = splits({"g": column}, numpy.arange(60) * 0.5, group="g")
    no_group_is_in_two_parts(split, column)


def test_rows_that_the_data_sets_aside_share_no_group_with_the_others() -> None:
    groups, test = numpy.arange(60) // 3, numpy.arange(60) >= 45
    (split,) = splits({"g": groups}, numpy.arange(60) * 0.5, test, group="g")
    no_group_is_in_two_parts(split, groups)
    assert split.test.tolist() == list(range(45, 60))
    with pytest.raises(Unfit, match="1 group of column 'g' would be in two parts, such as '15'"):
        splits({"g": groups}, numpy.arange(60) * 0.5, numpy.arange(60) >= 46, group="g")


@pytest.mark.parametrize("shares", [[0.8, 0.2], [0.6, 0.2, 0.2], [0.9, 0.1]])
def test_a_rare_class_is_in_small_parts_too(shares: list[float]) -> None:
    """25 groups of 6 rows, 18 rows of the rare class in 11 of them."""
    rare = numpy.repeat([1, 2, 3, 0], [5, 5, 1, 14])
    codes = numpy.concatenate([numpy.arange(6) < count for count in rare]).astype(numpy.int64)
    place = assigned(Memory(), numpy.repeat(numpy.arange(25), 6), codes, shares, Random(0))
    for part, share in enumerate(shares):
        assert codes[place == part].sum() == pytest.approx(18 * share, abs=1.7)
        assert (place == part).sum() == pytest.approx(150 * share, abs=6)
