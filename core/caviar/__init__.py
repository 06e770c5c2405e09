"""Caviar: searches hyperparameters and trains whole populations of neural networks from one TOML file.

What users of pipelines type, and the base class of each kind of plugin; `caviar.plugin` has what plugin authors need.
Public names are imported when first used, so that importing caviar costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from caviar.exports import exports
from caviar.interfaces.fields import lookup as _lookup

__version__ = "0.1.0"

_HOMES = {
    "caviar.api.compare": (
        "Comparison",
        "compare",
    ),
    "caviar.api.pipeline": (
        "Pipeline",
        "load",
    ),
    "caviar.api.retest": ("retest",),
    "caviar.api.run": (
        "Run",
        "open_run",
    ),
    "caviar.api.search": ("search",),
    "caviar.api.study": ("Study",),
    "caviar.config.advice.advice": ("Advice",),
    "caviar.config.declaration.pipeline": (
        "Check",
        "OptunaStudy",
        "Search",
    ),
    "caviar.config.reading.errors": ("Mistakes",),
    "caviar.engine.model.member": ("ModelMember",),
    "caviar.engine.model.trained": ("TrainedModel",),
    "caviar.engine.resume.check": ("Refused",),
    "caviar.engine.storage.run_folder": ("NoRun",),
    "caviar.function.trial": (
        "TrialFunction",
        "trial",
    ),
    "caviar.interfaces.activation": ("Activation",),
    "caviar.interfaces.backend": ("Backend",),
    "caviar.interfaces.data": (
        "Data",
        "DataError",
    ),
    "caviar.interfaces.embedding": ("Embedding",),
    "caviar.interfaces.executor": ("Executor",),
    "caviar.interfaces.exporter": (
        "Exporter",
        "ExportError",
    ),
    "caviar.interfaces.loss": ("Loss",),
    "caviar.interfaces.metric": ("Metric",),
    "caviar.interfaces.model": ("Model",),
    "caviar.interfaces.normalizer": ("Normalizer",),
    "caviar.interfaces.optimizer": ("Optimizer",),
    "caviar.interfaces.pruner": ("Pruner",),
    "caviar.interfaces.regularizer": ("Regularizer",),
    "caviar.interfaces.reporter": ("Reporter",),
    "caviar.interfaces.sampler": ("Sampler",),
    "caviar.interfaces.schedule": ("Schedule",),
    "caviar.interfaces.store": (
        "Store",
        "StoreError",
    ),
    "caviar.interfaces.strategy": ("Strategy",),
    "caviar.interfaces.trainer": ("Trainer",),
    "caviar.interfaces.transform": ("Transform",),
    "caviar.registry.index": ("PluginError",),
    "caviar.values.assessment": (
        "Assessment",
        "Standing",
    ),
    "caviar.values.problem": ("Problem",),
    "caviar.values.revalidation": ("Revalidation",),
    "caviar.values.trial": (
        "Trial",
        "TrialState",
    ),
}
__all__ = [name for names in _HOMES.values() for name in names]

if TYPE_CHECKING:
    from caviar import plugin as plugin
    from caviar.api.compare import Comparison as Comparison
    from caviar.api.compare import compare as compare
    from caviar.api.pipeline import Pipeline as Pipeline
    from caviar.api.pipeline import load as load
    from caviar.api.retest import retest as retest
    from caviar.api.run import Run as Run
    from caviar.api.run import open_run as open_run
    from caviar.api.search import search as search
    from caviar.api.study import Study as Study
    from caviar.config.advice.advice import Advice as Advice
    from caviar.config.declaration.pipeline import Check as Check
    from caviar.config.declaration.pipeline import OptunaStudy as OptunaStudy
    from caviar.config.declaration.pipeline import Search as Search
    from caviar.config.reading.errors import Mistakes as Mistakes
    from caviar.engine.model.member import ModelMember as ModelMember
    from caviar.engine.model.trained import TrainedModel as TrainedModel
    from caviar.engine.resume.check import Refused as Refused
    from caviar.engine.storage.run_folder import NoRun as NoRun
    from caviar.function.trial import TrialFunction as TrialFunction
    from caviar.function.trial import trial as trial
    from caviar.interfaces.activation import Activation as Activation
    from caviar.interfaces.backend import Backend as Backend
    from caviar.interfaces.data import Data as Data
    from caviar.interfaces.data import DataError as DataError
    from caviar.interfaces.embedding import Embedding as Embedding
    from caviar.interfaces.executor import Executor as Executor
    from caviar.interfaces.exporter import Exporter as Exporter
    from caviar.interfaces.exporter import ExportError as ExportError
    from caviar.interfaces.loss import Loss as Loss
    from caviar.interfaces.metric import Metric as Metric
    from caviar.interfaces.model import Model as Model
    from caviar.interfaces.normalizer import Normalizer as Normalizer
    from caviar.interfaces.optimizer import Optimizer as Optimizer
    from caviar.interfaces.pruner import Pruner as Pruner
    from caviar.interfaces.regularizer import Regularizer as Regularizer
    from caviar.interfaces.reporter import Reporter as Reporter
    from caviar.interfaces.sampler import Sampler as Sampler
    from caviar.interfaces.schedule import Schedule as Schedule
    from caviar.interfaces.store import Store as Store
    from caviar.interfaces.store import StoreError as StoreError
    from caviar.interfaces.strategy import Strategy as Strategy
    from caviar.interfaces.trainer import Trainer as Trainer
    from caviar.interfaces.transform import Transform as Transform
    from caviar.registry.index import PluginError as PluginError
    from caviar.values.assessment import Assessment as Assessment
    from caviar.values.assessment import Standing as Standing
    from caviar.values.problem import Problem as Problem
    from caviar.values.revalidation import Revalidation as Revalidation
    from caviar.values.trial import Trial as Trial
    from caviar.values.trial import TrialState as TrialState

_lookup.plugin_by_name = lambda kind, name: import_module("caviar.config.hints.plugin_by_name").plugin_by_name(
    kind, name
)
__getattr__, __dir__ = exports(__name__, _HOMES, also={"plugin": "caviar.plugin"})
