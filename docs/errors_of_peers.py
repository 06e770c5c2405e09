"""What Optuna, confection (spaCy's configuration), Kedro and Ludwig say to the mistakes of docs/errors.md; prints it.

In an environment of its own: pip install optuna confection catalogue kedro ludwig && python docs/errors_of_peers.py
"""

from __future__ import annotations

import sys
import tempfile
import warnings
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

ADAM = """
[optimizer]
@optimizers = "adam"
"""


def optuna_says(name: str) -> None:
    """The same mistake in a study of one trial."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study()
    asked: dict[str, Callable[[Any], Any]] = {
        "text for a number": lambda trial: trial.suggest_float("learning_rate", "0.1", 1.0, log=True),
        "a log scale from zero": lambda trial: trial.suggest_float("learning_rate", 0, 1, log=True),
        "ends swapped": lambda trial: trial.suggest_float("learning_rate", 1, 1e-4, log=True),
        "out of bounds": lambda trial: trial.suggest_float("dropout", 0.0, 1.5),
        "a fraction for a count": lambda trial: trial.suggest_int("units", 1.5, 64.5),
    }
    study.optimize(lambda trial: float(asked[name](trial)), n_trials=1)
    print(f"no error; the trial got {study.best_params}")


def confection_says(name: str) -> None:
    """The same mistake in a configuration with one registered optimizer."""
    registry = import_module("confection").registry
    if not hasattr(registry, "optimizers"):
        registry.optimizers = import_module("catalogue").create("peers", "optimizers", entry_points=False)

        def adam(learning_rate: float = 1e-3, beta1: float = 0.9) -> tuple[float, float]:
            return learning_rate, beta1

        registry.optimizers.register("adam", func=adam)

    texts = {
        "another library's word": ADAM + "lr = 0.1",
        "text for a number": ADAM + 'learning_rate = "0.1"',
        "an unknown plugin": ADAM.replace('"adam"', '"adan"'),
        "a key twice": ADAM + "learning_rate = 0.1\nlearning_rate = 0.2",
        "three at once": ADAM + 'lr = 0.1\nlearning_rate = "fast"\nbeta1 = "slow"',
    }
    print(f"no error: {registry.resolve(import_module('confection').Config().from_str(texts[name]))}")


def kedro_says(name: str) -> None:
    """The same mistake in a catalog."""
    entries: dict[str, dict[str, Any]] = {
        "a missing file": {"type": "kedro_peers.Text", "filepath": "prices.csv"},
        "an unknown plugin": {"type": "kedro_peers.Txt", "filepath": "prices.csv"},
        "another library's word": {"type": "kedro_peers.Text", "path": "prices.csv"},
    }
    import_module("kedro.io").DataCatalog.from_config({"prices": entries[name]}).load("prices")
    print("no error")


def ludwig_says(name: str) -> None:
    """The same mistake in the trainer of a configuration."""
    trainers: dict[str, dict[str, Any]] = {
        "another library's word": {"optimizer": {"type": "adam", "lr": 0.1}},
        "text for a number": {"learning_rate": "0.1"},
        "an unknown plugin": {"optimizer": {"type": "adan"}},
        "out of bounds": {"optimizer": {"type": "adam", "betas": [1.5, 0.9]}},
        "three at once": {"lr": 0.1, "epochs": "many", "optimizer": {"type": "adan"}},
    }
    features = {
        "input_features": [{"name": "x", "type": "number"}],
        "output_features": [{"name": "y", "type": "category"}],
    }
    config = import_module("ludwig.schema.model_config").ModelConfig.from_dict({**features, "trainer": trainers[name]})
    print(f"no error; the learning rate is {config.trainer.learning_rate}")


def kedro_dataset() -> None:
    """A dataset such as a Kedro project has: one class in a module."""
    import types

    def start(self: Any, filepath: str) -> None:
        self.path = Path(filepath)

    methods = {
        "__init__": start,
        "__module__": "kedro_peers",
        "_load": lambda self: self.path.read_text(),
        "_save": lambda self, data: self.path.write_text(data),
        "_describe": lambda self: {"filepath": str(self.path)},
    }
    module: Any = types.ModuleType("kedro_peers")
    module.Text = type("Text", (import_module("kedro.io").AbstractDataset,), methods)
    sys.modules["kedro_peers"] = module


CASES: dict[Callable[[str], None], list[str]] = {
    optuna_says: [
        "text for a number",
        "a log scale from zero",
        "ends swapped",
        "out of bounds",
        "a fraction for a count",
    ],
    confection_says: [
        "another library's word",
        "text for a number",
        "an unknown plugin",
        "a key twice",
        "three at once",
    ],
    kedro_says: ["another library's word", "an unknown plugin", "a missing file"],
    ludwig_says: ["another library's word", "text for a number", "an unknown plugin", "out of bounds", "three at once"],
}

if __name__ == "__main__":
    warnings.simplefilter("ignore")
    kedro_dataset()
    with tempfile.TemporaryDirectory() as folder:
        for ask, names in CASES.items():
            peer = ask.__name__.removesuffix("_says")
            for name in names:
                print(f"== {name}: {peer} {version(peer)}")
                try:
                    ask(name)
                except Exception as error:
                    print(f"{type(error).__name__}: {error}".replace(folder, "…"))
