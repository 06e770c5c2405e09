"""`python -m benchmarks.tables.peers NAME FOLDER SEED THREADS`: one peer learns one part and predicts the other.

Runs in the peers' environment, without Caviar. The peers are given which columns are categories; Caviar finds out.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy

PREDICTED = "predicted.npy"
DRAWS = 32
TRAINED, VALIDATED = 5_000, 1_250
"""Rows of the comparison of one network with another: so few that a training takes a minute."""


@dataclass(frozen=True)
class Given:
    """What a peer learns from: pandas frames whose categories have the dtype of categories."""

    task: str
    categories: list[str]
    x: Any
    y: Any
    new: Any
    seed: int
    threads: int

    def pick(self, module: Any, name: str) -> Any:
        """The estimator of the task, such as LGBMClassifier."""
        return getattr(module, name + ("Classifier" if self.task == "classification" else "Regressor"))


def hist_gradient_boosting(given: Given) -> Any:
    """Defaults; native categories."""
    from sklearn import ensemble

    model = given.pick(ensemble, "HistGradientBoosting")(random_state=given.seed)
    return model.fit(given.x, given.y).predict(given.new)


def lightgbm(given: Given) -> Any:
    """Defaults; native categories."""
    import lightgbm

    model = given.pick(lightgbm, "LGBM")(random_state=given.seed, n_jobs=given.threads, verbose=-1)
    return model.fit(given.x, given.y).predict(given.new)


def catboost(given: Given) -> Any:
    """Defaults; native categories, in which a missing one is a word."""
    import catboost

    x, new = (part.copy() for part in (given.x, given.new))
    for column in given.categories:
        for part in (x, new):
            part[column] = part[column].astype(object).fillna("").astype(str)
    model = given.pick(catboost, "CatBoost")(
        random_seed=given.seed, thread_count=given.threads, verbose=False, allow_writing_files=False
    )
    return model.fit(x, given.y, cat_features=given.categories).predict(new).reshape(-1)


def mlp_random_search(given: Given) -> Any:
    """RandomizedSearchCV over the MLP of scikit-learn, in the ranges that `pipe init` wrote in 2026-11.

    One validation part of 20 %, as Caviar's, instead of five folds, which take five times as long. Standardized
    numbers, missing ones filled with the median, one-hot categories, and a standardized target.
    """
    from scipy.stats import loguniform
    from sklearn import neural_network
    from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
    from sklearn.impute import SimpleImputer
    from sklearn.model_selection import RandomizedSearchCV, ShuffleSplit
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    prepared = ColumnTransformer(
        [("words", OneHotEncoder(handle_unknown="ignore", sparse_output=False), given.categories)],
        remainder=make_pipeline(SimpleImputer(strategy="median"), StandardScaler()),
    )
    model = make_pipeline(prepared, given.pick(neural_network, "MLP")(early_stopping=True, random_state=given.seed))
    path = model.steps[-1][0] + "__"
    if given.task == "regression":
        model, path = TransformedTargetRegressor(model, transformer=StandardScaler()), f"regressor__{path}"
    space = {
        "hidden_layer_sizes": [(units,) * layers for layers in (1, 2, 3) for units in (32, 64, 128, 256)],
        "learning_rate_init": loguniform(1e-4, 1e-1),
        "alpha": loguniform(1e-6, 1e-2),
        "batch_size": [64, 128, 256] if len(given.x) >= 2000 else [16, 32, 64],
    }
    search = RandomizedSearchCV(
        model,
        {path + name: values for name, values in space.items()},
        n_iter=DRAWS,
        cv=ShuffleSplit(1, test_size=0.2, random_state=given.seed),
        n_jobs=given.threads,
        random_state=given.seed,
    )
    return search.fit(given.x, given.y).predict(given.new)


def realmlp_td(given: Given) -> Any:
    """Tuned defaults of arXiv 2407.04491, as pytabkit has them; missing numbers filled with the median."""
    return _of_pytabkit(given, "RealMLP_TD_")


def realmlp_td_given(given: Given) -> Any:
    """`realmlp_td` from the rows of `drawn`, as Caviar's one network has them."""
    trained, validated = drawn(len(given.x), given.seed)
    few = replace(given, x=given.x.iloc[[*trained, *validated]], y=given.y[[*trained, *validated]])
    return _of_pytabkit(few, "RealMLP_TD_", val_idxs=numpy.arange(len(trained), len(trained) + len(validated)))


def tabm_d(given: Given) -> Any:
    """Defaults of arXiv 2410.24210, as pytabkit has them; missing numbers filled with the median."""
    return _of_pytabkit(given, "TabM_D_")


def drawn(rows: int, seed: int) -> tuple[list[int], list[int]]:
    """The rows that one network is trained on and validated on: a fifth of them, and no more than the two constants."""
    order = numpy.random.default_rng(seed).permutation(rows).tolist()
    validated = min(VALIDATED, rows // 5)
    return order[validated : validated + TRAINED], order[:validated]


def _of_pytabkit(given: Given, name: str, **rows: Any) -> Any:
    import pytabkit
    import torch

    torch.set_num_threads(given.threads)
    medians = given.x.median(numeric_only=True)
    x, new = given.x.fillna(medians), given.new.fillna(medians)
    model = given.pick(pytabkit, name)(device="cpu", random_state=given.seed, n_threads=given.threads)
    return model.fit(x, given.y, cat_col_names=given.categories, **rows).predict(new).reshape(-1)


PEERS: dict[str, Callable[[Given], Any]] = {
    "hist-gradient-boosting": hist_gradient_boosting,
    "mlp-random-search": mlp_random_search,
    "lightgbm": lightgbm,
    "catboost": catboost,
    "realmlp-td": realmlp_td,
    "realmlp-td, given rows": realmlp_td_given,
    "tabm-d": tabm_d,
}


def read(folder: Path, seed: int, threads: int) -> Given:
    import pandas

    about = json.loads((folder / "table.json").read_text(encoding="utf-8"))
    categories = about["categories"]
    train, test = (
        pandas.read_csv(folder / name, dtype=dict.fromkeys(categories, str)) for name in ("train.csv", "test.csv")
    )
    y, _ = train.pop("y").to_numpy(), test.pop("y")
    for column in categories:
        kind = pandas.CategoricalDtype(sorted(train[column].dropna().unique()))
        train[column], test[column] = train[column].astype(kind), test[column].astype(kind)
    return Given(about["task"], categories, train, y, test, seed, threads)


def main() -> None:
    name, folder, seed, threads = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    numpy.save(folder / PREDICTED, PEERS[name](read(folder, seed, threads)))


if __name__ == "__main__":
    main()
