"""Rows that a program holds."""

import numpy
from caviar.plugin import Table
from caviar.testing import DataContract
from caviar_plugins.data.memory import Memory


class TestMemory(DataContract):
    data = Memory().holding(Table({"x": numpy.arange(8.0).reshape(4, 2), "y": numpy.arange(4)}, ("y",)))
