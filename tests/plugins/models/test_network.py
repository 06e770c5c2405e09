"""network: the laws of models and trainers for PyTorch modules, PyTorch's own numbers, and what is refused."""

from __future__ import annotations

import pytest
from caviar.config.declaration.pipeline import Pipeline
from caviar.plugin import Inputs
from caviar.testing import ModelContract, TrainerContract
from caviar_plugins import PopulationTrainer

pytestmark = pytest.mark.peers
pytest.importorskip("torch", reason="networks are of PyTorch: install '.[torch]'")

from tests.plugins.models.networks import gated, kernels, layers, recurrent, residual  # noqa: E402


class TestLayers(ModelContract):
    model = layers(units=5, dropout=0.3)


class TestResidual(ModelContract):
    model = residual(scale=0.8)


class TestGated(ModelContract):
    model = gated()


class TestKernels(ModelContract):
    model, inputs = kernels(), Inputs.block(3, 4)


class TestRecurrent(ModelContract):
    model = recurrent()


class TestTrainingLayers(TrainerContract):
    trainer = PopulationTrainer(epochs=3, batch_size=16)

    @property
    def pipeline(self) -> Pipeline:
        return super().pipeline.model_copy(update={"model": layers(units=6, dropout=0.2)})
