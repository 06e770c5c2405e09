"""Compiled variants: a member has the same bits alone and in any population, whatever its companions come to."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
from caviar.engine.training.variants import compiled
from caviar_plugins import LayerNorm

from tests.plugins.variants import ACTIVATIONS, NORMALIZERS, OPTIMIZERS, trained

pytest.importorskip("numba")


@pytest.mark.parametrize("normalizer", NORMALIZERS)
@pytest.mark.parametrize("dropout", [0.0, 0.3])
@pytest.mark.parametrize("units", [(8, 6), (64, 64), ()])
def test_a_member_has_the_same_bits_alone_and_among_others(normalizer: Any, dropout: float, units: Any) -> None:
    parts: dict[str, Any] = {"normalizer": normalizer, "dropout": dropout, "units": units}
    alone = [trained(compiled, [member], **parts) for member in (0, 1, 2)]
    for members in ([0, 1], [2, 0, 1]):
        together = trained(compiled, members, **parts)
        for place, member in enumerate(members):
            for name, array in together.items():
                numpy.testing.assert_array_equal(array[place], alone[member][name][0], err_msg=name)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_whatever_the_parts_a_member_has_the_same_bits_alone_and_among_others(activation: Any, optimizer: str) -> None:
    parts: dict[str, Any] = {"activation": activation, "optimizer": optimizer, "normalizer": LayerNorm()}
    together = trained(compiled, [0, 1, 2], **parts)
    for member in (0, 1, 2):
        for name, array in trained(compiled, [member], **parts).items():
            numpy.testing.assert_array_equal(array[0], together[name][member], err_msg=name)


@pytest.mark.parametrize("normalizer", NORMALIZERS)
def test_a_member_that_diverges_is_found_and_the_others_do_not_notice(normalizer: Any) -> None:
    rates = (0.01, 1e38, 0.02)
    found = trained(compiled, [0, 1, 2], normalizer=normalizer, rates=rates)
    assert not numpy.isfinite(found["metrics"][1]).all()
    for member in (0, 2):
        alone = trained(compiled, [member], normalizer=normalizer, rates=rates)
        numpy.testing.assert_array_equal(alone["parameters"][0], found["parameters"][member])
