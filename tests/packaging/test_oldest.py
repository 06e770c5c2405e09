"""The oldest dependencies: what `.ci/surroundings` installs is what pyproject.toml promises to work with."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_constraints_are_the_lower_bounds_of_pyproject() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    bounds = [re.match(r"([\w.-]+)>=([\d.]+)", each) for each in wanted]
    assert None not in bounds, "every dependency has a lower bound"
    expected = {f"{each[1]}=={each[2]}" for each in bounds if each}
    lines = (ROOT / ".ci" / "oldest.txt").read_text().splitlines()
    assert {line for line in lines if not line.startswith("#")} == expected
