"""Markdown tables of what the cache holds."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeAlias

import numpy
from caviar import Array

from tests.benchmarks.search import curves
from tests.benchmarks.search.methods import NAMES
from tests.benchmarks.search.searches import SETTINGS, Setting

Runs: TypeAlias = dict[str, dict[int, Any]]  # task -> seed -> what one search found

# Everything was developed on these (and on synthetic functions); the other tasks were first looked at afterwards.
DEVELOPED_ON = ("car", "phoneme", "3945", "126025", "146212", "167152", "167181", "167190")


def markdown(cache: Path, methods: Iterable[str] | None) -> str:
    """All tables."""
    parts = [_about()]
    for setting in SETTINGS.values():
        runs = {name: _runs(cache / setting.name / name) for name in methods or NAMES}
        runs = {name: found for name, found in runs.items() if found}
        if runs:
            parts += [_overview(setting, _complete(runs)), _by_task(setting, runs), _pairs(setting, runs)]
    runs = {name: _runs(cache / "curves" / name) for name in curves.METHODS}
    runs = {name: found for name, found in runs.items() if found}
    if runs:
        parts.append(_on_curves(_complete(runs)))
    return "\n\n".join(parts)


def _about() -> str:
    names = ("numpy", "scipy", "optuna", "torch", "cmaes", "smac")
    found = []
    for name in names:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    processor = next(
        (line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "unknown"
    )
    return f"Python {platform.python_version()}, {', '.join(found)}; {processor}, one thread."


def _lines(file: str) -> list[str]:
    return Path(file).read_text().splitlines() if Path(file).exists() else []


def _runs(folder: Path) -> Runs:
    runs: Runs = {}
    for file in sorted(folder.glob("*.json")):
        task, seed = file.stem.rsplit("-", 1)
        runs.setdefault(task, {})[int(seed)] = json.loads(file.read_text())
    return runs


def _complete(runs: dict[str, Runs]) -> dict[str, Runs]:
    """Without the methods that have not been on every task yet."""
    most = max(len(each) for each in runs.values())
    return {name: each for name, each in runs.items() if len(each) == most}


def _finals(runs: Runs, trials: int) -> dict[str, Array]:
    """Regret after so many trials: task -> seeds."""
    return {task: numpy.asarray([run["regret"][trials - 1] for run in seeds.values()]) for task, seeds in runs.items()}


def _interval(finals: Mapping[str, Array]) -> tuple[float, float]:
    """95 % of the mean over tasks, seeds drawn anew within each task."""
    generator = numpy.random.default_rng(0)
    draws = [values[generator.integers(len(values), size=(1000, len(values)))].mean(1) for values in finals.values()]
    low, high = numpy.quantile(numpy.mean(draws, axis=0), [0.025, 0.975])
    return float(low), float(high)


def _overview(setting: Setting, runs: dict[str, Runs]) -> str:
    tasks = set(next(iter(runs.values())))
    finals = {name: {task: _finals(each, setting.trials)[task] for task in tasks} for name, each in runs.items()}
    table = numpy.asarray([[finals[name][task].mean() for task in sorted(tasks)] for name in runs])
    ranks = (table[:, None] > table[None]).sum(1) + ((table[:, None] == table[None]).sum(1) + 1) / 2
    at = [trials for trials in (32, 64, 100, 160) if trials <= setting.trials]
    lines = [
        f"**{setting.trials} trials in rounds of {setting.round}**, {len(tasks)} tasks: mean normalized regret",
        "",
        f"| method | {' | '.join(f'after {trials}' for trials in at)} | 95 % | mean rank | ms a trial | seeds |",
        f"|---|{'---|' * (len(at) + 4)}",
    ]
    for row in numpy.argsort(table.mean(1)):
        name = list(runs)[row]
        means = [numpy.mean([_finals(runs[name], trials)[task].mean() for task in tasks]) for trials in at]
        seeds = sorted({len(found) for found in runs[name].values()})
        interval = "{:.4f}-{:.4f}".format(*_interval(finals[name])) if seeds[0] > 1 else "one seed"
        spent = numpy.mean([run["seconds"] for found in runs[name].values() for run in found.values()]) / setting.trials
        lines.append(
            f"| {name} | {' | '.join(f'{mean:.4f}' for mean in means)} | {interval} "
            f"| {ranks[row].mean():.2f} | {1000 * spent:.2f} | {'-'.join(str(each) for each in seeds)} |"
        )
    return "\n".join(lines)


def _by_task(setting: Setting, runs: dict[str, Runs]) -> str:
    tasks = sorted({task for each in runs.values() for task in each}, key=lambda task: (task not in DEVELOPED_ON, task))
    lines = [f"By task, after {setting.trials} trials (held out: not in development)", ""]
    lines += [f"| task | {' | '.join(runs)} |", f"|---|{'---|' * len(runs)}"]
    for task in tasks:
        cells = [f"{_finals(each, setting.trials)[task].mean():.4f}" if task in each else "" for each in runs.values()]
        lines.append(f"| {task}{'' if task in DEVELOPED_ON else ' (held out)'} | {' | '.join(cells)} |")
    for label, kept in (("developed on", True), ("held out", False)):
        cells = []
        for each in runs.values():
            means = [
                values.mean()
                for task, values in _finals(each, setting.trials).items()
                if (task in DEVELOPED_ON) == kept
            ]
            whole = len(means) == sum((task in DEVELOPED_ON) == kept for task in tasks)
            cells.append(f"**{numpy.mean(means):.4f}**" if whole else "")
        lines.append(f"| **{label}** | {' | '.join(cells)} |")
    return "\n".join(lines)


def _pairs(setting: Setting, runs: dict[str, Runs]) -> str:
    """Each of our strategies against each other method, on the searches (task, seed) that both did."""
    lines = [
        f"Head to head, {setting.trials} trials in rounds of {setting.round}, on the same tasks and seeds",
        "",
        "| | against | searches | mean regret | ratio, 95 % | tasks on which lower |",
        "|---|---|---|---|---|---|",
    ]
    generator = numpy.random.default_rng(0)
    for mine in ("coarse-to-fine", "gaussian-process"):
        for other in runs:
            if mine not in runs or other == mine:
                continue
            both = {
                task: numpy.asarray(
                    [
                        (runs[mine][task][seed]["regret"][-1], seeds[seed]["regret"][-1])
                        for seed in seeds
                        if seed in runs[mine].get(task, {})
                    ]
                )
                for task, seeds in runs[other].items()
            }
            both = {task: values for task, values in both.items() if len(values)}
            if not both:
                continue
            means = numpy.asarray([values.mean(0) for values in both.values()])
            draws = [v[generator.integers(len(v), size=(1000, len(v)))].mean(1) for v in both.values()]
            ratios = numpy.divide(*numpy.mean(draws, axis=0).T)
            low, high = numpy.quantile(ratios, [0.025, 0.975])
            interval = f"({low:.2f}-{high:.2f})" if min(map(len, both.values())) > 1 else "(one seed)"
            a, b = means.mean(0)
            lines.append(
                f"| {mine} | {other} | {sum(map(len, both.values()))} | {a:.4f} : {b:.4f} "
                f"| {a / b:.2f} {interval} | {(means[:, 0] < means[:, 1]).sum()} of {len(means)} |"
            )
    return "\n".join(lines)


_PEER = "optuna-tpe, optuna-hyperband"
_SHARES = numpy.linspace(1 / 64, 1, 64)  # of the epochs


def _regret_by_share(runs: Runs) -> Array:
    """Mean over tasks and seeds of the regret after each share of the epochs; 1 before anyone was fully trained."""
    tasks = []
    for task, seeds in runs.items():
        epochs = curves.FULL * (51 if "_" in task else 50)
        rows = []
        for run in seeds.values():
            spent = numpy.asarray([0, *(step[0] for step in run["steps"])])
            regret = numpy.asarray([1.0, *(min(step[1], 1.0) for step in run["steps"])])
            rows.append(regret[numpy.searchsorted(spent, _SHARES * epochs, side="right") - 1])
        tasks.append(numpy.mean(rows, axis=0))
    means: Array = numpy.mean(tasks, axis=0)
    return means


def _on_curves(runs: dict[str, Runs]) -> str:
    lines = [
        f"**Curves**, {len(next(iter(runs.values())))} tasks, the epochs of {curves.FULL} full trainings: "
        "mean normalized regret of the best fully trained trial",
        "",
        "| method | 1/8 of epochs | 1/4 | 1/2 | all | lcbench | taskset | to the peer's final regret | seeds |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    goal = _regret_by_share(runs[_PEER])[-1] if _PEER in runs else -numpy.inf
    for name, each in runs.items():
        means = _regret_by_share(each)
        families = [
            _regret_by_share({task: found for task, found in each.items() if ("_" in task) == taskset})[-1]
            for taskset in (False, True)
        ]
        there = means <= goal
        share = f"{100 * _SHARES[there.argmax()]:.0f} %" if there.any() else "not reached"
        seeds = min(len(found) for found in each.values())
        cells = [*(means[[7, 15, 31, 63]]), *families]
        lines.append(f"| {name} | {' | '.join(f'{cell:.4f}' for cell in cells)} | {share} | {seeds} |")
    return "\n".join(lines)
