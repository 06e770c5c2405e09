"""The trainers of functions keep the laws of trainers, and say what is wrong with a function."""

from __future__ import annotations

from caviar.testing import TrainerContract

from tests.core.function.functions import descend, replayed


class TestDescend(TrainerContract):
    trainer = descend.trainer(units=4, form="a")


class TestReplayed(TrainerContract):
    trainer = replayed.trainer(rate=0.1)
