"""The laws of stores."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from caviar.interfaces.store import Changes, StoreError
from caviar.testing.records import RecordLaws
from caviar.testing.stated import StatedInterface
from caviar.testing.study import STUDY, TRIALS, ended
from caviar.testing.tools import raises
from caviar.values.timeline import TimedPopulation


class StoreContract(StatedInterface, RecordLaws):
    """Set `store`."""

    kind = "store"

    def test_a_new_study_is_about_nothing(self, tmp_path: Path) -> None:
        with self.store.open(tmp_path / "deep" / "run") as ledger:
            assert ledger.study() is None
            assert ledger.trials() == ()
            assert not ledger.attempts()
            assert not ledger.artifacts()
            assert not ledger.curves("loss")
            assert ledger.assessment() is None

    def test_studies_and_trials_come_back_to_the_bit_and_to_the_type(self, tmp_path: Path) -> None:
        with self.study(tmp_path) as ledger:
            assert repr(ledger.trials()) == repr(TRIALS)
        with self.again(tmp_path) as ledger:
            assert repr(ledger.study()) == repr(STUDY)
            assert repr(ledger.trials()) == repr(TRIALS)
            other = replace(STUDY, fingerprint="def", earlier=())
            ledger.commit(Changes(study=other))
            assert ledger.study() == other

    def test_the_assessment_last_committed_comes_back_as_it_was(self, tmp_path: Path) -> None:
        with self.study(tmp_path) as ledger:
            ledger.commit(Changes(assessment='{"of": "the first"}'))
            ledger.commit(Changes(assessment='{"of": "Größe \\u0000 1e-3"}'))
            ledger.commit(Changes(study=STUDY))
            assert ledger.assessment() == '{"of": "Größe \\u0000 1e-3"}'
        with self.store.read(tmp_path / "run") as reading:
            assert reading.assessment() == '{"of": "Größe \\u0000 1e-3"}'

    def test_a_timeline_comes_back_as_it_was_each_population_once_or_none_is_kept(self, tmp_path: Path) -> None:
        first = TimedPopulation("höst 7", 1.25, 0, (0, 1), (3, 2), (0.5, 0.25))
        second = TimedPopulation("höst 8", 1e9 + 0.125, 3, (2,), (9,), (2.0,), fold=1, repeat=2)
        with self.study(tmp_path) as ledger:
            ledger.commit(Changes(timeline=(first,)))
            ledger.commit(Changes(timeline=(second,)))
            ledger.commit(Changes(timeline=(second,)))
        with self.store.read(tmp_path / "run") as reading:
            assert {*reading.timeline()} in ({first, second}, set())
            assert len(reading.timeline()) == len({*reading.timeline()})

    def test_a_study_has_one_ledger_that_records(self, tmp_path: Path) -> None:
        with self.study(tmp_path), raises(StoreError):
            self.again(tmp_path)
        self.again(tmp_path).close()

    def test_a_study_can_be_read_while_it_goes_on(self, tmp_path: Path) -> None:
        with self.study(tmp_path) as ledger, self.store.read(tmp_path / "run") as reading:
            assert repr(reading.trials()) == repr(TRIALS)
            ledger.commit(ended(0, 0.5))
            assert repr(reading.study()) == repr(STUDY)
            assert repr(reading.trials()) == repr(TRIALS), "what is read is of the moment when it was opened"
            assert not reading.curves("loss")
            assert not reading.attempts()
            assert not reading.artifacts()
            with raises(StoreError):
                reading.commit(ended(1, 0.5))
            with self.store.read(tmp_path / "run") as later:
                assert later.trials()[0].objective == 0.5
        with self.store.read(tmp_path / "run") as reading:
            assert reading.trials()[0].objective == 0.5
            assert list(reading.curves("loss")) == list(reading.attempts()) == list(reading.artifacts()) == [0]

    def test_what_is_read_is_of_one_moment_whichever_rows_are_asked_for_first(self, tmp_path: Path) -> None:
        with self.study(tmp_path) as ledger, self.store.read(tmp_path / "run") as reading:
            ledger.commit(ended(0, 0.5))
            assert not reading.curves("loss")
            assert repr(reading.trials()) == repr(TRIALS)

    def test_reading_a_study_that_is_not_there_makes_none(self, tmp_path: Path) -> None:
        with raises(StoreError):
            self.store.read(tmp_path / "run")
        assert not (tmp_path / "run").exists()
