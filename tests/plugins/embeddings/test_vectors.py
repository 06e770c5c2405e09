"""vectors: the laws of embeddings, and which categories it takes."""

from __future__ import annotations

import numpy
from caviar.plugin import InputColumn, Inputs, Views, lay_out, size_of
from caviar.testing import EmbeddingContract, bound
from caviar_plugins import Vectors


class TestVectors(EmbeddingContract):
    embedding = Vectors(size=3, above=2)
    inputs = Inputs.of([InputColumn("town", "category", (4,), 4), InputColumn("street", "category", (), 5)])


class TestVectorsOfFlags(EmbeddingContract):
    embedding = Vectors(size=3, above=2)
    inputs = Inputs.of([InputColumn("town", "category", (4,), 4), InputColumn("land", "category", (3,), 3)])


def test_a_row_gets_the_vector_of_its_level_and_zeros_without_one() -> None:
    embedding, inputs = Vectors(size=2), Inputs.of([InputColumn("street", "category", (), 3)])
    layout = lay_out(embedding.layout(inputs)[0])
    parameters = Views(numpy.arange(1.0, 1 + size_of(layout))[None], layout)
    output, _ = bound([embedding]).forward(parameters, numpy.asarray([[[2.0], [-1.0], [0.0]]]), inputs)
    assert output[0].tolist() == [[5.0, 6.0], [0.0, 0.0], [1.0, 2.0]]


def test_categories_of_few_levels_stay_one_hot() -> None:
    few, many = InputColumn("few", "category", (8,), 8), InputColumn("many", "category", (9,), 9)
    codes, flag = InputColumn("codes", "category", (), 2), InputColumn("flag", "flag")
    assert [Vectors().takes(column) for column in (few, many, codes, flag)] == [False, True, True, False]
