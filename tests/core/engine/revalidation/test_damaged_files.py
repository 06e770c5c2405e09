"""Files of a run's tests that are damaged count as absent."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from caviar.engine.revalidation.history import note_revalidation, revalidations
from caviar.engine.revalidation.reference import read_reference
from caviar.support.checked_json import write_checked
from caviar.support.dates import now
from caviar.values.revalidation import Answer, Revalidation

GOOD = {"format": 1, "date": "2026-01-02T03:04:05Z", "conclusion": "still good", "exit_code": 0, "system": {}}
DEEP = "[" * 100_000


@pytest.mark.parametrize(
    "text",
    ["", "\0" * 50, '"x"', "7", "null", "[]", DEEP]
    + [{**GOOD, name: 7} for name in ("date", "system")]
    + [{**GOOD, "exit_code": None}, {**GOOD, "system": ["numpy"]}, json.dumps(GOOD)],
)
def test_a_revalidation_that_does_not_read_is_left_out(tmp_path: Path, text: str | dict[str, Any]) -> None:
    place = tmp_path / "revalidations"
    place.mkdir()
    write_checked(place / "good.json", GOOD)
    if isinstance(text, str):
        (place / "other.json").write_text(text)
    else:
        write_checked(place / "other.json", text)
    assert [each.date for each in revalidations(tmp_path)] == [GOOD["date"]]


def test_a_link_in_the_place_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    run, elsewhere = tmp_path / "run", tmp_path / "elsewhere"
    run.mkdir()
    elsewhere.mkdir()
    (run / "revalidations").symlink_to(elsewhere)
    answer = Answer("yes", "")
    found = Revalidation("2026-01-02T03:04:05Z", 0, "accuracy", "maximize", 3, 0, answer, answer, answer, answer)
    with pytest.raises(OSError, match="revalidations"):
        note_revalidation(run, found)
    assert not list(elsewhere.iterdir())


def test_two_tests_in_one_second_are_both_kept_and_one_that_is_noted_again_replaces_itself(tmp_path: Path) -> None:
    answer = Answer("yes", "")
    for _ in range(2):
        date = now("microseconds")
        found = Revalidation(date, 0, "accuracy", "maximize", 3, 0, answer, answer, answer, answer)
        note_revalidation(tmp_path, found)
        note_revalidation(tmp_path, replace(found, searched="runs/again"))
    assert [each.whole["searched"] for each in revalidations(tmp_path)] == ["runs/again"] * 2


@pytest.mark.parametrize("text", ["", "\0" * 50, '"x"', "null", DEEP])
def test_a_reference_that_does_not_read_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "reference.json").write_text(text)
    assert read_reference(tmp_path) is None


@pytest.mark.parametrize("date", ["yesterday", "2026-01-02", ""])
def test_a_reference_without_a_date_is_none(tmp_path: Path, date: str) -> None:
    told = {"format": 1, "date": date, "trial": 0, "fingerprint": "", "system": {}, "defaults": {}, "targets": {}}
    file = tmp_path / "reference.json"
    write_checked(file, told)
    assert read_reference(tmp_path) is None
    write_checked(file, {**told, "date": GOOD["date"]})
    assert read_reference(tmp_path) is not None
