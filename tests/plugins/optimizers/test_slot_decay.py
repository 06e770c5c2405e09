"""A slot's own decay: a factor of the optimizer's, in plain and in compiled code."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

import numpy
import pytest
from caviar.testing.optimizer import LAYOUT, SIZE
from caviar.testing.tools import bound
from caviar_plugins import AdamW, Lion

FACTORS = (2.0, None, 1.0, 0.0, 0.5)


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("plain", [AdamW, Lion])
def test_a_slot_may_decay_more_or_less_than_the_others(plain: type[AdamW | Lion], compiled: bool) -> None:
    if compiled:
        pytest.importorskip("numba", reason="compiled optimizers are numba's")
    optimizer = _compiled(plain) if compiled else plain
    layout = tuple(replace(slot, decay=factor) for slot, factor in zip(LAYOUT, FACTORS, strict=True))
    decaying, parameters = bound([optimizer(learning_rate=0.5, decay=0.1)]), numpy.ones((1, SIZE))
    state = decaying.init(parameters, layout)
    decaying.update(parameters, numpy.zeros((1, SIZE)), state, numpy.ones((1, 1)), layout)
    found = [parameters[0, slot.start] for slot in layout]
    numpy.testing.assert_allclose(found, [0.9, 1.0, 0.95, 1.0, 0.975], rtol=1e-15)


def _compiled(plain: type[AdamW | Lion]) -> type[AdamW | Lion]:
    module, _, name = plain.variants["numpy"].partition(":")
    found: type[AdamW | Lion] = getattr(import_module(module), name)
    return found
