"""rare-class: of a class with few rows, accuracy tells hardly anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from caviar.config.advice.advice import Advice
from caviar.interfaces.data import DataError
from caviar.values.rare_class import rare_class as rarest
from caviar.values.task import class_key

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline


def rare_class(pipeline: Pipeline) -> Iterator[Advice]:
    """A class has less than a fifth of an equal share of the rows, and accuracy is searched, or it is not positive."""
    data = pipeline.data if pipeline.trainer.needs_data else None
    try:
        head = data.head() if data else None
    except DataError:  # reading the data reports it
        head = None
    if data is None or head is None or (data.task or head.task) == "regression":
        return
    if (rare := rarest(head)) is None:
        return
    told = f"{rare.share:.1%} of the rows are '{rare.label}', which"
    if pipeline.search.asked in (None, "validation.accuracy"):
        weights = 'a loss with class_weights = "balanced" makes each class count as much'
        text = f'{told} accuracy hardly sees; search metric = "{rare.metric}"; {weights}'
        yield Advice("rare-class", "search.metric", text, (f"search.metric={rare.metric}",))
    second = head.target[0].classes[-1][0] if data.positive is None else class_key(data.positive)
    if rare.two and second != rare.label:
        text = f'{told} precision, recall and f1 are not about; say positive = "{rare.label}"'
        yield Advice("rare-class", "data.positive", text, (f"data.positive={rare.label}",))
