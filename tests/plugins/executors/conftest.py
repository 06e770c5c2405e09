"""What the tests of executors share: a pipeline beside its optimizers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.plugins.executors.jobs import OPTIMIZERS, PIPELINE


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "p.toml").write_text(PIPELINE)
    (tmp_path / "optimizers.py").write_text(OPTIMIZERS)
    return tmp_path / "p.toml"
