"""A loss has a value of its own for each member, whichever members are trained or measured side by side."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
from caviar.engine.training.variants import compiled, plain
from caviar_plugins import NoNormalizer

from tests.plugins.variants import prepared


@pytest.mark.parametrize("form", [plain, compiled])
def test_each_member_is_trained_and_measured_with_its_own_smoothing(form: Any) -> None:
    # So large that two are trained side by side, and one more than are measured at once.
    shape: dict[str, Any] = {"units": (400, 400), "normalizer": NoNormalizer(), "rates": (0.01,) * 9, "rows": 40}
    smoothings = [0.02 * member for member in range(9)]

    def state(members: list[int]) -> dict[str, Any]:
        population, data, context = prepared(form, members, 0, smoothing=smoothings, **shape)
        trainer = population.parts["trainer"]
        with numpy.errstate(all="ignore"):
            step = trainer.advance(trainer.start(population, data, context), population, data, context, 1)
        return {**step.state, "metrics": step.metrics.values}

    together = state(list(range(9)))
    for member in (0, 3, 8):
        alone = state([member])
        for name in ("parameters", "metrics"):
            numpy.testing.assert_array_equal(alone[name][0], together[name][member], err_msg=name)
