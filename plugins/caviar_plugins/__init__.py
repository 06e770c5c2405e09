"""The bundled plugins, imported when first used: `from caviar_plugins import Adam, BatchNorm, Log, MLP`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_HOMES = {
    "GELU": "caviar_plugins.activations.gelu",
    "LeakyReLU": "caviar_plugins.activations.leaky_relu",
    "Mish": "caviar_plugins.activations.mish",
    "Parametric": "caviar_plugins.activations.parametric",
    "ReLU": "caviar_plugins.activations.relu",
    "SELU": "caviar_plugins.activations.selu",
    "Sigmoid": "caviar_plugins.activations.sigmoid",
    "SiLU": "caviar_plugins.activations.silu",
    "Tanh": "caviar_plugins.activations.tanh",
    "CuPy": "caviar_plugins.backends.cupy",
    "NumPy": "caviar_plugins.backends.numpy",
    "TableFile": "caviar_plugins.data.table",
    "Digits": "caviar_plugins.data.digits",
    "IDX": "caviar_plugins.data.idx",
    "Memory": "caviar_plugins.data.memory",
    "NPZ": "caviar_plugins.data.npz",
    "Periodic": "caviar_plugins.embeddings.periodic",
    "Vectors": "caviar_plugins.embeddings.vectors",
    "Dask": "caviar_plugins.executors.dask",
    "Inline": "caviar_plugins.executors.inline",
    "Processes": "caviar_plugins.executors.processes",
    "NumPyFile": "caviar_plugins.exporters.numpy",
    "ONNXFile": "caviar_plugins.exporters.onnx",
    "SafetensorsFile": "caviar_plugins.exporters.safetensors",
    "TorchFile": "caviar_plugins.exporters.torch",
    "Absolute": "caviar_plugins.losses.absolute",
    "BinaryCrossEntropy": "caviar_plugins.losses.binary_cross_entropy",
    "Huber": "caviar_plugins.losses.huber",
    "QuantileLoss": "caviar_plugins.losses.quantile",
    "SoftmaxCrossEntropy": "caviar_plugins.losses.softmax_cross_entropy",
    "Squared": "caviar_plugins.losses.squared",
    "Accuracy": "caviar_plugins.metrics.accuracy",
    "AUC": "caviar_plugins.metrics.auc",
    "AveragePrecision": "caviar_plugins.metrics.average_precision",
    "BalancedAccuracy": "caviar_plugins.metrics.balanced_accuracy",
    "F1": "caviar_plugins.metrics.f1",
    "LogLoss": "caviar_plugins.metrics.log_loss",
    "MAE": "caviar_plugins.metrics.mae",
    "Precision": "caviar_plugins.metrics.precision",
    "R2": "caviar_plugins.metrics.r2",
    "Recall": "caviar_plugins.metrics.recall",
    "RMSE": "caviar_plugins.metrics.rmse",
    "MLP": "caviar_plugins.models.mlp",
    "network": "caviar_plugins.models.network",
    "BatchNorm": "caviar_plugins.normalizers.batchnorm",
    "LayerNorm": "caviar_plugins.normalizers.layernorm",
    "NoNormalizer": "caviar_plugins.normalizers.none",
    "Adam": "caviar_plugins.optimizers.adam",
    "AdamW": "caviar_plugins.optimizers.adamw",
    "Lion": "caviar_plugins.optimizers.lion",
    "RMSprop": "caviar_plugins.optimizers.rmsprop",
    "SGD": "caviar_plugins.optimizers.sgd",
    "L2": "caviar_plugins.regularizers.l2",
    "Hyperband": "caviar_plugins.pruners.hyperband",
    "Median": "caviar_plugins.pruners.median",
    "SuccessiveHalving": "caviar_plugins.pruners.successive_halving",
    "Thermometer": "caviar_plugins.transforms.thermometer",
    "TopK": "caviar_plugins.pruners.top_k",
    "CSV": "caviar_plugins.reporters.csv",
    "JSONLines": "caviar_plugins.reporters.jsonl",
    "MLflow": "caviar_plugins.reporters.mlflow",
    "OptunaStorage": "caviar_plugins.reporters.optuna",
    "Progress": "caviar_plugins.reporters.progress",
    "TensorBoard": "caviar_plugins.reporters.tensorboard",
    "WandB": "caviar_plugins.reporters.wandb",
    "Beta": "caviar_plugins.samplers.beta",
    "Choice": "caviar_plugins.samplers.choice",
    "Int": "caviar_plugins.samplers.int_",
    "Log": "caviar_plugins.samplers.log",
    "LogInt": "caviar_plugins.samplers.log_int",
    "Normal": "caviar_plugins.samplers.normal",
    "Ordinal": "caviar_plugins.samplers.ordinal",
    "Uniform": "caviar_plugins.samplers.uniform",
    "Constant": "caviar_plugins.schedules.constant",
    "Cosine": "caviar_plugins.schedules.cosine",
    "CosLog4": "caviar_plugins.schedules.coslog4",
    "Exponential": "caviar_plugins.schedules.exponential",
    "FlatCosine": "caviar_plugins.schedules.flat_cosine",
    "InverseTime": "caviar_plugins.schedules.inverse_time",
    "Step": "caviar_plugins.schedules.step",
    "Warmup": "caviar_plugins.schedules.warmup",
    "PostgreSQL": "caviar_plugins.stores.postgresql",
    "SQLite": "caviar_plugins.stores.sqlite",
    "CoarseToFine": "caviar_plugins.strategies.coarse_to_fine",
    "GaussianProcess": "caviar_plugins.strategies.gaussian_process",
    "Grid": "caviar_plugins.strategies.grid",
    "Optuna": "caviar_plugins.strategies.optuna",
    "RandomSearch": "caviar_plugins.strategies.random",
    "Sobol": "caviar_plugins.strategies.sobol",
    "Staged": "caviar_plugins.strategies.staged",
    "CommandTrainer": "caviar_plugins.trainers.command",
    "PopulationTrainer": "caviar_plugins.trainers.population",
    "SklearnTrainer": "caviar_plugins.trainers.sklearn",
    "Dates": "caviar_plugins.transforms.dates",
    "Impute": "caviar_plugins.transforms.impute",
    "MinMax": "caviar_plugins.transforms.min_max",
    "OneHot": "caviar_plugins.transforms.one_hot",
    "PiecewiseLinear": "caviar_plugins.transforms.piecewise_linear",
    "Quantile": "caviar_plugins.transforms.quantile",
    "Report": "caviar_plugins.reporters.report",
    "Robust": "caviar_plugins.transforms.robust",
    "Standardize": "caviar_plugins.transforms.standardize",
}
__all__ = list(_HOMES)

if TYPE_CHECKING:
    from caviar_plugins.activations.gelu import GELU as GELU
    from caviar_plugins.activations.leaky_relu import LeakyReLU as LeakyReLU
    from caviar_plugins.activations.mish import Mish as Mish
    from caviar_plugins.activations.parametric import Parametric as Parametric
    from caviar_plugins.activations.relu import ReLU as ReLU
    from caviar_plugins.activations.selu import SELU as SELU
    from caviar_plugins.activations.sigmoid import Sigmoid as Sigmoid
    from caviar_plugins.activations.silu import SiLU as SiLU
    from caviar_plugins.activations.tanh import Tanh as Tanh
    from caviar_plugins.backends.cupy import CuPy as CuPy
    from caviar_plugins.backends.numpy import NumPy as NumPy
    from caviar_plugins.data.digits import Digits as Digits
    from caviar_plugins.data.idx import IDX as IDX
    from caviar_plugins.data.memory import Memory as Memory
    from caviar_plugins.data.npz import NPZ as NPZ
    from caviar_plugins.data.table import TableFile as TableFile
    from caviar_plugins.embeddings.periodic import Periodic as Periodic
    from caviar_plugins.embeddings.vectors import Vectors as Vectors
    from caviar_plugins.executors.dask import Dask as Dask
    from caviar_plugins.executors.inline import Inline as Inline
    from caviar_plugins.executors.processes import Processes as Processes
    from caviar_plugins.exporters.numpy import NumPyFile as NumPyFile
    from caviar_plugins.exporters.onnx import ONNXFile as ONNXFile
    from caviar_plugins.exporters.safetensors import SafetensorsFile as SafetensorsFile
    from caviar_plugins.exporters.torch import TorchFile as TorchFile
    from caviar_plugins.losses.absolute import Absolute as Absolute
    from caviar_plugins.losses.binary_cross_entropy import BinaryCrossEntropy as BinaryCrossEntropy
    from caviar_plugins.losses.huber import Huber as Huber
    from caviar_plugins.losses.quantile import QuantileLoss as QuantileLoss
    from caviar_plugins.losses.softmax_cross_entropy import SoftmaxCrossEntropy as SoftmaxCrossEntropy
    from caviar_plugins.losses.squared import Squared as Squared
    from caviar_plugins.metrics.accuracy import Accuracy as Accuracy
    from caviar_plugins.metrics.auc import AUC as AUC
    from caviar_plugins.metrics.average_precision import AveragePrecision as AveragePrecision
    from caviar_plugins.metrics.balanced_accuracy import BalancedAccuracy as BalancedAccuracy
    from caviar_plugins.metrics.f1 import F1 as F1
    from caviar_plugins.metrics.log_loss import LogLoss as LogLoss
    from caviar_plugins.metrics.mae import MAE as MAE
    from caviar_plugins.metrics.precision import Precision as Precision
    from caviar_plugins.metrics.r2 import R2 as R2
    from caviar_plugins.metrics.recall import Recall as Recall
    from caviar_plugins.metrics.rmse import RMSE as RMSE
    from caviar_plugins.models.mlp import MLP as MLP
    from caviar_plugins.models.network import network as network
    from caviar_plugins.normalizers.batchnorm import BatchNorm as BatchNorm
    from caviar_plugins.normalizers.layernorm import LayerNorm as LayerNorm
    from caviar_plugins.normalizers.none import NoNormalizer as NoNormalizer
    from caviar_plugins.optimizers.adam import Adam as Adam
    from caviar_plugins.optimizers.adamw import AdamW as AdamW
    from caviar_plugins.optimizers.lion import Lion as Lion
    from caviar_plugins.optimizers.rmsprop import RMSprop as RMSprop
    from caviar_plugins.optimizers.sgd import SGD as SGD
    from caviar_plugins.pruners.hyperband import Hyperband as Hyperband
    from caviar_plugins.pruners.median import Median as Median
    from caviar_plugins.pruners.successive_halving import SuccessiveHalving as SuccessiveHalving
    from caviar_plugins.pruners.top_k import TopK as TopK
    from caviar_plugins.regularizers.l2 import L2 as L2
    from caviar_plugins.reporters.csv import CSV as CSV
    from caviar_plugins.reporters.jsonl import JSONLines as JSONLines
    from caviar_plugins.reporters.mlflow import MLflow as MLflow
    from caviar_plugins.reporters.optuna import OptunaStorage as OptunaStorage
    from caviar_plugins.reporters.progress import Progress as Progress
    from caviar_plugins.reporters.report import Report as Report
    from caviar_plugins.reporters.tensorboard import TensorBoard as TensorBoard
    from caviar_plugins.reporters.wandb import WandB as WandB
    from caviar_plugins.samplers.beta import Beta as Beta
    from caviar_plugins.samplers.choice import Choice as Choice
    from caviar_plugins.samplers.int_ import Int as Int
    from caviar_plugins.samplers.log import Log as Log
    from caviar_plugins.samplers.log_int import LogInt as LogInt
    from caviar_plugins.samplers.normal import Normal as Normal
    from caviar_plugins.samplers.ordinal import Ordinal as Ordinal
    from caviar_plugins.samplers.uniform import Uniform as Uniform
    from caviar_plugins.schedules.constant import Constant as Constant
    from caviar_plugins.schedules.cosine import Cosine as Cosine
    from caviar_plugins.schedules.coslog4 import CosLog4 as CosLog4
    from caviar_plugins.schedules.exponential import Exponential as Exponential
    from caviar_plugins.schedules.flat_cosine import FlatCosine as FlatCosine
    from caviar_plugins.schedules.inverse_time import InverseTime as InverseTime
    from caviar_plugins.schedules.step import Step as Step
    from caviar_plugins.schedules.warmup import Warmup as Warmup
    from caviar_plugins.stores.postgresql import PostgreSQL as PostgreSQL
    from caviar_plugins.stores.sqlite import SQLite as SQLite
    from caviar_plugins.strategies.coarse_to_fine import CoarseToFine as CoarseToFine
    from caviar_plugins.strategies.gaussian_process import GaussianProcess as GaussianProcess
    from caviar_plugins.strategies.grid import Grid as Grid
    from caviar_plugins.strategies.optuna import Optuna as Optuna
    from caviar_plugins.strategies.random import RandomSearch as RandomSearch
    from caviar_plugins.strategies.sobol import Sobol as Sobol
    from caviar_plugins.strategies.staged import Staged as Staged
    from caviar_plugins.trainers.command import CommandTrainer as CommandTrainer
    from caviar_plugins.trainers.population import PopulationTrainer as PopulationTrainer
    from caviar_plugins.trainers.sklearn import SklearnTrainer as SklearnTrainer
    from caviar_plugins.transforms.dates import Dates as Dates
    from caviar_plugins.transforms.impute import Impute as Impute
    from caviar_plugins.transforms.min_max import MinMax as MinMax
    from caviar_plugins.transforms.one_hot import OneHot as OneHot
    from caviar_plugins.transforms.piecewise_linear import PiecewiseLinear as PiecewiseLinear
    from caviar_plugins.transforms.quantile import Quantile as Quantile
    from caviar_plugins.transforms.robust import Robust as Robust
    from caviar_plugins.transforms.standardize import Standardize as Standardize
    from caviar_plugins.transforms.thermometer import Thermometer as Thermometer


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'caviar_plugins' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(_HOMES)
