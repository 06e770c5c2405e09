"""Checkpoints are written into their own folder only."""

from __future__ import annotations

from pathlib import Path

import numpy
from caviar.function import checkpoint


def test_a_link_in_the_place_of_a_checkpoint_is_replaced_and_never_followed(tmp_path: Path) -> None:
    folder, theirs = tmp_path / "trial", tmp_path / "theirs"
    folder.mkdir()
    theirs.write_text("theirs")
    for name in ("checkpoint.safetensors.part", "checkpoint.safetensors"):
        (folder / name).symlink_to(theirs)
    checkpoint.write(folder, "key", 1, [{"loss": 0.5}], {"x": numpy.ones(2)})
    assert theirs.read_text() == "theirs"
    found = checkpoint.read(folder, "key")
    assert found is not None
    assert found.rows == ({"loss": 0.5},)
