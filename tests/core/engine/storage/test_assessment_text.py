"""An assessment as a store keeps it."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from pathlib import Path

import pytest
from caviar import Assessment, Standing, StoreError
from caviar.engine.storage.assessment_text import from_text, to_text
from caviar.engine.storage.study_ledger import StudyLedger
from caviar.engine.storage.study_view import read_study
from caviar.interfaces.store import Changes
from caviar_plugins import SQLite

LINEAR = Standing("linear", {"test.r2": -inf}, {}, {"test": (-0.1, 1 / 3)}, note='trained on "few" rows')
FOUND = Assessment(
    3, "r2", "maximize", {"train": 9, "validation": 3, "test": 2}, 4, Standing("winner", {"test.r2": 0.1}), (LINEAR,)
)


def test_it_comes_back_to_the_bit() -> None:
    assert repr(from_text(to_text(FOUND))) == repr(FOUND)
    more = replace(FOUND, ensemble=replace(LINEAR, name="ensemble"))
    assert repr(from_text(to_text(more))) == repr(more)


def test_a_ledger_gives_the_last_one_and_so_does_a_reader(ledger: StudyLedger, tmp_path: Path) -> None:
    assert ledger.assessment() is None
    ledger.assess(FOUND)
    ledger.assess(replace(FOUND, trial=4))
    assert ledger.assessment() == replace(FOUND, trial=4)
    with read_study(SQLite(), tmp_path / "run") as view:
        assert view.assessment() == replace(FOUND, trial=4)


@pytest.mark.parametrize("text", ["{", "[]", '{"mapping": {"trial": 1}}', '{"mapping": {"winner": 1, "baselines": 2}}'])
def test_any_other_text_is_reported_as_damaged(ledger: StudyLedger, tmp_path: Path, text: str) -> None:
    ledger._ledger.commit(Changes(assessment=text))
    with read_study(SQLite(), tmp_path / "run") as view, pytest.raises(StoreError, match="damaged"):
        view.assessment()
