"""Synonyms: names in the course, scikit-learn, Keras, PyTorch, Optuna, Ray Tune and others for Caviar's plugins."""

from __future__ import annotations

import re

from caviar.registry import index

# Small letters without separators, and without what `_bare` takes off.
_MEANT = {
    "strategy": {
        "gaussian-process": "bayes bayesian bayesianoptimization bayesopt bo gp ei kriging skopt scikitoptimize ax "
        "botorch smac hebo turbo smbo",
        "random": "randomized montecarlo basicvariantgenerator",
        "grid": "bruteforce exhaustive parametergrid",
        "sobol": "qmc quasirandom lowdiscrepancy halton hammersley lhs lhc latinhypercube sobolsequence",
        "coarse-to-fine": "coarse zoom",
    },
    "pruner": {
        "successive-halving": "asha sha asynchyperband halving halvingrandom halvinggrid",
        "hyperband": "bohb hyperbandforbohb",
        "median": "medianstopping medianstoppingrule percentile",
        "top-k": "topk oneepoch iepoch 1epoch earlydiscarding",
    },
    "sampler": {
        "uniform": "float real linear linspace quniform discreteuniform",
        "log": "loguniform log10 logspace logscale reciprocal lognormal",
        "int": "integer randint qrandint uniformint intuniform range",
        "log-int": "logint intlog lograndint qlograndint qloguniform",
        "choice": "categorical categories choices options grid gridsearch bool boolean",
        "ordinal": "ordered discrete values sequence",
        "normal": "gaussian randn qrandn norm truncnorm",
    },
    "model": {"mlp": "dense dnn ann nn neuralnetwork feedforward fullyconnected mlpclassifier mlpregressor"},
    "activation": {
        "silu": "swish",
        "leaky-relu": "lrelu prelu",
        "relu": "rectifier",
        "sigmoid": "logistic expit",
    },
    "loss": {
        "squared": "mse meansquarederror l2",
        "absolute": "mae meanabsoluteerror l1",
        "softmax-cross-entropy": "crossentropy categoricalcrossentropy sparsecategoricalcrossentropy nll logloss",
        "binary-cross-entropy": "bce bcewithlogits binarycrossentropy",
        "huber": "smoothl1",
        "quantile": "pinball pinballloss quantileloss check",
    },
    "metric": {
        "accuracy": "acc categoricalaccuracy sparsecategoricalaccuracy binaryaccuracy top1 error errorrate",
        "balanced_accuracy": "balancedacc macrorecall",
        "average_precision": "ap averageprecision prauc aucpr auprc map",
        "precision": "ppv positivepredictivevalue",
        "recall": "sensitivity tpr truepositiverate",
        "log_loss": "crossentropy nll",
        "auc": "rocauc auroc",
        "f1": "f1macro macrof1 fscore",
        "rmse": "mse meansquarederror rootmeansquarederror",
        "mae": "meanabsoluteerror",
        "r2": "coefficientofdetermination",
    },
    "normalizer": {
        "batchnorm": "bn batchnormalization",
        "layernorm": "ln layernormalization",
        "none": "no off false identity",
    },
    "optimizer": {
        "sgd": "gd gradientdescent momentum nesterov",
        "adam": "nadam radam adamax amsgrad",
        "rmsprop": "adagrad adadelta",
    },
    "schedule": {
        "cosine": "cosineannealing",
        "step": "multistep piecewiseconstant staircase",
        "constant": "none fixed",
    },
    "regularizer": {"l2": "ridge weight"},
    "transform": {
        "one-hot": "onehotencoder getdummies dummies",
        "standardize": "standard standardscaler zscore scale",
        "min-max": "minmaxscaler normalize normalise",
        "impute": "simpleimputer imputer fillna",
    },
    "backend": {"cupy": "cuda gpu", "numpy": "cpu"},
    "executor": {"processes": "multiprocessing joblib loky parallel", "inline": "serial sequential single"},
    "reporter": {"progress": "tqdm"},
}
_OPTUNA = 'write strategy = {{ use = "optuna", sampler = "{}" }}'
_LINEAR = "layers = 0 in [model] makes a linear model"
_WRITE = {
    "strategy": {
        "tpe hyperopt parzen": _OPTUNA.format("tpe") + ", or take gaussian-process",
        "bohb": _OPTUNA.format("tpe") + ' and pruner = "hyperband"',
        "cma cmaes": _OPTUNA.format("cmaes"),
        "nsga nsga2 nsgaii ga genetic evolution evolutionary": _OPTUNA.format("nsgaii"),
    },
    "pruner": {
        "earlystopping earlystop patient patience": "to end a training that gets no better write patience = 3 in "
        "[trainer], and to end such a search patience = 48 in [search]",
        "none no nop off fifo": "leave it out, and every trial trains to its end",
    },
    "sampler": {"constant fixed": "write the value alone"},
    "activation": {"softmax": "the loss brings it for the outputs", "linear identity none": _LINEAR},
    "model": {"linear logistic logisticregression": _LINEAR},
    "regularizer": {
        "dropout": "write dropout = 0.2 in [model]",
        "earlystopping": "write patience = 3 in [trainer]",
    },
}
_BEFORE = "(?:suggest|neg|val|tune)"
_BEHIND = "(?:sampler|search|searchcv|pruner|scheduler|distribution|loss|score|decay|lr|1d)"
# What others call by one word is two kinds here.
_NEAR = {"strategy": "pruner", "pruner": "strategy"}


def suggestion(kind: str, name: str) -> str | None:
    """A sentence with what to write instead of another library's name for a plugin; None for unknown words."""
    words = {_joined(name), _bare(name)}
    for synonyms, sentence in _WRITE.get(kind, {}).items():
        if words & set(synonyms.split()):
            return sentence
    if found := synonym_of(kind, name):
        return f"did you mean '{found}'?"
    if (near := _NEAR.get(kind)) and (found := synonym_of(near, name)):
        return f"did you mean the {near} '{found}'?"
    return None


def synonym_of(kind: str, name: str) -> str | None:
    """The installed plugin of a kind that a word names exactly, in any spelling of its own name too."""
    known = index.names(kind)
    for word in (_joined(name), _bare(name)):
        for plugin in known:
            if word == _joined(plugin) or word in _MEANT.get(kind, {}).get(plugin, "").split():
                return plugin
    return None


def _joined(name: str) -> str:
    return re.sub(r"[\W_]", "", name.lower())


def _bare(name: str) -> str:
    """A name without the affixes of libraries: "suggest_int", "neg_log_loss", "GridSearchCV", "torch.optim.Adam"."""
    found = re.fullmatch(rf"{_BEFORE}?(.+?){_BEHIND}?", _joined(name.rpartition(".")[2]))
    return found[1] if found else ""
