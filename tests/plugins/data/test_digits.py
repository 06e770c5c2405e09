"""The bundled digits are the published ones."""

import numpy
from caviar.testing import DataContract
from caviar_plugins.data.digits import Digits
from sklearn.datasets import load_digits


class TestDigits(DataContract):
    data = Digits()


def test_the_parts_have_the_published_sizes() -> None:
    table = Digits().read()
    assert table.test is not None
    assert (table.rows, int((~table.test).sum()), int(table.test.sum())) == (5620, 3823, 1797)
    assert table.columns["x"].shape == (5620, 8, 8)
    assert table.target == ("digit",)


def test_the_test_part_is_the_one_that_scikit_learn_bundles() -> None:
    table, theirs = Digits().read(), load_digits()
    assert (table.columns["x"][table.test] == theirs.images).all()
    assert (table.columns["digit"][table.test] == theirs.target).all()


def test_the_training_part_has_the_published_classes() -> None:
    table = Digits().read()
    counts = numpy.bincount(table.columns["digit"][~numpy.asarray(table.test)])
    assert counts.tolist() == [376, 389, 380, 389, 387, 376, 377, 387, 380, 382]  # optdigits.names
