"""The laws of stores."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from caviar.interfaces.store import StoreError
from caviar.testing.records import RecordLaws
from caviar.testing.stated import StatedInterface
from caviar.testing.study import STUDY, TRIALS, ended
from caviar.testing.tools import raises


class StoreContract(StatedInterface, RecordLaws):
    """Set `store`."""

    kind = "store"

    def test_a_new_study_is_about_nothing(self, tmp_path: Path) -> None:
        with self.store.open(tmp_path / "deep" / "run", "maximize") as ledger:
            assert ledger.study() is None
            assert ledger.trials() == ()
            assert dict(ledger.curves("loss")) == {}

    def test_studies_and_trials_come_back_to_the_bit_and_to_the_type(self, tmp_path: Path) -> None:
        with self.study(tmp_path) as ledger:
            assert repr(ledger.trials()) == repr(TRIALS)
        with self.again(tmp_path) as ledger:
            assert ledger.study() == STUDY
            assert repr(ledger.trials()) == repr(TRIALS)
            ledger.describe(replace(STUDY, fingerprint="def"))
            assert ledger.study() == replace(STUDY, fingerprint="def")

    def test_a_study_has_one_ledger_that_records(self, tmp_path: Path) -> None:
        with self.study(tmp_path), raises(StoreError):
            self.again(tmp_path)
        self.again(tmp_path).close()

    def test_a_study_can_be_looked_at_while_it_goes_on(self, tmp_path: Path) -> None:
        with self.study(tmp_path) as ledger:
            with self.store.read(tmp_path / "run") as looking:
                assert repr(looking.trials()) == repr(TRIALS)
                ledger.record([ended(0, 0.5)])
                assert looking.study() == STUDY
                assert looking.trials()[0].objective == 0.5
                assert list(looking.curves("loss")) == [0]
            with self.store.read(tmp_path / "run") as looking:
                assert looking.trials()[0].objective == 0.5
                assert (looking.weights(0)["layer1.weight"] == 0).all()
                with raises(StoreError):
                    looking.record([ended(1, 0.5)])

    def test_looking_for_a_study_makes_none(self, tmp_path: Path) -> None:
        with raises(StoreError):
            self.store.read(tmp_path / "run")
        assert not (tmp_path / "run").exists()
