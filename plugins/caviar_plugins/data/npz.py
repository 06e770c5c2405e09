"""NPZ: arrays of a NumPy archive, X and y or X_train, y_train, X_test and y_test."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Collection
from math import prod
from pathlib import Path
from typing import Any, NoReturn

from caviar.plugin import EXACT_WHOLE, Array, ColumnHead, Data, DataError, Head, Table, setting

from caviar_plugins.data.npz_head import ArrayHead, archive_of, array_heads, names_in
from caviar_plugins.data.npz_values import first_unusable, no_text, rounded, unusable, values_of


class NPZ(Data, interface=2):
    """Features are the array X, one row per example (images keep their shape); the target is named by `target`.

    An archive with X_test brings its own test part. Arrays by which rows are split, such as that of `group`, hold one
    value per row (group_train and group_test where there are two parts). Other arrays are ignored; pickled objects are
    refused.
    """

    path: Path = setting(default=...)
    target: str = "y"

    def read(self) -> Table:
        table = self._table(needs_target=True)
        sizes = [int(part.sum()) for part in (~table.test, table.test)] if table.test is not None else [table.rows]
        truth, start = table.columns[self.target], 0
        for end, size in zip(("_train", "_test") if table.test is not None else ("",), sizes, strict=True):
            self._are_numbers(truth[start : start + size], end)
            start += size
        return table

    def read_rows(self, words: Collection[str] = ()) -> Table:
        return self._table(needs_target=False)

    def head(self) -> Head:
        with archive_of(self.path) as archive:
            parts = self._parts(archive, needs_target=True)
            values: list[Any] = []
            for end, part in parts.items():
                found = values_of(self.path, archive, part["y"])
                if (place := first_unusable(found)) is not None:
                    raise unusable(self.path, f"{self.target}{end}", place)
                values += found
        x, y = (next(iter(parts.values()))[name] for name in "xy")
        counts = Counter(values)
        target = ColumnHead(
            self.target,
            y.kind or "words",
            distinct=len(counts),
            whole=all(part["y"].code in "iu" for part in parts.values()),
            rounded=any(rounded(values, part["y"]) for part in parts.values()),
        )
        rows = sum(part["x"].shape[0] for part in parts.values())
        size = len(parts) * sum(part["x"].size * prod(part["x"].shape) for part in parts.values())
        tested = parts["_test"]["x"].shape[0] if "_test" in parts else 0
        pixels = ColumnHead("x", x.kind or "numbers", x.shape[1:], whole=x.code in "iu", missing=None)
        first = next(iter(parts.values()))
        splitting = (ColumnHead(name, first[f"by {name}"].kind or "words", missing=None) for name in self.split_columns)
        return Head((pixels, *splitting), (target,), rows, test=tested, seen=len(values), reading=size)

    def _table(self, needs_target: bool) -> Table:
        """The arrays that matter, as columns."""
        import numpy

        with archive_of(self.path) as archive:
            heads = self._parts(archive, needs_target)
            parts = [{name: _array(archive, head) for name, head in part.items()} for part in heads.values()]
        columns, rounded = {}, False
        for name, column in {"x": "x", **{f"by {each}": each for each in self.split_columns}, "y": self.target}.items():
            if name in parts[0]:
                columns[column] = numpy.concatenate([_rows(part[name], name) for part in parts])
        if len(parts) == 2 and "y" in parts[0]:  # whole numbers and others are floats together
            rounded = columns[self.target].dtype.kind == "f" and any(map(_are_large, (part["y"] for part in parts)))
        for name in [name for name, column in columns.items() if column.dtype.kind == "U"]:
            try:
                columns[name] = columns[name].astype(object)
            except ValueError:
                raise no_text(self.path, name) from None
        test = numpy.arange(len(columns["x"])) >= len(parts[0]["x"]) if len(parts) == 2 else None
        targets = (self.target,) if self.target in columns else ()
        return Table(columns, targets, test, rounded=targets if rounded else ())

    def _parts(self, archive: zipfile.ZipFile, needs_target: bool) -> dict[str, dict[str, ArrayHead]]:
        """The heads of features (x), target (y), if it is there, and what splits rows (by NAME), by their names' end.

        They fit each other. Raises DataError.
        """
        lower = self.target.lower()
        splitting = self.split_columns if needs_target else ()
        names = ("x", lower, *(name.lower() for name in splitting))
        wanted = {f"{name}{end}" for name in names for end in ("", "_train", "_test")}
        heads = array_heads(self.path, archive, wanted)
        there = ", ".join(names_in(archive)) or "none"
        ends = ("_train", "_test") if "x_train" in heads else ("",)
        parts: dict[str, dict[str, ArrayHead]] = {}
        for end in ends:
            x, y = heads.get(f"x{end}"), heads.get(f"{lower}{end}")
            if x is None and end == "_test":
                continue
            if x is None:
                named = f"X holds the features, {self.target} the target"
                self._fail(f"there is no array X{end}; {named}; there are {there}")
            self._holds_features(x, end)
            if y is not None:
                self._one_a_row(self.target, y, x.shape[0], end)
            parts[end] = {"x": x} if y is None else {"x": x, "y": y}
            for name in splitting:
                if (column := heads.get(f"{name.lower()}{end}")) is None:
                    self._fail(f"there is no array '{name}{end}' to split rows by; there are {there}")
                self._one_a_row(name, column, x.shape[0], end)
                parts[end][f"by {name}"] = column
        first, last = parts[ends[0]], parts[list(parts)[-1]]
        if first.keys() != last.keys():
            self._fail(f"{self.target}_train and {self.target}_test belong together; one is missing")
        if first["x"].shape[1:] != last["x"].shape[1:]:
            shapes = " and ".join(str(part["x"].shape) for part in (first, last))
            self._fail(f"X_train and X_test differ in shape: {shapes}")
        if "y" not in first:
            if needs_target:
                self._fail(f"there is no array '{self.target}' to predict; name it as target; there are {there}")
        elif (first["y"].kind == "words") != (last["y"].kind == "words"):
            kinds = f"{self.target}_train holds {first['y'].kind} and {self.target}_test {last['y'].kind}"
            self._fail(f"{kinds}; they must be the same")
        return parts

    def _holds_features(self, x: ArrayHead, end: str) -> None:
        if len(x.shape) < 2 or x.kind is None or x.kind == "words" or 0 in x.shape:
            self._fail(f"X{end} is {x.dtype} of shape {x.shape}; numbers are expected, one row per example")

    def _one_a_row(self, name: str, array: ArrayHead, rows: int, end: str) -> None:
        if array.shape[1:] not in ((), (1,)) or not array.shape or array.kind is None:
            text = f"{name}{end} is {array.dtype} of shape {array.shape}; one number or word a row is expected"
            self._fail(text)
        if array.shape[0] != rows:
            self._fail(f"X{end} has {rows} rows and {name}{end} {array.shape[0]}; they must agree")

    def _are_numbers(self, truth: Array, end: str) -> None:
        import numpy

        if truth.dtype.kind == "f" and not numpy.isfinite(truth).all():
            raise unusable(self.path, f"{self.target}{end}", int(numpy.flatnonzero(~numpy.isfinite(truth))[0]))

    def _fail(self, text: str) -> NoReturn:
        raise DataError(f"{self.path}: {text}")


def _array(archive: zipfile.ZipFile, head: ArrayHead) -> Array:
    import numpy

    with archive.open(head.name) as file:
        array: Array = numpy.lib.format.read_array(file, allow_pickle=False)
    return array


def _are_large(array: Array) -> bool:
    return array.dtype.kind in "iu" and max(int(array.max()), -int(array.min())) > EXACT_WHOLE


def _rows(array: Array, name: str) -> Array:
    """A row for each example: images in C order whatever the file's, the target without a second axis."""
    if name != "x":
        return array.reshape(-1)
    return array if array.ndim == 2 else array.reshape(len(array), -1).reshape(array.shape)
