"""Digits: 5,620 handwritten digits of 8x8 pixels, bundled."""

from pathlib import Path

from caviar.plugin import ColumnHead, Data, Head, Table

TRAINING_ROWS = 3823
"""The rows after these were written by 13 other people: the official test part."""


ROWS = 5620


class Digits(Data, interface=2):
    """Pixels count the inked points of a 4x4 square, 0 to 16. The test part is the official one.

    Source: Alpaydin & Kaynak 1998, Optical Recognition of Handwritten Digits, UCI, doi 10.24432/C50P49, CC BY 4.0.
    """

    def read(self) -> Table:
        import numpy

        with numpy.load(Path(__file__).with_name("digits.npz"), allow_pickle=False) as file:
            x, digit = file["x"], file["y"].astype(numpy.int64)
        return Table(
            {"x": x.reshape(-1, 8, 8), "digit": digit}, ("digit",), test=numpy.arange(len(digit)) >= TRAINING_ROWS
        )

    def head(self) -> Head:
        pixels = ColumnHead("x", "numbers", (8, 8), whole=True)
        digit = ColumnHead("digit", "numbers", distinct=10, whole=True)
        return Head((pixels,), (digit,), ROWS, test=ROWS - TRAINING_ROWS)
