"""What `pipe`, Optuna and Ray Tune print for the six broken functions of docs/broken-functions.md; prints it.

python docs/broken_functions.py caviar
python docs/broken_functions.py optuna ray      in an environment of its own: pip install optuna 'ray[tune]'
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

HEAD = """import os

import caviar
from caviar_plugins import Log


@caviar.trial(metric="accuracy", goal="maximize", epochs=3)
def train(rate=Log(1e-3, 1.0), *, seed, state=None):
"""
BODIES = {
    "never yields": "    for epoch in range(0):\n        yield {'accuracy': 0.9}\n",
    "another metric's name": "    while True:\n        yield {'acuracy': 0.9}\n",
    "not a number": "    while True:\n        yield {'accuracy': float('nan')}\n",
    "a state that cannot be saved": "    while True:\n        yield {'accuracy': 0.9}, {'log': open('log', 'a')}\n",
    "ends its process": "    yield {'accuracy': 0.9}\n    os._exit(1)\n",
    "never ends": "    while True:\n        pass\n    yield {'accuracy': 0.9}\n",
}
FEW = ("--set", "search.trials=4", "--workers", "2")
OPTUNA = """import os

import optuna

{body}

study = optuna.create_study(direction="maximize")
study.optimize(objective, n_trials=2)
print(study.best_value)
"""
OPTUNA_BODIES = {
    "never yields": "def objective(trial):\n    pass",
    "another metric's name": "def objective(trial):\n    return {'acuracy': 0.9}",
    "not a number": "def objective(trial):\n    return float('nan')",
    "ends its process": "def objective(trial):\n    os._exit(1)",
    "never ends": "def objective(trial):\n    while True:\n        pass",
}
RAY = """import os

from ray import tune

{body}

tuner = tune.Tuner(objective, tune_config=tune.TuneConfig(metric="accuracy", mode="max", num_samples=2))
print(tuner.fit().get_best_result().metrics["accuracy"])
"""
RAY_BODIES = {
    "never yields": "def objective(config):\n    pass",
    "another metric's name": "def objective(config):\n    tune.report({'acuracy': 0.9})",
    "not a number": "def objective(config):\n    tune.report({'accuracy': float('nan')})",
    "ends its process": "def objective(config):\n    os._exit(1)",
}


def printed(folder: Path, seconds: float, *command: str) -> str:
    """What a command prints within some seconds; it is interrupted then, as by Ctrl-C, and at last killed."""
    words = [sys.executable, *command]
    environment = {**os.environ, "COLUMNS": "120", "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(words, cwd=folder, stdout=-1, stderr=-2, text=True, env=environment)
    ending = ""
    try:
        told, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
        ending = f"(nothing more in {seconds:g} s; interrupted)\n"
        try:
            told, _ = process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            told, _ = process.communicate()
    return f"{told.replace(f'{folder}/', '').replace(str(folder), '.')}{ending}exit code {process.returncode}\n"


def caviar_says(name: str, seconds: float = 90) -> Iterator[tuple[str, str]]:
    """The commands on a function, and what they print. One that never ends gets a time limit, as its page says."""
    limit = ("--set", "search.trial_seconds=2") if name == "never ends" else ()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place).resolve()
        (folder / "train.py").write_text(HEAD + BODIES[name])
        for words in (("check", "train.py", *limit), ("run", "train.py", *limit, *FEW)):
            told = printed(folder, seconds, "-m", "caviar", *words)
            yield " ".join(("pipe", *words)), re.sub(r"train\.py [0-9a-f]{12}", "train.py …", told)


def peer_says(program: str, body: str, seconds: float = 60) -> str:
    """What a peer prints for the like."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place).resolve()
        (folder / "search.py").write_text(program.format(body=body))
        return printed(folder, seconds, "search.py")


if __name__ == "__main__":
    for peer in sys.argv[1:]:
        for name in BODIES:
            print(f"== {name}: {peer}", flush=True)
            if peer == "caviar":
                for command, told in caviar_says(name):
                    print(f"$ {command}\n{told}", flush=True)
            elif body := (OPTUNA_BODIES if peer == "optuna" else RAY_BODIES).get(name):
                print(peer_says(OPTUNA if peer == "optuna" else RAY, body), flush=True)
