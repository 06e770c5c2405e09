"""The name of a metric: which part of the data it is measured on, and which metric it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

ACTIVATIONS = "train.activations."
"""Begins the names of what a trainer recorded of layers: "train.activations.layer1.dead"."""
_DEVIATION = "deviation."


@dataclass(frozen=True)
class MetricName:
    """Written `<part>.<name>`, such as "validation.accuracy"; results are stored under the written form.

    `part` is train, validation or test, or `deviation.<part>` for the standard deviation over folds.
    """

    part: str
    name: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """The inverse of `str`. A text without a dot is a name without a part."""
        prefix = _DEVIATION if text.startswith(_DEVIATION) else ""
        part, dot, name = text.removeprefix(prefix).partition(".")
        return cls(prefix + part, name) if dot else cls("", text)

    @property
    def is_loss(self) -> bool:
        """Whether it is the loss, which the trainer measures and no metric plugin."""
        return self.name == "loss"

    @property
    def deviation(self) -> Self:
        """Its standard deviation over folds."""
        return type(self)(_DEVIATION + self.part, self.name)

    def __str__(self) -> str:
        return f"{self.part}.{self.name}" if self.part else self.name
