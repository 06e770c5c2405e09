"""The pipeline that a program declares, filled by the recipe that it names."""

from __future__ import annotations

from collections.abc import Callable

from caviar.config.declaration.over import laid_over
from caviar.config.declaration.pipeline import Pipeline
from caviar.config.reading.errors import Mistake, Mistakes
from caviar.config.recipes.chosen import Chosen, chosen, filled, needs_task
from caviar.config.recipes.recipe import read_recipe
from caviar.interfaces.data import Data
from caviar.registry.index import PluginError
from caviar.values.task import TaskKind


def filled_program(pipeline: Pipeline, read_task: Callable[[Data], TaskKind]) -> Pipeline:
    """The pipeline with the values of its recipe in place of defaults. Raises Mistakes and DataError.

    Of data without a head `read_task` reads the rows.
    """
    assert pipeline.recipe is not None
    written = set(pipeline.model_fields_set)
    try:
        recipe = read_recipe(pipeline.recipe)
    except PluginError as error:
        raise Mistakes([Mistake(pipeline.name, None, "recipe", str(error))]) from None
    by = Chosen(recipe)
    common = pipeline.model_copy(update=laid_over(by.pipeline, pipeline))
    if not needs_task(recipe, common):
        return filled(common, written, by)
    data = common.data
    if data is None:
        text = f"'{recipe.name}' depends on the task, and there is no data yet; give Pipeline(data=…), or run(X, y)"
        raise Mistakes([Mistake(pipeline.name, None, "recipe", text)])
    task = data.task
    if task is None:
        head = data.head()
        task = read_task(data) if head is None else head.task
    by = chosen(recipe, common, task)
    return filled(pipeline.model_copy(update=laid_over(by.pipeline, pipeline)), written, by)
