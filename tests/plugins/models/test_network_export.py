"""A PyTorch module is exported as its weights: its own code computes what `pipe predict` does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar import ExportError, Pipeline, Search
from caviar_plugins import Inline, PopulationTrainer
from safetensors import safe_open

pytestmark = pytest.mark.peers
torch: Any = pytest.importorskip("torch", reason="networks are of PyTorch: install '.[torch]'")

from tests.plugins.models.networks import layers  # noqa: E402


def test_the_weights_fit_the_module_and_predict_the_same(tmp_path: Path) -> None:
    x = numpy.random.default_rng(0).normal(size=(60, 3))
    parts: dict[str, Any] = {"executor": Inline(), "reporter": (), "search": Search(baselines=False)}
    model = layers(units=5, dropout=0.0)
    best = Pipeline(model=model, trainer=PopulationTrainer(epochs=2), **parts).run(x, numpy.arange(60) % 3).best
    assert best is not None
    for name in ("numpy", "torch"):
        with pytest.raises(ExportError, match="'safetensors' writes its weights"):
            best.export(name, tmp_path / "model")
    best.export("safetensors", tmp_path / "model")
    with safe_open(str(tmp_path / "model"), "pt") as file:
        (member,) = json.loads(file.metadata()["caviar"])["members"]
        (operation,) = member["layers"]
        state = {name: file.get_tensor(each["tensor"]) for name, each in operation["constants"].items()}
        (scale,) = (each["constants"] for each in member["transforms"] if each["name"] == "scale")
        center, width = (file.get_tensor(scale[name]["tensor"]) for name in ("center", "width"))
    module = type(model).factory(3, 3, units=5, dropout=0.0)
    shapes = {name: each.shape for name, each in module.state_dict().items()}
    module.load_state_dict({name: each.reshape(shapes[name]) for name, each in state.items()})
    inputs = ((torch.tensor(x) - center) / width).float()
    found = module.eval()(inputs).softmax(dim=1).detach().numpy()
    numpy.testing.assert_allclose(found, best.probabilities(x), rtol=1e-5, atol=1e-6)
