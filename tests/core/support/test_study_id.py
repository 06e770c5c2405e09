"""The name of a study in other systems: made once, durable before it is used, and refused where it is damaged."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from caviar import StoreError
from caviar.engine.storage.address import ArtifactAddress
from caviar.support.study_id import study_id


def test_a_name_is_made_once(tmp_path: Path) -> None:
    assert study_id(tmp_path) == study_id(tmp_path)


def test_a_name_survives_a_power_loss_before_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced = list[tuple[bool, list[str]]]()
    sync = os.fsync

    def watched(descriptor: int) -> None:
        sync(descriptor)
        synced.append((Path(f"/proc/self/fd/{descriptor}").is_dir(), [each.name for each in tmp_path.iterdir()]))

    monkeypatch.setattr(os, "fsync", watched)
    study_id(tmp_path)
    assert synced == [(False, ["study-id.part"]), (True, ["study-id"])]


@pytest.mark.parametrize("content", [b"", b"0123456789a", b"../../../abc", b"\xff" * 12, b"0123456789ab" * 9])
def test_a_damaged_name_is_refused_when_the_study_is_opened(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "study-id").write_bytes(content)
    with pytest.raises(ValueError, match="study-id: damaged; put back a copy"):
        study_id(tmp_path)
    with pytest.raises(StoreError, match="study-id: damaged; put back a copy"):
        ArtifactAddress(tmp_path, "s3://shelf/runs")
