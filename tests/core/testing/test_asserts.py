"""A broken law shows what it compared, in the tests of anybody who has pytest and no configuration for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TEST = """
from caviar.testing import SamplerContract, TrainerContract
from caviar_plugins import PopulationTrainer
import numpy

class SharedClock(PopulationTrainer, interface=2):
    def start(self, *facts):
        return super().start(*facts) | {"clock": numpy.zeros(1)}

class TestSharedClock(TrainerContract):
    trainer = SharedClock(epochs=3)
"""


def test_a_broken_law_shows_the_values_that_differ(tmp_path: Path) -> None:
    (tmp_path / "test_clock.py").write_text(TEST)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-k", "every_array", "test_clock.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert "Differing items:" in done.stdout
    assert "{'clock': (1,)} != {'clock': (4,)}" in done.stdout
