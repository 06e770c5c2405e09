"""What plugin authors import: base classes, fields, and the values that cross the interfaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from caviar.exports import exports

_HOMES = {
    "caviar.engine.training.job_spec": ("open_job",),
    "caviar.engine.training.variants": ("still_compiling", "watch_compiling"),
    "caviar.function.interruptible": ("interruptible",),
    "caviar.function.parameters": ("field_of",),
    "caviar.interfaces.activation": ("Activation",),
    "caviar.interfaces.backend": ("Backend",),
    "caviar.interfaces.data": (
        "Data",
        "DataError",
    ),
    "caviar.interfaces.embedding": ("Embedding",),
    "caviar.interfaces.executor": (
        "Executor",
        "Job",
        "Tell",
        "Workers",
    ),
    "caviar.interfaces.exporter": (
        "Exporter",
        "ExportError",
    ),
    "caviar.interfaces.fields.field": (
        "Many",
        "setting",
        "tunable",
    ),
    "caviar.interfaces.loss": ("Loss",),
    "caviar.interfaces.metric": ("Metric",),
    "caviar.interfaces.model": (
        "Model",
        "ModelContext",
    ),
    "caviar.interfaces.normalizer": ("Normalizer",),
    "caviar.interfaces.optimizer": ("Optimizer",),
    "caviar.interfaces.plugin": ("Plugin",),
    "caviar.interfaces.pruner": (
        "Decision",
        "Pruner",
    ),
    "caviar.interfaces.regularizer": ("Regularizer",),
    "caviar.interfaces.reporter": ("Reporter",),
    "caviar.interfaces.sampler": ("Sampler",),
    "caviar.interfaces.schedule": (
        "Schedule",
        "scheduled",
    ),
    "caviar.interfaces.store": (
        "Artifact",
        "Changes",
        "Curve",
        "Damaged",
        "DiskFull",
        "Ledger",
        "Origin",
        "Store",
        "StoreError",
        "StudyRecord",
        "file_errors",
    ),
    "caviar.interfaces.strategy": ("Strategy",),
    "caviar.interfaces.trainer": (
        "Advance",
        "Finish",
        "Trainer",
        "TrainerContext",
    ),
    "caviar.interfaces.transform": ("Transform",),
    "caviar.interfaces.tunable": (
        "Each",
        "Tunable",
    ),
    "caviar.registry.hooks": ("hook",),
    "caviar.registry.index": ("PluginError",),
    "caviar.registry.load": (
        "name_of",
        "version_of",
    ),
    "caviar.support.files": (
        "aside",
        "make_folder",
        "open_plain",
        "sync_folder",
        "why_unusable",
        "write_atomically",
    ),
    "caviar.support.numba_access": ("CompileError",),
    "caviar.support.packed": (
        "Buffer",
        "pack",
        "unpack",
    ),
    "caviar.support.plain": (
        "from_json_number",
        "from_plain",
        "to_json_number",
        "to_plain",
    ),
    "caviar.support.study_id": ("study_id",),
    "caviar.support.words": (
        "words_from_array",
        "words_to_array",
    ),
    "caviar.support.worker_count": ("worker_count",),
    "caviar.text.columns": (
        "Column",
        "Columns",
    ),
    "caviar.text.decisions": ("decision_lines",),
    "caviar.text.once": ("say_once",),
    "caviar.text.printable": ("printable",),
    "caviar.text.scores": (
        "Scores",
        "short_number",
    ),
    "caviar.text.shell": ("shell_lines",),
    "caviar.text.standings": (
        "standings_notes",
        "standings_table",
        "winner_table",
    ),
    "caviar.text.terminal": ("console",),
    "caviar.text.trial_csv": (
        "csv_text",
        "epoch_columns",
        "trial_columns",
    ),
    "caviar.values.arrays": (
        "Array",
        "namespace",
    ),
    "caviar.values.assessment": (
        "Assessment",
        "Standing",
    ),
    "caviar.values.block": ("Block",),
    "caviar.values.class_decision": ("ClassDecision",),
    "caviar.values.condition": ("Condition",),
    "caviar.values.dataset": (
        "Dataset",
        "Split",
    ),
    "caviar.values.description": (
        "ColumnDescription",
        "Constant",
        "MemberDescription",
        "ModelDescription",
        "NoDescription",
        "Operation",
    ),
    "caviar.values.dimension": (
        "Dimension",
        "Space",
    ),
    "caviar.values.earlier": ("EarlierTrial",),
    "caviar.values.evaluation": (
        "Cells",
        "Evaluation",
        "TargetErrors",
        "ThresholdCurve",
    ),
    "caviar.values.head": (
        "ColumnHead",
        "ColumnKind",
        "Head",
    ),
    "caviar.values.history": (
        "Goal",
        "History",
    ),
    "caviar.values.inputs": (
        "InputColumn",
        "InputKind",
        "Inputs",
    ),
    "caviar.values.metric_name": (
        "ACTIVATIONS",
        "MetricName",
    ),
    "caviar.values.metrics": ("Metrics",),
    "caviar.values.population": ("Population",),
    "caviar.values.problem": (
        "Problem",
        "Stopped",
    ),
    "caviar.values.random": (
        "Random",
        "Streams",
        "uniforms",
    ),
    "caviar.values.ranking": ("ranked",),
    "caviar.values.run": (
        "Command",
        "EpochInfo",
        "RunInfo",
        "RunView",
        "Summary",
    ),
    "caviar.values.run_facts": (
        "ColumnFacts",
        "LeadersImportance",
        "RunFacts",
    ),
    "caviar.values.segment": (
        "Fault",
        "MemberOutcome",
        "Outcome",
        "Segment",
    ),
    "caviar.values.shown": ("Shown",),
    "caviar.values.skew": ("Skew",),
    "caviar.values.slot": (
        "Initial",
        "Layout",
        "Slot",
        "Views",
        "lay_out",
        "size_of",
    ),
    "caviar.values.table": (
        "EXACT_WHOLE",
        "Table",
    ),
    "caviar.values.target_scale": ("TargetScale",),
    "caviar.values.task": (
        "Task",
        "TaskKind",
        "are_classes",
    ),
    "caviar.values.timeline": ("TimedPopulation",),
    "caviar.values.trial": (
        "Retest",
        "Trial",
        "TrialState",
    ),
    "caviar.values.trial_failed": ("TrialFailed",),
}
__all__ = [name for names in _HOMES.values() for name in names]

if TYPE_CHECKING:
    from caviar.engine.training.job_spec import open_job as open_job
    from caviar.engine.training.variants import still_compiling as still_compiling
    from caviar.engine.training.variants import watch_compiling as watch_compiling
    from caviar.function.interruptible import interruptible as interruptible
    from caviar.function.parameters import field_of as field_of
    from caviar.interfaces.activation import Activation as Activation
    from caviar.interfaces.backend import Backend as Backend
    from caviar.interfaces.data import Data as Data
    from caviar.interfaces.data import DataError as DataError
    from caviar.interfaces.embedding import Embedding as Embedding
    from caviar.interfaces.executor import Executor as Executor
    from caviar.interfaces.executor import Job as Job
    from caviar.interfaces.executor import Tell as Tell
    from caviar.interfaces.executor import Workers as Workers
    from caviar.interfaces.exporter import Exporter as Exporter
    from caviar.interfaces.exporter import ExportError as ExportError
    from caviar.interfaces.fields.field import Many as Many
    from caviar.interfaces.fields.field import setting as setting
    from caviar.interfaces.fields.field import tunable as tunable
    from caviar.interfaces.loss import Loss as Loss
    from caviar.interfaces.metric import Metric as Metric
    from caviar.interfaces.model import Model as Model
    from caviar.interfaces.model import ModelContext as ModelContext
    from caviar.interfaces.normalizer import Normalizer as Normalizer
    from caviar.interfaces.optimizer import Optimizer as Optimizer
    from caviar.interfaces.plugin import Plugin as Plugin
    from caviar.interfaces.pruner import Decision as Decision
    from caviar.interfaces.pruner import Pruner as Pruner
    from caviar.interfaces.regularizer import Regularizer as Regularizer
    from caviar.interfaces.reporter import Reporter as Reporter
    from caviar.interfaces.sampler import Sampler as Sampler
    from caviar.interfaces.schedule import Schedule as Schedule
    from caviar.interfaces.schedule import scheduled as scheduled
    from caviar.interfaces.store import Artifact as Artifact
    from caviar.interfaces.store import Changes as Changes
    from caviar.interfaces.store import Curve as Curve
    from caviar.interfaces.store import Damaged as Damaged
    from caviar.interfaces.store import DiskFull as DiskFull
    from caviar.interfaces.store import Ledger as Ledger
    from caviar.interfaces.store import Origin as Origin
    from caviar.interfaces.store import Store as Store
    from caviar.interfaces.store import StoreError as StoreError
    from caviar.interfaces.store import StudyRecord as StudyRecord
    from caviar.interfaces.store import file_errors as file_errors
    from caviar.interfaces.strategy import Strategy as Strategy
    from caviar.interfaces.trainer import Advance as Advance
    from caviar.interfaces.trainer import Finish as Finish
    from caviar.interfaces.trainer import Trainer as Trainer
    from caviar.interfaces.trainer import TrainerContext as TrainerContext
    from caviar.interfaces.transform import Transform as Transform
    from caviar.interfaces.tunable import Each as Each
    from caviar.interfaces.tunable import Tunable as Tunable
    from caviar.registry.hooks import hook as hook
    from caviar.registry.index import PluginError as PluginError
    from caviar.registry.load import name_of as name_of
    from caviar.registry.load import version_of as version_of
    from caviar.support.files import aside as aside
    from caviar.support.files import make_folder as make_folder
    from caviar.support.files import open_plain as open_plain
    from caviar.support.files import sync_folder as sync_folder
    from caviar.support.files import why_unusable as why_unusable
    from caviar.support.files import write_atomically as write_atomically
    from caviar.support.numba_access import CompileError as CompileError
    from caviar.support.packed import Buffer as Buffer
    from caviar.support.packed import pack as pack
    from caviar.support.packed import unpack as unpack
    from caviar.support.plain import from_json_number as from_json_number
    from caviar.support.plain import from_plain as from_plain
    from caviar.support.plain import to_json_number as to_json_number
    from caviar.support.plain import to_plain as to_plain
    from caviar.support.study_id import study_id as study_id
    from caviar.support.words import words_from_array as words_from_array
    from caviar.support.words import words_to_array as words_to_array
    from caviar.support.worker_count import worker_count as worker_count
    from caviar.text.columns import Column as Column
    from caviar.text.columns import Columns as Columns
    from caviar.text.decisions import decision_lines as decision_lines
    from caviar.text.once import say_once as say_once
    from caviar.text.printable import printable as printable
    from caviar.text.scores import Scores as Scores
    from caviar.text.scores import short_number as short_number
    from caviar.text.shell import shell_lines as shell_lines
    from caviar.text.standings import standings_notes as standings_notes
    from caviar.text.standings import standings_table as standings_table
    from caviar.text.standings import winner_table as winner_table
    from caviar.text.terminal import console as console
    from caviar.text.trial_csv import csv_text as csv_text
    from caviar.text.trial_csv import epoch_columns as epoch_columns
    from caviar.text.trial_csv import trial_columns as trial_columns
    from caviar.values.arrays import Array as Array
    from caviar.values.arrays import namespace as namespace
    from caviar.values.assessment import Assessment as Assessment
    from caviar.values.assessment import Standing as Standing
    from caviar.values.block import Block as Block
    from caviar.values.class_decision import ClassDecision as ClassDecision
    from caviar.values.condition import Condition as Condition
    from caviar.values.dataset import Dataset as Dataset
    from caviar.values.dataset import Split as Split
    from caviar.values.description import ColumnDescription as ColumnDescription
    from caviar.values.description import Constant as Constant
    from caviar.values.description import MemberDescription as MemberDescription
    from caviar.values.description import ModelDescription as ModelDescription
    from caviar.values.description import NoDescription as NoDescription
    from caviar.values.description import Operation as Operation
    from caviar.values.dimension import Dimension as Dimension
    from caviar.values.dimension import Space as Space
    from caviar.values.earlier import EarlierTrial as EarlierTrial
    from caviar.values.evaluation import Cells as Cells
    from caviar.values.evaluation import Evaluation as Evaluation
    from caviar.values.evaluation import TargetErrors as TargetErrors
    from caviar.values.evaluation import ThresholdCurve as ThresholdCurve
    from caviar.values.head import ColumnHead as ColumnHead
    from caviar.values.head import ColumnKind as ColumnKind
    from caviar.values.head import Head as Head
    from caviar.values.history import Goal as Goal
    from caviar.values.history import History as History
    from caviar.values.inputs import InputColumn as InputColumn
    from caviar.values.inputs import InputKind as InputKind
    from caviar.values.inputs import Inputs as Inputs
    from caviar.values.metric_name import ACTIVATIONS as ACTIVATIONS
    from caviar.values.metric_name import MetricName as MetricName
    from caviar.values.metrics import Metrics as Metrics
    from caviar.values.population import Population as Population
    from caviar.values.problem import Problem as Problem
    from caviar.values.problem import Stopped as Stopped
    from caviar.values.random import Random as Random
    from caviar.values.random import Streams as Streams
    from caviar.values.random import uniforms as uniforms
    from caviar.values.ranking import ranked as ranked
    from caviar.values.run import Command as Command
    from caviar.values.run import EpochInfo as EpochInfo
    from caviar.values.run import RunInfo as RunInfo
    from caviar.values.run import RunView as RunView
    from caviar.values.run import Summary as Summary
    from caviar.values.run_facts import ColumnFacts as ColumnFacts
    from caviar.values.run_facts import LeadersImportance as LeadersImportance
    from caviar.values.run_facts import RunFacts as RunFacts
    from caviar.values.segment import Fault as Fault
    from caviar.values.segment import MemberOutcome as MemberOutcome
    from caviar.values.segment import Outcome as Outcome
    from caviar.values.segment import Segment as Segment
    from caviar.values.shown import Shown as Shown
    from caviar.values.skew import Skew as Skew
    from caviar.values.slot import Initial as Initial
    from caviar.values.slot import Layout as Layout
    from caviar.values.slot import Slot as Slot
    from caviar.values.slot import Views as Views
    from caviar.values.slot import lay_out as lay_out
    from caviar.values.slot import size_of as size_of
    from caviar.values.table import EXACT_WHOLE as EXACT_WHOLE
    from caviar.values.table import Table as Table
    from caviar.values.target_scale import TargetScale as TargetScale
    from caviar.values.task import Task as Task
    from caviar.values.task import TaskKind as TaskKind
    from caviar.values.task import are_classes as are_classes
    from caviar.values.timeline import TimedPopulation as TimedPopulation
    from caviar.values.trial import Retest as Retest
    from caviar.values.trial import Trial as Trial
    from caviar.values.trial import TrialState as TrialState
    from caviar.values.trial_failed import TrialFailed as TrialFailed

__getattr__, __dir__ = exports(__name__, _HOMES)
