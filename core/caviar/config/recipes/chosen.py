"""Which of a recipe's values a pipeline takes: those of its task and of its metric."""

from __future__ import annotations

from dataclasses import dataclass

from caviar.config.checks.metrics import asked_metric, default_metric
from caviar.config.checks.points import fitting_points
from caviar.config.checks.schedules import unfit_schedules
from caviar.config.declaration.pipeline import Pipeline
from caviar.config.declaration.space import unread
from caviar.config.declaration.tiers import complete
from caviar.config.recipes.recipe import Recipe, Variant
from caviar.values.metric_name import MetricName
from caviar.values.task import TaskKind


@dataclass(frozen=True)
class Chosen:
    """A variant of a recipe; `task` is the one that it was chosen for where the data does not declare it."""

    recipe: Recipe
    variant: Variant = ()
    task: TaskKind | None = None

    @property
    def pipeline(self) -> Pipeline:
        """What it fills in."""
        return self.recipe.pipelines[self.variant]


def chosen(recipe: Recipe, pipeline: Pipeline, task: TaskKind | None) -> Chosen:
    """The variant for a pipeline that has the recipe's common values already; `task` None: it has none."""
    if task is None or not recipe.depends:
        return Chosen(recipe)
    metric = MetricName.parse(asked_metric(pipeline) or default_metric(task)).name
    declared = pipeline.data is not None and pipeline.data.task is not None
    return Chosen(recipe, recipe.variant(task, metric), None if declared else task)


def needs_task(recipe: Recipe, pipeline: Pipeline) -> bool:
    """Whether the task decides which values of a recipe a pipeline takes."""
    return recipe.depends and pipeline.trainer.needs_data


def filled(pipeline: Pipeline, written: set[str], by: Chosen) -> Pipeline:
    """The pipeline without tables that its trainer does not read and the user has not `written`.

    The recipe's points lose the values of fields that the user has given another range, or none, and its schedules go
    with the fields that the user's plugins do not have.
    """
    idle = unread(pipeline) & pipeline.model_fields_set - written
    defaults = {name: Pipeline.model_fields[name].get_default(call_default_factory=True) for name in idle}
    copy = pipeline.model_copy(update={**defaults, "recipe": None})
    copy.model_fields_set.difference_update(idle)
    if copy.search.points and copy.search.points == by.pipeline.search.points:
        search = copy.search.model_copy(update={"points": fitting_points(complete(copy))})
        copy = copy.model_copy(update={"search": search})
    theirs = by.pipeline.schedule
    unfit = {field for field in unfit_schedules(copy) if copy.schedule[field] is theirs.get(field)}
    if unfit:
        kept = {field: each for field, each in copy.schedule.items() if field not in unfit}
        copy = copy.model_copy(update={"schedule": kept})
    copy._recipe_task = by.task
    return copy
