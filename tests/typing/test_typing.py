"""mypy --strict accepts what programs and plugins write, and what docs/python.md shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from caviar_plugins import Memory
from mypy import api

from tests.docs.blocks import ROOT, blocks_of
from tests.typing.program import OneFile


def complaints(file: Path) -> str:
    cache = str(ROOT / ".mypy_cache" / "typing")
    told, failed, _ = api.run(["--strict", "--no-error-summary", "--cache-dir", cache, str(file)])
    return told + failed


def test_a_program_with_plugins_of_its_own_passes_the_strict_checks() -> None:
    assert complaints(Path(__file__).with_name("program.py")) == ""


def test_the_page_for_programs_passes_the_strict_checks(tmp_path: Path) -> None:
    shown = [block.text for block in blocks_of(ROOT / "docs" / "python.md") if block.language == "python"]
    assert shown
    (tmp_path / "page.py").write_text("\n".join(shown))
    told = [line for line in complaints(tmp_path / "page.py").splitlines() if ": error: " in line]
    assert len(told) == 2, "the page shows a call with mistakes, which a type checker finds too"
    assert all('to "Adam"' in line or 'for "Adam"' in line for line in told)


def test_what_a_type_checker_refuses_is_still_refused(tmp_path: Path) -> None:
    (tmp_path / "wrong.py").write_text('from caviar_plugins import Adam\nAdam(learning_rate="0.1")\nAdam(rate=0.1)\n')
    told = complaints(tmp_path / "wrong.py")
    assert 'incompatible type "str"; expected "float | Sampler"' in told
    assert 'Unexpected keyword argument "rate"' in told


def test_the_fields_that_all_data_have_are_given_by_name_alone() -> None:
    assert OneFile(Path("a.csv")).path == Path("a.csv")
    assert OneFile(Path("a.csv"), ";", task="regression").separator == ";"
    with pytest.raises(TypeError, match="Memory takes at most 0 values, not 1"):
        Memory("regression")  # type: ignore[call-arg]
