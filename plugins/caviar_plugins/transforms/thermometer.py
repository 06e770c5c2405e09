"""thermometer: flags beside a number that is mostly one value, which say how many of the other values it exceeds."""

from __future__ import annotations

from caviar.plugin import Array, ColumnHead, Head, Operation, Table, Transform, setting

from caviar_plugins.transforms.numeric import numeric

_ROWS = 16
"""For each value there must be so many training rows on average: a flag of fewer is learned by heart."""
_SPIKE = 0.5
"""One value must have this share of the rows. Without one flags did not help, docs/benchmarks/tables.md."""


class Thermometer(Transform, interface=2):
    """Beside the column a of k different values comes a.steps, k - 1 flags: the i-th is a > edge i.

    An edge lies halfway between two neighbouring values. With a flag a network learns a step by one weight, as a tree
    does by one split. It is for amounts that are mostly 0: no scale suits both the zero and the others. A column gets
    flags if half of its numbers in the training rows or more are the same, and there are at least 3 values, at most
    `most`, and 16 rows for each on average; not if a.steps is there already. A missing value sets no flag; a itself
    stays as it is.
    Source: Buckman et al. 2018, "Thermometer encoding", section 4; with bins in place of values, the piecewise constant
    form of Gorishniy, Rubachev & Babenko 2022, arXiv:2203.05556, section 3.2.
    """

    most: int = setting(default=256, ge=3)

    def fit(self, table: Table) -> dict[str, Array]:
        import numpy

        learned: dict[str, Array] = {}
        for name in numeric(table):
            column = table.columns[name]
            if column.ndim > 1 or _named(name) in table.columns:
                continue
            known = column.astype(numpy.float64)
            values, counts = numpy.unique(known[numpy.isfinite(known)], return_counts=True)
            if len(values) and self._suits(len(values), table.rows, counts.max() / counts.sum()):
                learned[f"edges.{name}"] = (values[1:] + values[:-1]) / 2
        return learned

    def apply(self, table: Table, learned: dict[str, Array]) -> Table:
        columns = dict(table.columns)
        for name in table.features:
            if (edges := learned.get(f"edges.{name}")) is not None:
                columns[_named(name)] = table.columns[name].astype(edges.dtype)[:, None] > edges
        return table.with_columns(columns)

    def foresee(self, head: Head) -> Head:
        added = [_foreseen(each) for each in head.features if self._is_foreseen(each, head)]
        return head.with_features((*head.features, *added))

    def description(self, learned: dict[str, Array]) -> tuple[Operation, ...]:
        edges = {key.removeprefix("edges."): array for key, array in learned.items()}
        return tuple(
            Operation("thermometer", {"source": (name,), "edges": array}, _named(name)) for name, array in edges.items()
        )

    def _suits(self, values: int, rows: int, largest_share: float) -> bool:
        return 3 <= values <= min(self.most, rows // _ROWS) and largest_share >= _SPIKE

    def _is_foreseen(self, column: ColumnHead, head: Head) -> bool:
        if column.kind != "numbers" or column.shape or column.levels or not column.distinct or not column.commonest:
            return False
        present = (head.seen or head.rows) - column.gaps
        return self._suits(column.distinct, head.rows, column.commonest / max(present, 1))


def _foreseen(column: ColumnHead) -> ColumnHead:
    return ColumnHead(_named(column.name), "flags", ((column.distinct or 1) - 1,))


def _named(column: str) -> str:
    """The name of the flags' column."""
    return f"{column}.steps"
