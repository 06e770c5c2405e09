"""numpy."""

import numpy
from caviar_plugins import NumPy


def test_it_is_always_there_and_moves_nothing() -> None:
    backend, array = NumPy(), numpy.ones(3)
    assert backend.missing() is None
    assert backend.library() is numpy
    assert backend.send(array) is backend.fetch(array) is array
