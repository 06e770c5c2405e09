"""What the tests of executors share: a pipeline beside its optimizers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from caviar.registry import index

from tests.plugins.executors.jobs import OPTIMIZERS, PIPELINE


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "p.toml").write_text(PIPELINE)
    (tmp_path / "optimizers.py").write_text(OPTIMIZERS)
    yield tmp_path / "p.toml"
    index.forget("caviar_code_")
