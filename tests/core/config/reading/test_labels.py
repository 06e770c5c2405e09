"""A sampler for each element of a list, and plugins of one name in one place."""

from __future__ import annotations

from pathlib import Path

import pytest
from caviar import Mistakes, load
from caviar.config.declaration.dump import to_toml
from caviar.config.declaration.space import settle, space_of
from caviar.config.reading.resolved import loads
from caviar.registry.index import using

CODE = """
import caviar

class Decay(caviar.Regularizer):
    strength: caviar.plugin.Tunable[float] = caviar.plugin.tunable(default=0.1, ge=0)
    per_layer: tuple[caviar.plugin.Tunable[int], ...] = caviar.plugin.setting(default=(), ge=1)
    def add(self, parameters, gradients, layout): ...
"""
FILE = """
data = "digits"
[[regularizer]]
use = "decay"
name = "first"
strength = { log = [1e-3, 1] }
[[regularizer]]
use = "decay"
per_layer = [3, { int = [1, 4] }]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "code.py").write_text(CODE)
    (tmp_path / "p.toml").write_text(FILE)
    return tmp_path / "p.toml"


def test_two_of_one_plugin_are_distinguished_by_name_and_list_elements_by_index(file: Path) -> None:
    pipeline = load(file, code=file.parent / "code.py")
    paths = [each.path for each in space_of(pipeline).dimensions]
    assert paths == ["regularizer.first.strength", "regularizer.decay.per_layer.1"]
    settled = settle(pipeline, {"regularizer.first.strength": 0.5, "regularizer.decay.per_layer.1": 2})
    first, second = settled.regularizer
    assert (first.strength, second.per_layer) == (0.5, (3, 2))  # type: ignore[union-attr]
    with using(pipeline.registry):
        assert loads(to_toml(pipeline), "resolved") == pipeline


def test_bounds_hold_for_the_sampler_of_one_element(file: Path) -> None:
    with pytest.raises(Mistakes) as caught:
        load(file, ["regularizer.decay.per_layer=[{ int = [0, 4] }]"], file.parent / "code.py")
    assert str(caught.value) == "settings: regularizer.decay.per_layer: must be at least 1, not 0"
