"""A file system of another machine is recognized, and a study on it keeps a rollback journal."""

import json
import os
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from caviar.plugin import Changes, StoreError
from caviar.testing import StoreContract
from caviar_plugins.stores import file_system
from caviar_plugins.stores.sqlite import SQLite

from tests.plugins.stores.test_sqlite import TRIALS

MOUNTED = """\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:40 / /home rw shared:2 - nfs4 server:/home rw,vers=4.2
31 22 0:41 / /mnt/my\\040disk rw - fuse.sshfs me@there:/ rw
32 30 254:1 / /home/local rw - xfs /dev/vdb rw
33 22 0:42 / /covered rw - cifs //server/share rw
34 33 254:2 / /covered rw - btrfs /dev/vdc rw
"""


@pytest.mark.parametrize(
    ("folder", "kind", "remote"),
    [
        ("/srv/runs", "ext4", False),
        ("/home/me/runs/digits", "nfs4", True),
        ("/homely/runs", "ext4", False),
        ("/home/local/runs", "xfs", False),
        ("/mnt/my disk/runs", "fuse.sshfs", True),
        ("/covered/runs", "btrfs", False),
    ],
)
def test_the_innermost_file_system_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, kind: str, remote: bool
) -> None:
    monkeypatch.setattr(file_system, "MOUNTS", tmp_path / "mountinfo")
    assert not file_system.is_remote(Path(folder)), "where the system does not tell"
    (tmp_path / "mountinfo").write_text(MOUNTED)
    assert (file_system.file_system_of(Path(folder)), file_system.is_remote(Path(folder))) == (kind, remote)


@pytest.fixture
def remote(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of which the system says that a server has it."""
    mounts = tmp_path_factory.mktemp("proc") / "mountinfo"
    mounts.write_text(f"22 1 254:0 / / rw - ext4 /dev/vda rw\n30 22 0:40 / {tmp_path} rw - nfs4 server:/home rw\n")
    monkeypatch.setattr(file_system, "MOUNTS", mounts)
    return tmp_path


@pytest.mark.usefixtures("remote")
class TestSQLiteOnAServer(StoreContract):
    store = SQLite()


def test_a_study_that_comes_from_a_local_folder_goes_on_with_a_rollback_journal(
    tmp_path: Path, remote: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as local:
        local.setattr(file_system, "MOUNTS", tmp_path / "nowhere")
        with SQLite().open(tmp_path / "run") as ledger:
            ledger.commit(Changes(trials=TRIALS))
            log = (tmp_path / "run/study.sqlite-wal").read_bytes()
        (tmp_path / "run/study.sqlite-wal").write_bytes(log)  # as a crash leaves it
    with SQLite().open(remote / "run") as ledger:
        assert len(ledger.trials()) == 3
        with SQLite().read(remote / "run") as view:
            ledger.commit(Changes(trials={0: TRIALS[0]}))
            ledger.commit(Changes(populations=({0: 1},)), durable=False)
            assert len(view.trials()) == 3
        assert {each.name for each in (remote / "run").iterdir()} == {"study.sqlite", "study.lock"}
    with closing(sqlite3.connect(remote / "run/study.sqlite")) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_a_lock_that_another_machine_holds_is_told_with_its_host(remote: Path) -> None:
    with SQLite().open(remote / "run"):
        note = json.loads((remote / "run/study.lock").read_text())
        assert note["host"] == socket.gethostname()
        (remote / "run/study.lock").write_text(json.dumps({**note, "host": "node7"}))
        with pytest.raises(StoreError, match=f"in use by process {os.getpid()} on node7, another machine, since"):
            SQLite().open(remote / "run")
