"""Other libraries' words for plugins: what somebody who knows them would type leads to what there is here."""

from __future__ import annotations

from collections import Counter

import pytest
from caviar.config.hints.suggestions import unknown_plugin
from caviar.config.hints.synonyms import _MEANT, _WRITE, synonym_of
from caviar.registry.index import names

WORDS = {  # as Optuna, Ray Tune, Keras Tuner, Keras, PyTorch and scikit-learn spell them
    "strategy": {
        "gaussian-process": "bayes bayesian BayesianOptimization BayesOptSearch BayesSearchCV GPSampler AxSearch bo",
        "random": "RandomSearch RandomizedSearchCV RandomSampler random_search BasicVariantGenerator",
        "grid": "GridSearch GridSearchCV grid_search BruteForceSampler ParameterGrid",
        "sobol": "QMCSampler halton latin-hypercube",
        "optuna": "OptunaSearch",
    },
    "pruner": {
        "successive-halving": "ASHAScheduler AsyncHyperBandScheduler HalvingRandomSearchCV SuccessiveHalvingPruner sha",
        "hyperband": "HyperbandPruner HyperBandScheduler HyperBandForBOHB",
        "median": "MedianPruner MedianStoppingRule",
        "top-k": "one-epoch 1-Epoch early_discarding",
    },
    "sampler": {
        "log": "loguniform reciprocal log_uniform",
        "uniform": "suggest_float quniform FloatDistribution linspace",
        "int": "randint suggest_int IntDistribution",
        "log-int": "lograndint qloguniform",
        "choice": "suggest_categorical CategoricalDistribution grid_search Boolean",
        "normal": "randn truncnorm",
    },
    "optimizer": {"adam": "Adam nadam AMSGrad", "sgd": "SGD momentum nesterov", "rmsprop": "RMSprop Adagrad"},
    "activation": {"silu": "swish SiLU", "leaky-relu": "LeakyReLU PReLU", "sigmoid": "logistic"},
    "normalizer": {"batchnorm": "BatchNorm1d BatchNormalization bn", "layernorm": "LayerNorm ln", "none": "off"},
    "metric": {
        "accuracy": "acc categorical_accuracy val_accuracy",
        "auc": "roc_auc AUROC",
        "f1": "f1_score f1_macro",
        "log_loss": "neg_log_loss cross_entropy",
        "rmse": "neg_mean_squared_error root_mean_squared_error",
        "r2": "r2_score",
    },
    "loss": {
        "squared": "MSELoss mean_squared_error",
        "softmax-cross-entropy": "CrossEntropyLoss sparse_categorical_crossentropy NLLLoss",
        "binary-cross-entropy": "BCEWithLogitsLoss",
    },
    "schedule": {"cosine": "CosineAnnealingLR", "exponential": "ExponentialDecay", "step": "StepLR MultiStepLR"},
}


@pytest.mark.parametrize(
    ("kind", "word", "ours"),
    [(kind, word, ours) for kind, all_ in WORDS.items() for ours, words in all_.items() for word in words.split()],
)
def test_another_librarys_word_suggests_what_does_that_here(kind: str, word: str, ours: str) -> None:
    assert unknown_plugin(kind, word).sentence == f"unknown {kind} '{word}'; did you mean '{ours}'?"


@pytest.mark.parametrize(
    ("kind", "word", "told"),
    [
        ("strategy", "TPESampler", 'write strategy = { use = "optuna", sampler = "tpe" }, or take gaussian-process'),
        ("strategy", "HyperOpt", 'write strategy = { use = "optuna", sampler = "tpe" }, or take gaussian-process'),
        ("strategy", "TuneBOHB", 'write strategy = { use = "optuna", sampler = "tpe" } and pruner = "hyperband"'),
        ("strategy", "cma-es", 'write strategy = { use = "optuna", sampler = "cmaes" }'),
        ("strategy", "asha", "did you mean the pruner 'successive-halving'?"),
        ("strategy", "hyperband", "did you mean the pruner 'hyperband'?"),
        ("pruner", "bayesian", "did you mean the strategy 'gaussian-process'?"),
        ("pruner", "NopPruner", "leave it out, and every trial trains to its end"),
        ("activation", "identity", "layers = 0 in [model] makes a linear model"),
    ],
)
def test_what_has_no_plugin_of_its_own_is_told_how_to_be_written(kind: str, word: str, told: str) -> None:
    assert unknown_plugin(kind, word).sentence == f"unknown {kind} '{word}'; {told}"


def test_every_synonym_leads_to_a_plugin_that_is_installed_and_to_one_alone() -> None:
    for kind, plugins in _MEANT.items():
        assert set(plugins) <= set(names(kind))
        words = Counter(" ".join((*plugins.values(), *_WRITE.get(kind, {}))).split())
        assert not [word for word, count in words.items() if count > 1]
        assert all(synonym_of(kind, word) == plugin for plugin, said in plugins.items() for word in said.split())
