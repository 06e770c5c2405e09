"""What the tests of the engine share: a pipeline beside its plugins and a little data."""

from collections.abc import Callable
from pathlib import Path

import numpy
import pytest


@pytest.fixture
def put(tmp_path: Path) -> Callable[[str, str], Path]:
    """Writes p.toml and plugins.py beside blobs.npz, 90 rows of three classes that overlap; the pipeline's path."""

    def write(pipeline: str, plugins: str) -> Path:
        y = numpy.arange(90) % 3
        x = numpy.random.default_rng(0).normal(0, 1.2, (90, 4)) + y[:, None]
        numpy.savez(tmp_path / "blobs.npz", X=x, y=y)
        (tmp_path / "plugins.py").write_text(plugins)
        (tmp_path / "p.toml").write_text(pipeline)
        return tmp_path / "p.toml"

    return write
