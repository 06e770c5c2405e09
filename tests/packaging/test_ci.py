"""`.ci/run` runs every leg of `.ci/surroundings`; bash understands both."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

CI = Path(__file__).parents[2] / ".ci"


def test_continuous_integration_runs_every_leg() -> None:
    surroundings = (CI / "surroundings").read_text()
    legs = re.findall(r"^(\w+)\(\) \{(?! # ENVIRONMENT)", surroundings, re.M)
    assert len(legs) == 3
    assert f"set -- {' '.join(legs)}\n" in surroundings
    called = re.findall(r"\.ci/surroundings (.+)", (CI / "run").read_text())
    assert sorted(" ".join(called).split()) == sorted(legs)


@pytest.mark.parametrize("script", ["environment", "run", "surroundings"])
def test_bash_understands_the_script(script: str) -> None:
    done = subprocess.run(["bash", "-n", str(CI / script)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
