"""Error sentences are a product: bad files beside the exact words that users read."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import caviar
import pytest
from caviar import Mistakes, load
from caviar.engine.objective import objective_named
from caviar.registry import index
from caviar.registry.extras import install_line
from caviar.registry.index import Entry

DATA = 'data = "digits"\n'
RANGES = """\
model.units = { int = [8, 64] }
[optimizer]
choice = ["adam", { use = "sgd", momentum = { beta = [0.5, 0.99] } }]
"""
CASES = {
    "a key with a typo": (
        DATA + "[optimizer]\nlearning_rat = 0.1",
        "p.toml:3: optimizer.learning_rat: unknown key for optimizer 'adam'; did you mean 'learning_rate'?",
    ),
    "another library's word": (
        DATA + "[optimizer]\nlr = 0.1",
        "p.toml:3: optimizer.lr: unknown key for optimizer 'adam'; did you mean 'learning_rate'?",
    ),
    "PyTorch's betas": (
        DATA + "optimizer.betas = [0.9, 0.999]",
        "p.toml:2: optimizer.betas: unknown key for optimizer 'adam'; they are two keys, beta1 and beta2",
    ),
    "weight decay": (
        DATA + "optimizer.weight_decay = 0.1",
        "p.toml:2: optimizer.weight_decay: unknown key for optimizer 'adam'; penalties are [[regularizer]] tables",
    ),
    "the course's keep_prob": (
        DATA + "model.keep_prob = 0.9",
        "p.toml:2: model.keep_prob: unknown key for model 'mlp'; did you mean 'dropout', which is 1 - keep_prob?",
    ),
    "scikit-learn's layers": (
        DATA + "model.hidden_layer_sizes = [3]",
        "p.toml:2: model.hidden_layer_sizes: unknown key for model 'mlp'; "
        "did you mean 'units', a number or a list of one per layer?",
    ),
    "a key of another table": (
        DATA + "epochs = 3",
        "p.toml:2: epochs: unknown table or key; did you mean 'trainer.epochs'?",
    ),
    "Optuna's sampler": (
        DATA + '[sampler]\nuse = "tpe"',
        "p.toml:2: sampler: unknown table or key; what Optuna calls a sampler is a strategy here: [search] strategy",
    ),
    "workers where there are none": (
        DATA + 'executor = { use = "inline", workers = 2 }',
        "p.toml:2: executor.workers: unknown key for executor 'inline'; "
        "did you mean 'executor = { use = \"processes\", workers = … }'?",
    ),
    "Optuna's n_trials": (
        DATA + "search.n_trials = 3",
        "p.toml:2: search.n_trials: unknown key; did you mean 'trials'?",
    ),
    "text for a number": (
        DATA + 'optimizer.learning_rate = "0.1"',
        'p.toml:2: optimizer.learning_rate: must be a number, not "0.1"',
    ),
    "a switch for a number": (
        DATA + "optimizer.learning_rate = true",
        "p.toml:2: optimizer.learning_rate: must be a number, not true",
    ),
    "a number that is none": (
        DATA + "optimizer.learning_rate = nan",
        "p.toml:2: optimizer.learning_rate: must be finite, not nan",
    ),
    "a date for a number": (
        DATA + "seed = 2020-01-01",
        "p.toml:2: seed: must be a whole number, not 2020-01-01",
    ),
    "a bare list for a range": (
        DATA + "optimizer.learning_rate = [1e-4, 1]",
        "p.toml:2: optimizer.learning_rate: must be a number, not [0.0001, 1]; "
        "a range is written { log = [0.0001, 1] }",
    ),
    "a fraction of an epoch": (
        DATA + "trainer.epochs = 1.5",
        "p.toml:2: trainer.epochs: must be a whole number, not 1.5",
    ),
    "one of a few words": (
        DATA + 'trainer.dtype = "half"',
        'p.toml:2: trainer.dtype: must be one of "float32", "float64", not "half"',
    ),
    "a table for a number": (
        DATA + "seed = { value = 1 }",
        "p.toml:2: seed: must be a whole number, not a table",
    ),
    "a number for a table": (DATA + "search = 5", "p.toml:2: search: must be a table, not 5"),
    "out of bounds": (
        DATA + "optimizer.learning_rate = -1",
        "p.toml:2: optimizer.learning_rate: must be above 0, not -1",
    ),
    "the upper end of a range out of bounds": (
        DATA + "model.dropout = { uniform = [0, 1.5] }",
        "p.toml:2: model.dropout: must be below 1, not 1.5",
    ),
    "the lower end of a range out of bounds": (
        DATA + "model.units = { int = [0, 5] }",
        "p.toml:2: model.units: must be at least 1, not 0",
    ),
    "a log scale that touches zero": (
        DATA + "optimizer.learning_rate = { log = [0, 1] }",
        "p.toml:2: optimizer.learning_rate: log: a log scale cannot touch zero: low must be above 0, not 0",
    ),
    "a range without its end": (
        DATA + "optimizer.learning_rate = { log = [1] }",
        "p.toml:2: optimizer.learning_rate: log: high missing; it has no default",
    ),
    "a range that is no list": (
        DATA + "optimizer.learning_rate = { log = 1 }",
        "p.toml:2: optimizer.learning_rate: 'log' takes a list, { log = [low, high] }, not 1",
    ),
    "a range with too many ends": (
        DATA + "optimizer.learning_rate = { log = [1, 2, 3] }",
        "p.toml:2: optimizer.learning_rate: 'log' takes low, high, not 3 values",
    ),
    "Optuna's loguniform": (
        DATA + "optimizer.learning_rate = { loguniform = [1, 2] }",
        "p.toml:2: optimizer.learning_rate: unknown sampler 'loguniform'; did you mean 'log'?",
    ),
    "a sampler's key with a typo": (
        DATA + "model.units = { log-int = [32, 64], stp = 2 }",
        "p.toml:2: model.units.stp: unknown key for sampler 'log-int'; did you mean 'step'?",
    ),
    "fractions where whole numbers belong": (
        DATA + "trainer.batch_size = { log = [8, 64] }",
        "p.toml:2: trainer.batch_size: must be a whole number, and 'log' gives fractions; use 'log-int'",
    ),
    "an option of the wrong type": (
        DATA + 'trainer.batch_size = { choice = [8, "all"] }',
        "p.toml:2: trainer.batch_size: must be a whole number, but 'choice' can give \"all\"",
    ),
    "a sampler where none may be": (
        DATA + "seed = { int = [1, 3] }",
        "p.toml:2: seed: cannot be searched; give one value",
    ),
    "a choice where none may be": (
        'data = { choice = ["digits"] }',
        "p.toml:1: data: cannot be searched; give one value",
    ),
    "an unknown plugin": (
        DATA + 'optimizer = "addam"',
        "p.toml:2: optimizer: unknown optimizer 'addam'; did you mean 'adam'?",
    ),
    "another library's name of a plugin": (
        DATA + 'normalizer = "batch_norm"',
        "p.toml:2: normalizer: unknown normalizer 'batch_norm'; did you mean 'batchnorm'?",
    ),
    "scikit-learn's name of a transform": (
        DATA + 'transform = ["SimpleImputer", "StandardScaler"]',
        "p.toml:2: transform.SimpleImputer: unknown transform 'SimpleImputer'; did you mean 'impute'?\n"
        "p.toml:2: transform.StandardScaler: unknown transform 'StandardScaler'; did you mean 'standardize'?",
    ),
    "a plugin of another kind": (
        DATA + '[optimizer]\nuse = "relu"',
        "p.toml:3: optimizer.use: unknown optimizer 'relu'; 'relu' is an activation; there are: «optimizer»"
        "; one of your own: install it, or --code FILE.py",
    ),
    "parts that leave no rows to train": (
        'data = { use = "digits", validation = 0.5, test = 0.6 }',
        "p.toml:1: data.test: validation and test take 1.1 of all rows; leave some to train",
    ),
    "a number for a plugin": (
        DATA + "model = 3",
        'p.toml:2: model: must be a model: its name, or { use = "…" }; not 3',
    ),
    "one plugin for a list": (
        DATA + 'transform = "standardize"',
        "p.toml:2: transform: must be a list of transforms; write [[transform]] or transform = [ … ]",
    ),
    "a schedule without its name": (
        DATA + "[schedule.learning_rate]\ndecay = 0.5",
        'p.toml:2: schedule.learning_rate: needs use = "…"; there are: «schedule»',
    ),
    "two options of one name": (
        DATA + 'optimizer = { choice = ["adam", { use = "adam", beta1 = 0.5 }] }',
        "p.toml:2: optimizer: 2 are called 'adam'; give each a name of its own: name = \"…\"",
    ),
    "a mistake inside an option": (
        DATA + '[optimizer]\nchoice = [\n  "adam",\n  { use = "sgd", learning_rate = -1 },\n]',
        "p.toml:5: optimizer.sgd.learning_rate: must be above 0, not -1",
    ),
    "an empty range": (
        DATA + "model.dropout = { uniform = [0.5, 0.5] }",
        "p.toml:2: model.dropout: uniform: low must be below high, not 0.5 and 0.5",
    ),
    "a range upside down": (
        DATA + "model.layers = { int = [3, 1] }",
        "p.toml:2: model.layers: int: low must not be above high, not 3 and 1",
    ),
    "the Beta distribution": (
        DATA + "optimizer.beta1 = { beta = [2, 5] }",
        "p.toml:2: optimizer.beta1: beta: the beta scale, 1 - 10^r, needs 0 <= low < high < 1, not 2 and 5; it is for "
        "averaging constants such as momentum and is not the Beta distribution; for other ranges take uniform, log or "
        "int",
    ),
    "a beta scale that reaches one": (
        DATA + "optimizer.beta1 = { beta = [0.9, 1] }",
        "p.toml:2: optimizer.beta1: beta: the beta scale, 1 - 10^r, needs 0 <= low < high < 1, not 0.9 and 1; it is "
        "for averaging constants such as momentum and is not the Beta distribution; for other ranges take uniform, "
        "log or int",
    ),
    "an empty choice": (
        DATA + "trainer.batch_size = { choice = [] }",
        "p.toml:2: trainer.batch_size: choice: a choice needs at least one option",
    ),
    "an option twice": (
        DATA + "trainer.batch_size = { choice = [64, 64] }",
        "p.toml:2: trainer.batch_size: choice: each option may stand only once, but 64 stands twice",
    ),
    "a step of nothing": (
        DATA + "model.layers = { int = [1, 3], step = 0 }",
        "p.toml:2: model.layers: int: step must be at least 1, not 0",
    ),
    "class weights that are no word": (
        DATA + 'trainer.loss = { use = "softmax-cross-entropy", class_weights = "balancd" }',
        "p.toml:2: trainer.loss.class_weights: must be a list of numbers or a table or one of "
        '"balanced" or "auto", not "balancd"',
    ),
    "a class weight below zero, by the name of a class that is a sampler's too": (
        DATA + 'trainer.loss = { use = "softmax-cross-entropy", class_weights = { normal = -1.0 } }',
        "p.toml:2: trainer.loss.class_weights: must be above 0, not -1",
    ),
    "steps on a log scale": (
        DATA + "optimizer.learning_rate = { log = [1e-4, 1e-1], step = 10 }",
        "p.toml:2: optimizer.learning_rate.step: unknown key for sampler 'log'; uniform, normal, int and log-int take "
        "steps; for a few values of your own write { ordinal = [ … ] }",
    ),
    "a sampler of a sampler": (
        DATA + "optimizer.learning_rate = { log = [{ log = [1, 2] }, 3] }",
        "p.toml:2: optimizer.learning_rate: log: low must be a number, not a table",
    ),
    "two words for one thing": (
        DATA + "model.units = [32, 16]\nmodel.layers = 3",
        "p.toml:2: model: units lists 2 layers; leave out 'layers', or give one number of units",
    ),
    "a goal against the metric's own": (
        DATA + 'search = { metric = "validation.loss", goal = "maximize" }',
        "p.toml:2: search.goal: comes from the metric; it is for a metric of your own that does not say it",
    ),
    "a goal that the metric contradicts": (
        DATA + 'search = { metric = "validation.accuracy", goal = "minimize" }',
        "p.toml:2: search.goal: metric 'accuracy' says maximize itself; leave the goal out",
    ),
    "advice that there is not": (
        DATA + 'check.silence = ["grid"]',
        "p.toml:2: check.silence: there is no advice 'grid'; did you mean 'wide-grid'?",
    ),
    "automatic data": (
        'data = "auto"',
        'p.toml:1: data: missing; write [data] with path = "my.csv" and target = "…"',
    ),
    "no data": ("", 'p.toml: data: missing; write [data] with path = "my.csv" and target = "…"'),
    "no target": (
        '[data]\npath = "p.npz"\nuse = "csv"',
        "p.toml:1: data.target: missing; it has no default",
    ),
    "an unreadable kind of file": (
        '[data]\npath = "my.parquet"',
        "p.toml:2: data.path: no plugin reads '.parquet' files; say which with use: «data»",
    ),
    "a name that is no folder": (
        DATA + 'name = "a/b"',
        "p.toml:2: name: names the run's folder: letters, digits, '-', '_' and, inside, '.'",
    ),
    "an unknown metric": (
        DATA + '[search]\nmetric = "validation.acuracy"',
        "p.toml:3: search.metric: unknown metric 'validation.acuracy'; did you mean 'validation.accuracy'?",
    ),
    "a metric without its part": (
        DATA + '[search]\nmetric = "accuracy"',
        "p.toml:3: search.metric: unknown metric 'accuracy'; a metric is <part>.<name>; "
        "did you mean 'validation.accuracy'?",
    ),
    "the test part searched": (
        DATA + '[search]\nmetric = "test.accuracy"',
        "p.toml:3: search.metric: the test part is for the winner alone; search a validation metric",
    ),
    "a condition that compares nothing": (
        DATA + '[search]\nwhere = "validation.log_loss"',
        'p.toml:3: search.where: must be <metric> < <number>, or with <=, > or >=, not "validation.log_loss"',
    ),
    "a condition with a bound that is no number": (
        DATA + '[search]\nwhere = ["train.loss < 1", "train.loss > nan"]',
        'p.toml:3: search.where: must be <metric> < <number>, or with <=, > or >=, not "train.loss > nan"',
    ),
    "a condition on an unknown metric": (
        DATA + '[search]\nwhere = "validation.logloss < 0.5"',
        "p.toml:3: search.where: unknown metric 'validation.logloss'; did you mean 'validation.log_loss'?",
    ),
    "a condition on the test part": (
        DATA + '[search]\nwhere = "test.accuracy > 0.9"',
        "p.toml:3: search.where: the test part is for the winner alone; search a validation metric",
    ),
    "a number for a condition": (
        DATA + "search.where = 0.5",
        "p.toml:2: search.where: must be text or a list of texts, not 0.5",
    ),
    "Optuna's constraints": (
        DATA + 'search.constraints_func = "x"',
        "p.toml:2: search.constraints_func: unknown key; did you mean 'where'?",
    ),
    "less than no patience": (
        DATA + "search.patience = -1",
        "p.toml:2: search.patience: must be at least 0, not -1",
    ),
    "a time with its unit": (
        DATA + 'search.trial_seconds = "60s"',
        'p.toml:2: search.trial_seconds: must be a number, not "60s"',
    ),
    "a time below zero": (
        DATA + "search.trial_seconds = -1",
        "p.toml:2: search.trial_seconds: must be at least 0, not -1",
    ),
    "a run that is not there": (
        DATA + 'search.start_from = "/no/run"',
        "p.toml:2: search.start_from: no run at /no/run (there is no such folder); give a run's folder, such as "
        "runs/digits",
    ),
    "a file that is not there": (
        DATA + 'search.start_from = "/no/old.db"',
        "p.toml:2: search.start_from: no such file: /no/old.db",
    ),
    "a file that is no study": (
        DATA + 'search.start_from = "p.toml"',
        "p.toml:2: search.start_from: p.toml is neither a run nor a study of Optuna's; give a run's folder, or a "
        "study of Optuna's",
    ),
    "a number to start from": (
        DATA + "search.start_from = 3",
        "p.toml:2: search.start_from: must be a path or a table or a list of paths or tables, not 3",
    ),
    "one of two runs that is not there": (
        DATA + 'search.start_from = [\n  "/",\n  "/no/run",\n]',
        "p.toml:3: search.start_from.0: no run at / (there is no pipeline.toml); give a run's folder, such as "
        "runs/digits\n"
        "p.toml:4: search.start_from.1: no run at /no/run (there is no such folder); give a run's folder, such as "
        "runs/digits",
    ),
    "a study of Optuna's that is not there": (
        DATA + '[search.start_from]\nstorage = "/no/old.db"',
        "p.toml:2: search.start_from: no such file: /no/old.db",
    ),
    "a parameter of Optuna's that means nothing": (
        DATA + "[optimizer]\nlearning_rate = { log = [1e-4, 1] }\n[search]\n"
        'start_from = { storage = "/no/old.db", names = { lr = "learning_rate" } }',
        "p.toml:5: search.start_from: no such file: /no/old.db\n"
        "p.toml:5: search.start_from.names.lr: 'learning_rate' is nothing that is searched; "
        "did you mean 'optimizer.learning_rate'?",
    ),
    "a point's value that has no range": (
        DATA + RANGES + "[[search.points]]\nmodel.layers = 2",
        "p.toml:6: search.points.0.model.layers: has no range here; give it one in [model], or leave it out of the "
        "points",
    ),
    "a key of the top in a table": (
        DATA + 'trainer.backend = "numpy"',
        "p.toml:2: trainer.backend: unknown key for trainer 'population'; did you mean 'backend' at the top of the "
        "file, above the first [table]?",
    ),
    "class weights outside the loss": (
        DATA + 'trainer.class_weights = "balanced"',
        "p.toml:2: trainer.class_weights: unknown key for trainer 'population'; write loss = "
        '{ use = "softmax-cross-entropy", class_weights = "balanced" } in [trainer]',
    ),
    "scikit-learn's cv": (
        DATA + "search.cv = 5",
        "p.toml:2: search.cv: unknown key; write folds = 5 in [data]",
    ),
    "Optuna's timeout": (
        DATA + "search.timeout = 60",
        "p.toml:2: search.timeout: unknown key; trial_seconds limits each trial; a whole search is stopped by Ctrl-C, "
        "and goes on when run again",
    ),
    "Optuna's name of a study": (
        DATA + 'search.start_from = { storage = "/no/old.db", study_name = "a" }',
        "p.toml:2: search.start_from.study_name: unknown key; did you mean 'study'?",
    ),
    "a point outside the range": (
        DATA + RANGES + "[[search.points]]\noptimizer.sgd.momentum = 0.2\nmodel.units = 40",
        "p.toml:6: search.points.0.optimizer.sgd.momentum: 0.2 is outside its range, 0.5 to 0.99",
    ),
    "a point of something else": (
        DATA + RANGES + '[[search.points]]\n[[search.points]]\n"model.unit" = 40',
        "p.toml:7: search.points.1.model.unit: nothing that is searched; did you mean 'model.units'?",
    ),
    "a point with half a unit": (
        DATA + RANGES + "[[search.points]]\nmodel.units = 40.5",
        "p.toml:6: search.points.0.model.units: must be a whole number, not 40.5",
    ),
    "a point with text for a number": (
        DATA + RANGES + '[[search.points]]\nmodel.units = "40"',
        'p.toml:6: search.points.0.model.units: must be a number, not "40"',
    ),
    "a point with an unknown option": (
        DATA + RANGES + '[[search.points]]\noptimizer = "rmsprop"',
        'p.toml:6: search.points.0.optimizer: must be one of adam, sgd, not "rmsprop"',
    ),
    "a point whose value does not count": (
        DATA + RANGES + '[[search.points]]\noptimizer = "adam"\n"optimizer.sgd.momentum" = 0.9',
        'p.toml:7: search.points.0.optimizer.sgd.momentum: counts only with optimizer = "sgd", and here it is "adam"',
    ),
    "a point that says one value twice": (
        DATA + RANGES + '[[search.points]]\nmodel.units = 40\n"model.units" = 41',
        "p.toml:7: search.points.0.model.units: is said twice",
    ),
    "the same point twice": (
        DATA + RANGES + "[[search.points]]\nmodel.units = 40\n[[search.points]]\nmodel.units = 40",
        "p.toml:7: search.points.1: is point 0 once more; leave it out",
    ),
    "more points than trials": (
        DATA + RANGES + "[search]\ntrials = 1\npoints = [{}, { model.units = 40 }]",
        "p.toml:7: search.points: 2 points, and search.trials = 1 is the total; ask for 2 or more",
    ),
    "a point that is no table": (
        DATA + "search.points = [3]",
        "p.toml:2: search.points: must be a list of tables, not [3]",
    ),
    "one row under batchnorm": (
        DATA + 'normalizer = "batchnorm"\ntrainer.batch_size = { choice = [1, 64] }',
        "p.toml:3: trainer.batch_size: must be at least 2 with normalizer 'batchnorm', not 1",
    ),
    "a schedule for nothing": (
        DATA + 'schedule.momentum = "constant"',
        "p.toml:2: schedule.momentum: optimizer 'adam' and the trainer have no number 'momentum' to schedule; "
        "there are: learning_rate, beta1, beta2, epsilon, batch_size, clip",
    ),
    "a number beyond TOML's": (
        DATA + "optimizer.learning_rate = { log = [1, 9223372036854775808] }",
        "p.toml:2: optimizer.learning_rate.log.1: whole numbers have at most 64 bits",
    ),
    "no TOML": ("name = \nseed = 1", "p.toml:1: not TOML: Invalid value (column 8)"),
    "no end": ('name = "x', "p.toml:1: not TOML: Unterminated string at the end of the file"),
    "a table twice": (
        "[a]\nx = 1\n[a]",
        "p.toml:3: not TOML: Cannot declare ('a',) twice (column 3); a table is written once, "
        "with all its keys below it",
    ),
    "a key twice": (
        DATA + "seed = 1\nname = 'x'\nseed = 2\n",
        "p.toml:4: not TOML: Cannot overwrite a value (column 9); 'seed' is written twice",
    ),
    "a range written as a plugin": (
        DATA + '[optimizer]\nlearning_rate = { use = "log", low = 1e-4, high = 0.1 }',
        "p.toml:3: optimizer.learning_rate: a range is written { log = [ … ] }",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_bad_file_is_told_in_these_words(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text, told = CASES[case]
    monkeypatch.chdir(tmp_path)
    Path("p.toml").write_text(text)
    with pytest.raises(Mistakes) as caught:
        load("p.toml")
    assert str(caught.value) == re.sub("«(.+?)»", lambda kind: ", ".join(index.names(kind[1])), told)


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("optimizer.lr=1", "optimizer.lr: unknown key for optimizer 'adam'; did you mean 'learning_rate'?"),
        ("trainer.epochs=many", 'trainer.epochs: must be a whole number, not "many"'),
        ("optimizer.learning_rate={ log = [-1, 1] }", None),
        ("epochs", "'epochs' is not of the form path=value, such as trainer.epochs=5"),
        ("a..b=1", "'a..b=1' is not of the form path=value, such as trainer.epochs=5"),
    ],
)
def test_a_mistake_of_the_command_line_is_told_as_such(
    setting: str, told: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("p.toml").write_text(DATA)
    with pytest.raises(Mistakes) as caught:
        load("p.toml", [setting])
    assert str(caught.value) == f"--set: {told}" if told else str(caught.value).startswith("--set: ")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xff\xfe", "p.toml:1: not UTF-8 text; save the file as UTF-8"),
        (b"x = 1\n# \xe9\n", "p.toml:2: not UTF-8 text; save the file as UTF-8"),
        (b"x = " + b"[" * 5000, "p.toml: lists or tables are nested too deeply"),
        (None, "p.toml: no such file"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(
    content: bytes | None, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if content is not None:
        Path("p.toml").write_bytes(content)
    with pytest.raises(Mistakes) as caught:
        load("p.toml")
    assert str(caught.value) == told


def pipe(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "caviar", *arguments], capture_output=True, text=True, cwd=cwd)


def test_a_command_prints_all_mistakes_one_a_line_and_exits_with_2(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text("[optimizer]\nlr = 1\nbeta1 = 2\n")
    done = pipe("check", "p.toml", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        'p.toml: data: missing; write [data] with path = "my.csv" and target = "…"',
        "p.toml:2: optimizer.lr: unknown key for optimizer 'adam'; did you mean 'learning_rate'?",
        "p.toml:3: optimizer.beta1: must be below 1, not 2",
    ]


def test_a_traceback_is_shown_on_demand_only(tmp_path: Path) -> None:
    assert "Traceback" not in pipe("check", "none.toml", cwd=tmp_path).stderr
    assert "Traceback" in pipe("check", "none.toml", "--debug", cwd=tmp_path).stderr


def test_missing_data_is_a_mistake_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text('[data]\npath = "my.csv"\ntarget = "y"\n')
    done = pipe("check", "p.toml", cwd=tmp_path)
    assert done.stderr == f"p.toml:2: data.path: no such file: {tmp_path / 'my.csv'}\n"


def test_a_good_file_is_described(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(DATA + "optimizer.learning_rate = { log = [1e-4, 1.0] }\n")
    done = pipe("check", "p.toml", "--set", "search.trials=9", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "name       p",
        "data       digits",
        "rows       5,620: 3,058 training, 765 validation, 1,797 test",
        "columns    64 of numbers; 64 inputs",
        "target     digit: 10 classes, classification",
        "model      mlp 64-64-64-10, 8,970 parameters",
        "normalizer none",
        "training   adam, 10 epochs of 48 steps",
        "search     9 trials by random, 1 round",
        "           optimizer.learning_rate  log scale  0.0001 … 1  tier 1",
        "memory     about 3 MB, populations of up to 9 members",
    ]


def test_a_table_is_described_from_its_head(tmp_path: Path) -> None:
    rows = "".join(f"{n},{('red', 'blue', '')[n % 3]},{n % 2 == 0},{n * 0.5}\n" for n in range(3000))
    (tmp_path / "my.csv").write_text("size,color,new,price\n" + rows)
    (tmp_path / "p.toml").write_text('[data]\npath = "my.csv"\ntarget = "price"\ntest = 0.2\n')
    done = pipe("check", "p.toml", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    told = done.stdout.splitlines()
    assert told[1] == f"data       {tmp_path / 'my.csv'}"
    assert re.match(r"rows       about 3,1..: 1,9.. training, 6.. validation, 6.. test", told[2])
    assert told[3:6] == [
        "columns    1 of numbers, 1 of flags, 1 of words (1 with gaps); 5 inputs",
        "target     price: numbers, regression",
        "model      mlp 5-64-64-1, 4,609 parameters",
    ]


def test_what_is_wrong_with_the_head_of_the_data_is_told_by_check(tmp_path: Path) -> None:
    (tmp_path / "my.csv").write_text("a,prices\n1,2\n")
    (tmp_path / "p.toml").write_text('[data]\npath = "my.csv"\ntarget = "price"\n')
    done = pipe("check", "p.toml", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == f"{tmp_path / 'my.csv'}:1: there is no column 'price' to predict; did you mean 'prices'?\n"


def test_advice_stands_on_standard_error_unless_quiet(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(DATA + 'normalizer = "batchnorm"\n')
    told = pipe("check", "p.toml", cwd=tmp_path)
    assert (told.returncode, told.stderr.startswith("advice: normalizer: ")) == (0, True)
    assert pipe("check", "p.toml", "--quiet", cwd=tmp_path).stderr == ""
    head = pipe("run", "p.toml", "--set", "trainer.epochs=1", cwd=tmp_path)
    assert head.stderr.startswith("advice: normalizer: ")


def test_plugins_are_listed_and_described(tmp_path: Path) -> None:
    assert re.search(r"\n  adam +caviar ", pipe("plugins", cwd=tmp_path).stdout)
    assert "tier 1" in pipe("plugins", "adam", cwd=tmp_path).stdout
    assert pipe("plugins", "adm", cwd=tmp_path).stderr == "no plugin is called 'adm'; did you mean 'adam'?\n"


def test_a_default_plugin_that_cannot_be_loaded_is_told_with_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("p.toml").write_text(DATA + "seed = -1\n")
    index.add(Entry("store", "sqlite", "others_store:Store", "others", "1.0"))
    try:
        with pytest.raises(Mistakes, match=r"store 'sqlite' has two owners: caviar .* and others 1.0"):
            load("p.toml")
    finally:
        index.forget("others_")


class Needy(caviar.Optimizer):
    """Needs what an extra brings; nobody ever builds it."""

    requires = ("module_of_an_extra",)

    def init(self, parameters: caviar.Array, layout: caviar.Layout) -> dict[str, caviar.Array]:
        return {}

    def update(self, *_: object) -> None: ...


class Profit(caviar.Metric):
    """Somebody's own metric, which leaves the goal to the file."""

    task = "regression"

    def measure(self, prediction: caviar.Array, truth: caviar.Array) -> caviar.Array:
        profit: caviar.Array = prediction[..., 0].sum(axis=1)
        return profit


@pytest.fixture
def theirs() -> Iterator[None]:
    """Plugins of another distribution."""
    for kind, name, cls in (("optimizer", "needy", Needy), ("metric", "profit", Profit)):
        index.add(Entry(kind, name, f"{__name__}:{cls.__name__}", "others", "1.0"))
    sys.modules[__name__] = sys.modules.get(__name__) or sys.modules[Needy.__module__]
    yield
    index.forget(__name__)


@pytest.mark.usefixtures("theirs")
@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "optimizer = 'needy'",
            "p.toml:2: optimizer: optimizer 'needy' of others 1.0 cannot be used: it needs 'module_of_an_extra'; "
            "pip install module_of_an_extra",
        ),
        (
            "search.metric = 'validation.profit'",
            "p.toml:2: search.metric: metric 'profit' does not say whether more is better; "
            'write goal = "maximize" or "minimize"',
        ),
    ],
)
def test_a_third_partys_plugin_that_lacks_something_is_told(
    text: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("p.toml").write_text(DATA + text)
    with pytest.raises(Mistakes) as caught:
        load("p.toml")
    assert str(caught.value) == told


@pytest.mark.usefixtures("theirs")
def test_a_metric_of_ones_own_takes_its_goal_from_the_file(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(DATA + 'search = { metric = "validation.profit", goal = "minimize" }')
    assert load(tmp_path / "p.toml").search.goal == "minimize"
    objective = objective_named("validation.profit", "minimize")
    assert (objective.goal, objective.worst) == ("minimize", float("inf"))


def test_the_extra_that_brings_a_module_is_named() -> None:
    assert install_line("caviar", "onnx") == "pip install 'caviar[onnx]'"
    assert install_line("caviar", "optuna") == "pip install 'caviar[optuna]'"
    assert install_line("caviar", "nowhere.sub") == "pip install nowhere"


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("data: digits", "write key = value"),
        ("name = digits", "text needs quotes"),
        ("seed = None", "write true or false in small letters, and leave out a key that has no value"),
        ('name = "C:\\Users"', "write text with backslashes in single quotes"),
    ],
)
def test_habits_from_elsewhere_are_told_what_toml_wants(line: str, instead: str, tmp_path: Path) -> None:
    file = tmp_path / "p.toml"
    file.write_text(f"# one\n{line}\n")
    with pytest.raises(Mistakes) as caught:
        load(str(file))
    told = str(caught.value)
    assert told.startswith(f"{file}:2: not TOML: ")
    assert told.endswith(f"; {instead}")
