"""A run whose study is in another store: refused, with the reason why this one has none."""

from __future__ import annotations

from pathlib import Path

import pytest
from caviar.engine.resume.check import Refused
from caviar.engine.resume.other_store import check_store
from caviar_plugins import SQLite


def test_a_study_in_another_store_is_missed_with_the_reason_why_this_one_has_none(tmp_path: Path) -> None:
    file, database = tmp_path / "pipeline.toml", tmp_path / "study.sqlite"
    file.write_text('store.use = "postgresql"\n')
    for content, why in ((None, "there is no study"), (b"no database", "not a study")):
        if content is not None:
            database.write_bytes(content)
        told = f"'postgresql', and 'sqlite' has no study of it that can be read \\(.*{why}.*\\); set store.use = 'postg"
        with pytest.raises(Refused, match=told):
            check_store(tmp_path, SQLite())
    file.write_text('store.use = "sqlite"\n')
    check_store(tmp_path, SQLite())
