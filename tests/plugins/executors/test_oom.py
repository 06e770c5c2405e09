"""The kernel's count of processes it killed for memory: of this process's group, or of the machine."""

from __future__ import annotations

from pathlib import Path

from caviar_plugins.executors.oom import oom_kills


def put(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_the_count_is_that_of_this_process_s_group_where_it_has_one(tmp_path: Path) -> None:
    put(tmp_path / "proc/vmstat", "pgfault 12\noom_kill 7\n")
    put(tmp_path / "proc/self/cgroup", "4:memory:/other\n0::/user.slice/run-1.scope\n")
    assert oom_kills(tmp_path) == 7
    put(tmp_path / "sys/fs/cgroup/user.slice/run-1.scope/memory.events", "oom 3\noom_kill 2\noom_group_kill 0\n")
    assert oom_kills(tmp_path) == 2


def test_where_nothing_counts_none_is_known(tmp_path: Path) -> None:
    assert oom_kills(tmp_path) == 0
    assert oom_kills() >= 0
