"""Our numbers against PyTorch's, which are committed; `python -m tests.truth.make` made them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from caviar.plugin import Array
from safetensors.numpy import load_file

from tests.truth import ours
from tests.truth.cases import Case, committed
from tests.truth.compare import assert_equal

FOLDER = Path(__file__).parent
CASES = committed()


@cache
def truth(what: str) -> dict[str, Array]:
    return load_file(FOLDER / f"{what}.safetensors")


def arrays(case: Case, side: str) -> dict[str, Array]:
    prefix = f"{case.name}/{side}/"
    return {name.removeprefix(prefix): each for name, each in truth(case.what).items() if name.startswith(prefix)}


@pytest.mark.parametrize("form", ours.FORMS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.what}: {case.name}")
def test_ours_are_pytorchs(case: Case, form: str) -> None:
    case = replace(case, arrays=arrays(case, "in"))
    assert_equal(case, getattr(ours, case.what)(case.parts, case.arrays, ours.FORMS[form]), arrays(case, "out"))


def test_every_committed_result_belongs_to_a_case() -> None:
    for what in {case.what for case in CASES}:
        assert {name.split("/")[0] for name in truth(what)} == {case.name for case in CASES if case.what == what}


def test_the_committed_files_are_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.glob("*.safetensors")) < 1_000_000
