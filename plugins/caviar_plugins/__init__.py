"""The bundled plugins, imported when first used: `from caviar_plugins import Adam, BatchNorm, Log, MLP`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_HOMES = {
    "ReLU": "caviar_plugins.activations.relu",
    "NumPy": "caviar_plugins.backends.numpy",
    "CSV": "caviar_plugins.data.csv",
    "Digits": "caviar_plugins.data.digits",
    "NPZ": "caviar_plugins.data.npz",
    "Inline": "caviar_plugins.executors.inline",
    "SoftmaxCrossEntropy": "caviar_plugins.losses.softmax_cross_entropy",
    "Squared": "caviar_plugins.losses.squared",
    "Accuracy": "caviar_plugins.metrics.accuracy",
    "LogLoss": "caviar_plugins.metrics.log_loss",
    "R2": "caviar_plugins.metrics.r2",
    "RMSE": "caviar_plugins.metrics.rmse",
    "MLP": "caviar_plugins.models.mlp",
    "BatchNorm": "caviar_plugins.normalizers.batchnorm",
    "NoNormalizer": "caviar_plugins.normalizers.none",
    "Adam": "caviar_plugins.optimizers.adam",
    "SGD": "caviar_plugins.optimizers.sgd",
    "Progress": "caviar_plugins.reporters.progress",
    "Beta": "caviar_plugins.samplers.beta",
    "Choice": "caviar_plugins.samplers.choice",
    "Int": "caviar_plugins.samplers.int_",
    "Log": "caviar_plugins.samplers.log",
    "LogInt": "caviar_plugins.samplers.log_int",
    "Uniform": "caviar_plugins.samplers.uniform",
    "Constant": "caviar_plugins.schedules.constant",
    "SQLite": "caviar_plugins.stores.sqlite",
    "Grid": "caviar_plugins.strategies.grid",
    "RandomSearch": "caviar_plugins.strategies.random",
    "PopulationTrainer": "caviar_plugins.trainers.population",
    "Standardize": "caviar_plugins.transforms.standardize",
}

if TYPE_CHECKING:
    from caviar_plugins.activations.relu import ReLU as ReLU
    from caviar_plugins.backends.numpy import NumPy as NumPy
    from caviar_plugins.data.csv import CSV as CSV
    from caviar_plugins.data.digits import Digits as Digits
    from caviar_plugins.data.npz import NPZ as NPZ
    from caviar_plugins.executors.inline import Inline as Inline
    from caviar_plugins.losses.softmax_cross_entropy import SoftmaxCrossEntropy as SoftmaxCrossEntropy
    from caviar_plugins.losses.squared import Squared as Squared
    from caviar_plugins.metrics.accuracy import Accuracy as Accuracy
    from caviar_plugins.metrics.log_loss import LogLoss as LogLoss
    from caviar_plugins.metrics.r2 import R2 as R2
    from caviar_plugins.metrics.rmse import RMSE as RMSE
    from caviar_plugins.models.mlp import MLP as MLP
    from caviar_plugins.normalizers.batchnorm import BatchNorm as BatchNorm
    from caviar_plugins.normalizers.none import NoNormalizer as NoNormalizer
    from caviar_plugins.optimizers.adam import Adam as Adam
    from caviar_plugins.optimizers.sgd import SGD as SGD
    from caviar_plugins.reporters.progress import Progress as Progress
    from caviar_plugins.samplers.beta import Beta as Beta
    from caviar_plugins.samplers.choice import Choice as Choice
    from caviar_plugins.samplers.int_ import Int as Int
    from caviar_plugins.samplers.log import Log as Log
    from caviar_plugins.samplers.log_int import LogInt as LogInt
    from caviar_plugins.samplers.uniform import Uniform as Uniform
    from caviar_plugins.schedules.constant import Constant as Constant
    from caviar_plugins.stores.sqlite import SQLite as SQLite
    from caviar_plugins.strategies.grid import Grid as Grid
    from caviar_plugins.strategies.random import RandomSearch as RandomSearch
    from caviar_plugins.trainers.population import PopulationTrainer as PopulationTrainer
    from caviar_plugins.transforms.standardize import Standardize as Standardize


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'caviar_plugins' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(_HOMES)
