"""The pipeline that an estimator's parameters declare."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from caviar.api.pipeline import Pipeline
from caviar.config.declaration.over import fields_given
from caviar.config.recipes.recipe import read_recipe
from caviar.interfaces.data import Data
from caviar.registry.load import load

PATHS = {
    "layers": "model.layers",
    "units": "model.units",
    "dropout": "model.dropout",
    "learning_rate": "optimizer.learning_rate",
    "batch_size": "trainer.batch_size",
}
"""The parameters that may be a range, and the paths of their values in a trial."""

# What a search of a small table can afford on one core: about what `pipe init` writes for the effort quick.
_RECIPE, _TRIALS, _EPOCHS = "tabular", 8, 64
_SMALL, _BATCH = 2000, 32  # fewer rows than this: an epoch of larger mini-batches would have only some steps


def declared(parameters: Mapping[str, Any], data: Mapping[str, Any], rows: int, dtype: str, seed: int) -> Pipeline:
    """The pipeline of an estimator: its own, or a recipe's, with the parameters that are not None laid over it.

    `data` are the settings of `Memory` that the estimator decides. Raises Mistakes, FieldErrors and PluginError.
    """
    own: Pipeline | None = parameters["pipeline"]
    fallback: dict[str, Any] = {} if own is not None else {"trials": _TRIALS}
    if own is None and parameters["recipe"] is None:
        fallback |= {"epochs": _EPOCHS} | ({"batch_size": _BATCH} if rows < _SMALL else {})
    given = fallback | {name: value for name, value in parameters.items() if value is not None}
    if given.get("trials") == 1:
        given["ensemble"] = 0
    base = Pipeline(recipe=given.get("recipe", _RECIPE)) if own is None else own
    tables: dict[str, dict[str, Any]] = {}
    paths = {**PATHS, "epochs": "trainer.epochs", "trials": "search.trials", "ensemble": "search.ensemble"}
    for name, path in paths.items():
        table, _, field = path.partition(".")
        if name in given:
            tables.setdefault(table, {})[field] = given[name]
    if metric := given.get("metric"):
        tables.setdefault("search", {})["metric"] = metric if "." in metric else f"validation.{metric}"
    tables.setdefault("search", {})["baselines"] = False
    if "dtype" not in base.trainer.model_fields_set:
        tables.setdefault("trainer", {})["dtype"] = dtype
    changed = {table: _with(base, table, fields) for table, fields in tables.items()}
    return base.model_copy(
        update=changed
        | {
            "data": _memory(base.data, given, data),
            "executor": _executor(given.get("n_jobs")),
            "reporter": (load("reporter", "progress")(),) if given["verbose"] else (),
            "seed": seed,
        }
    )


def _with(base: Pipeline, table: str, fields: Mapping[str, Any]) -> Any:
    """A table of the pipeline, or of its recipe where that decides which plugin it is, with other fields."""
    holder: Any = base
    if table not in base.model_fields_set and base.recipe is not None:
        holder = read_recipe(base.recipe).pipelines[()]
    below = getattr(holder, table)
    return type(below)(**{**(fields_given(below) if holder is base else {}), **fields})


def _memory(own: Data | None, given: Mapping[str, Any], data: Mapping[str, Any]) -> Data:
    memory: Any = load("data", "memory")
    if own is not None and not isinstance(own, memory):
        raise ValueError(
            "the rows are those of fit(X, y); pipeline.data may only be Memory(…), which says how they split"
        )
    chosen = {name: given[name] for name in ("folds", "validation") if name in given}
    return memory(**{**(fields_given(own) if own is not None else {}), **chosen, **data})  # type: ignore[no-any-return]


def _executor(jobs: int | None) -> Any:
    if jobs is None or jobs == 1:
        return load("executor", "inline")()
    return load("executor", "processes")(**({} if jobs < 0 else {"workers": jobs}))
