"""A starter for transforms: outliers are cut off."""

PLUGIN = '''\
"""$name: replace this by what yours does."""

import numpy
from caviar.plugin import Array, Table, Transform, setting


class $cls($bases):
    """Cuts every column of numbers off at two quantiles of the training rows: the lowest and highest `share` of them.

    Missing values stay missing; words and flags are left as they are.
    """

    share: float = setting(default=0.01, gt=0, lt=0.5)

    def fit(self, table: Table) -> dict[str, Array]:
        learned: dict[str, Array] = {}
        for name in table.features:
            column = table.columns[name]
            if column.dtype.kind in "iuf" and not numpy.isnan(column).all(axis=0).any():
                low, high = numpy.nanquantile(column, [self.share, 1 - self.share], axis=0)
                learned[f"low.{name}"], learned[f"high.{name}"] = numpy.asarray(low), numpy.asarray(high)
        return learned

    def apply(self, table: Table, learned: dict[str, Array]) -> Table:
        columns = dict(table.columns)
        for name in table.features:
            if f"low.{name}" in learned:
                cut = numpy.clip(columns[name], learned[f"low.{name}"], learned[f"high.{name}"])
                columns[name] = cut.astype(numpy.float32)
        return table.with_columns(columns)
'''
TEST = '''\
"""$name: the laws of transforms, and what is special about this one."""

import numpy
from caviar.plugin import Table
from caviar.testing import TransformContract

from $module import $cls


class Test$cls(TransformContract):
    transform = $cls()

    def test_an_outlier_among_new_rows_is_cut_off(self) -> None:
        transform = $cls(share=0.25)
        learned = transform.fit(Table({"x": numpy.arange(5.0), "y": numpy.zeros(5)}, ("y",)))
        changed = transform.apply(Table({"x": numpy.array([-9.0, 2.0, 9.0, numpy.nan])}, ()), learned)
        numpy.testing.assert_array_equal(changed.columns["x"], [1.0, 2.0, 3.0, numpy.nan])
'''
EXAMPLE = """\
# 32 networks on handwritten digits whose pixels went through $name: pipe run example.toml
data = "digits"
transform = [{ use = "$name", share = 0.01 }, "standardize"]
normalizer = "batchnorm"
regularizer = ["l2"]

[optimizer]
use = "adam"
learning_rate = { log = [1e-4, 1e-1] }

[search]
trials = 32
"""
