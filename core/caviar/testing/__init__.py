"""Contracts: subclass one in your tests and set its attribute; pytest then runs its tests on your plugin.

    class TestPower(SamplerContract):
        sampler = Power(0.5, 0.99)

They need numpy and pytest; laws about array libraries run where array-api-strict is installed. A law that does not
apply to a plugin is skipped, with the reason: `pytest -rs` prints it.
"""

import sys
from pkgutil import iter_modules

# Before the modules are imported.
if pytest := sys.modules.get("pytest"):  # asserts then show the values that they compared
    pytest.register_assert_rewrite(*(f"{__name__}.{module.name}" for module in iter_modules(__path__)))

from caviar.testing.activation import ActivationContract
from caviar.testing.backend import BackendContract
from caviar.testing.data import DataContract
from caviar.testing.described import prediction_of
from caviar.testing.embedding import EmbeddingContract
from caviar.testing.executor import ExecutorContract
from caviar.testing.exporter import ExporterContract
from caviar.testing.loss import LossContract
from caviar.testing.metric import MetricContract
from caviar.testing.model import ModelContract
from caviar.testing.normalizer import NormalizerContract
from caviar.testing.optimizer import OptimizerContract
from caviar.testing.pruner import PrunerContract
from caviar.testing.regularizer import RegularizerContract
from caviar.testing.reporter import ReporterContract
from caviar.testing.sampler import SamplerContract
from caviar.testing.schedule import ScheduleContract
from caviar.testing.store import StoreContract
from caviar.testing.strategy import StrategyContract
from caviar.testing.tools import bound, slopes, spread
from caviar.testing.trainer import TrainerContract
from caviar.testing.transform import TransformContract

__all__ = [
    "ActivationContract",
    "BackendContract",
    "DataContract",
    "EmbeddingContract",
    "ExecutorContract",
    "ExporterContract",
    "LossContract",
    "MetricContract",
    "ModelContract",
    "NormalizerContract",
    "OptimizerContract",
    "PrunerContract",
    "RegularizerContract",
    "ReporterContract",
    "SamplerContract",
    "ScheduleContract",
    "StoreContract",
    "StrategyContract",
    "TrainerContract",
    "TransformContract",
    "bound",
    "prediction_of",
    "slopes",
    "spread",
]
