"""dates: a column of dates becomes its year, month, weekday, hour, and days since the first of the training rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from caviar.plugin import Array, ColumnHead, Constant, Head, Operation, Table, Transform

_DAY = 86_400  # seconds


class Dates(Transform, interface=2):
    """`when` becomes the columns when.year, when.month (1 to 12), when.weekday (0 is Monday), when.hour and when.days.

    The hour is left out where all training rows are at midnight. All are numbers in UTC; a missing date leaves all of
    them missing, which `impute` fills.
    """

    def fit(self, table: Table) -> dict[str, Array]:
        import numpy

        learned: dict[str, Array] = {}
        for name in table.features:
            if table.columns[name].dtype.kind == "M":
                seconds = table.columns[name][~numpy.isnat(table.columns[name])].astype("datetime64[s]").astype("int64")
                learned[f"first.{name}"] = numpy.asarray(seconds.min() if len(seconds) else 0)
                learned[f"hours.{name}"] = numpy.asarray(bool((seconds % _DAY).any()))
        return learned

    def apply(self, table: Table, learned: dict[str, Array]) -> Table:
        columns: dict[str, Array] = {}
        for name, column in table.columns.items():
            if f"first.{name}" in learned and column.dtype.kind == "M":
                first, hours = (learned[f"{key}.{name}"].reshape(-1)[0].item() for key in ("first", "hours"))
                columns |= {f"{name}.{part}": values for part, values in _parts(column, first, hours)}
            else:
                columns[name] = column
        return table.with_columns(columns)

    def foresee(self, head: Head) -> Head:
        features: list[ColumnHead] = []
        for each in head.features:
            names = ("year", "month", "weekday", *(() if each.whole else ("hour",)), "days")
            parts = [replace(each, name=f"{each.name}.{part}", kind="numbers", distinct=None) for part in names]
            features += parts if each.kind == "dates" else [each]
        return head.with_features(tuple(features))

    def description(self, learned: dict[str, Array]) -> tuple[Operation, ...]:
        names = [key.removeprefix("first.") for key in learned if key.startswith("first.")]
        return tuple(Operation("dates", _constants(learned, name), name) for name in names)


def _constants(learned: dict[str, Array], name: str) -> dict[str, Constant]:
    """The constants of a column's operation."""
    first, hours = (learned[f"{key}.{name}"].reshape(-1)[0].item() for key in ("first", "hours"))
    return {"first": float(first), "parts": ("year", "month", "weekday", *(["hour"] if hours else []), "days")}


def _parts(column: Array, first: int, hours: bool) -> Iterator[tuple[str, Array]]:
    import numpy

    moments = column.astype("datetime64[s]")
    missing = numpy.isnat(moments)
    moments = numpy.where(missing, numpy.datetime64(0, "s"), moments)
    days, months = moments.astype("datetime64[D]").astype("int64"), moments.astype("datetime64[M]").astype("int64")
    seconds = moments.astype("int64")
    yield "year", _numbers(1970 + months // 12, missing)
    yield "month", _numbers(1 + months % 12, missing)
    yield "weekday", _numbers((days + 3) % 7, missing)  # the first of January 1970 was a Thursday
    if hours:
        yield "hour", _numbers(seconds % _DAY // 3600, missing)
    yield "days", _numbers((seconds - first) / _DAY, missing)


def _numbers(values: Array, missing: Array) -> Array:
    import numpy

    return numpy.where(missing, numpy.nan, values.astype(numpy.float64))
