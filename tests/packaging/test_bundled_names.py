"""Core treats bundled plugins as it treats those of others: what it knows by name is listed here, with the reason."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import caviar
import pytest
from caviar.registry.index import Registry, own_distribution

CORE = Path(caviar.__file__).parent
EXAMPLES = ("_pipelines", "cli/scaffold", "testing", "config/hints")
"""Pipelines; what writes starters, tests plugins of others, knows other libraries' words for bundled plugins."""
BUNDLED = {each.name for each in Registry().entries if each.distribution == own_distribution()}

DEFAULTS = {
    "config/declaration/pipeline.py": {
        *("random", "dates", "impute", "one-hot", "standardize", "mlp", "none", "adam", "population", "processes"),
        *("sqlite", "progress", "report"),
    },
    "config/checks/metrics.py": {"accuracy", "r2"},  # `metric = "auto"`
    "config/checks/losses.py": {"softmax-cross-entropy", "squared"},  # the loss of a task
    "engine/data/resolve.py": {"cupy", "numpy"},  # the backend of "auto"
    "api/search.py": {"coarse-to-fine", "processes"},
    "config/reading/document.py": {"coarse-to-fine"},  # of a function's file, which names no strategy
}
EXCEPTIONS = {
    "api/pipeline.py": {"memory"},  # `run(X, y)` is that plugin
    # What scikit-learn's parameters mean: `fit(X, y)`, n_jobs, verbose, and a list of options.
    "api/estimators/declared.py": {"memory", "inline", "processes", "progress", "tabular"},
    "api/estimators/search.py": {"choice"},
    "config/checks/sources.py": {"optuna"},  # start_from reads studies of Optuna itself, the library
    "api/plots.py": {"report"},  # figures are those of that plugin
    "cli/report.py": {"report"},  # the page is drawn by that plugin, of a run that had no reporter too
    "engine/baselines/linear.py": {  # a baseline is the same whatever plugins the run has
        *("adam", "cosine", "l2", "log", "mlp", "none", "population"),
    },
    "engine/model/describe.py": {"numpy"},  # a description's arrays are NumPy's, whatever the model was trained on
    # Advice and messages recommend a plugin that every installation has.
    "config/checks/data_errors.py": {"dates", "impute", "one-hot"},
    "config/advice/normalizer_alone.py": {"l2"},
    "config/advice/rare_class.py": {"accuracy"},
    "engine/ensembles/select.py": {"log_loss"},  # of the means of classes, which a metric of classes cannot tell apart
    "cli/preview/dry_run.py": {"processes"},  # a function may crash or hang
    "engine/advice/nearly_perfect.py": {"r2", "accuracy", "balanced_accuracy", "f1", "auc", "average_precision"},
    "engine/advice/last_epochs.py": {"cosine"},
    "engine/advice/many_inputs.py": {"l2"},
    "engine/advice/tied_trials.py": {"log_loss"},
    "values/rare_class.py": {"average_precision", "balanced_accuracy"},
    "config/advice/unheeded_start.py": {"coarse-to-fine"},
    "config/advice/wide_grid.py": {"random"},
    "config/reading/locations.py": {"uniform"},
}
OTHER_WORDS = {
    "numpy": "the array library",
    "cupy": "the array library",
    "sklearn": "scikit-learn's package",
    "memory": "a fault of the machine",
    "dates": "a kind of column",
    "step": "a field of samplers",
    "choice": "a word in `pipe check`",
    "none": "JSON, Python, and a target that is learned as it is",
    "log": "a logarithm",
    "constant": "an initial value, and a baseline",
    "normal": "an initial value",
    "uniform": "an initial value",
    "quantile": "what is learned of a target, or looked for in a message",
    "plain": "code without kernels",
}
"""Names that are also words of something else, each where it is that."""
ELSEWHERE = {
    "config/advice/few_rows_per_class.py": {"dates"},
    "cli/preview/data_lines.py": {"dates"},
    "config/checks/target_errors.py": {"none", "quantile"},
    "config/checks/target_head.py": {"dates", "log", "none", "quantile"},
    "engine/data/targets.py": {"log", "none", "quantile"},
    "values/target_scale.py": {"log", "none", "quantile"},
    "cli/preview/columns_table.py": {"dates"},
    "cli/preview/preview.py": {"dates"},
    "cli/preview/search_lines.py": {"choice", "memory"},
    "engine/data/comparison.py": {"dates"},
    "engine/data/expected.py": {"dates"},
    "engine/data/prepare.py": {"dates"},
    "engine/analysis/run_facts.py": {"dates"},
    "engine/model/model_file.py": {"quantile"},
    "engine/ranges/narrowing.py": {"step"},
    "engine/ranges/range_ends.py": {"step"},
    "engine/advice/simple_models.py": {"constant"},
    "engine/baselines/additions.py": {"sklearn"},
    "engine/baselines/assess.py": {"constant"},
    "engine/failures/machine_faults.py": {"memory"},
    "engine/search/rounds.py": {"memory"},
    "engine/training/checked.py": {"none"},
    "engine/training/identity.py": {"numpy"},
    "engine/training/variants.py": {"numpy", "cupy", "plain"},
    "engine/warm_start/map_to_space.py": {"none"},
    "function/checkpoint.py": {"numpy"},
    "function/parameters.py": {"numpy"},
    "function/state.py": {"numpy", "cupy"},
    "interfaces/activation.py": {"normal"},
    "interfaces/fields/coerce.py": {"numpy"},
    "interfaces/fields/errors.py": {"none"},
    "text/standings.py": {"constant"},
    "values/head.py": {"dates"},
    "values/segment.py": {"memory"},
    "values/slot.py": {"normal", "uniform", "constant"},
    "sklearn.py": {"sklearn"},
}


def texts(file: Path) -> Iterator[str]:
    """The string literals of a file, documentation left out."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.value


def bundled_in(text: str) -> set[str]:
    """The bundled plugins that a literal names: it is the name, a metric's with its part, or has it in quotes."""
    metric = re.sub(r"^(validation|train|test)\.", "", text)
    return {text, metric, *re.findall(r"[\"']([a-z][\w-]*)[\"']", text)} & BUNDLED


FILES = [
    name
    for file in sorted(CORE.rglob("*.py"))
    if not (name := file.relative_to(CORE).as_posix()).startswith(tuple(f"{each}/" for each in EXAMPLES))
]


def test_names_are_found_however_they_are_written() -> None:
    assert bundled_in("batchnorm") == {"batchnorm"}
    assert bundled_in("validation.accuracy") == {"accuracy"}
    assert bundled_in('add [[regularizer]] use = "l2"') == {"l2"}
    assert bundled_in("a grid of random values") == set()


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_core_names_the_bundled_plugins_that_are_listed_and_no_others(name: str) -> None:
    found = {word for text in texts(CORE / name) for word in bundled_in(text)}
    allowed = (DEFAULTS.get(name, set()), EXCEPTIONS.get(name, set()), ELSEWHERE.get(name, set()))
    assert found == set().union(*allowed)


def test_the_lists_name_files_that_exist_and_words_that_have_another_meaning() -> None:
    assert {*DEFAULTS, *EXCEPTIONS, *ELSEWHERE} <= set(FILES)
    assert set().union(*ELSEWHERE.values()) <= set(OTHER_WORDS)
