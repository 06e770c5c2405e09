"""SQLite: a study in one database file, its weights beside it; what is recorded survives a crash."""

from __future__ import annotations

from pathlib import Path

from caviar.plugin import Goal, Ledger, Store, StoreError, setting


class SQLite(Store, interface=2):
    """`study.sqlite` in the run's folder, in WAL mode, synced at every commit; weights as safetensors in `models/`.

    A trial that has been trained to its end is committed at once. What waits at a rung is committed with the next of
    those, a second after the last commit, or once all that waits took a second to train.
    """

    keep: int = setting(default=16, ge=1)
    """Of how many of the best finished trials weights are kept, which bounds the disk space."""

    def open(self, folder: Path, goal: Goal) -> Ledger:
        from caviar_plugins.stores.database import create_or_open
        from caviar_plugins.stores.ledger import Keeping, SQLiteLedger, file_identity
        from caviar_plugins.stores.lock import Lock
        from caviar_plugins.stores.store_errors import store_errors

        path = folder / "study.sqlite"
        with store_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
        _refuse_others(folder)
        lock = Lock(folder)
        try:
            connection = create_or_open(path)
        except BaseException:
            lock.release()
            raise
        ledger = SQLiteLedger(folder, connection, Keeping(self.keep, goal, lock, file_identity(path)))
        try:
            ledger.verify()
            ledger.tidy()
        except BaseException:
            ledger.close()
            raise
        return ledger

    def read(self, folder: Path) -> Ledger:
        from caviar_plugins.stores.database import look_at
        from caviar_plugins.stores.ledger import SQLiteLedger

        _refuse_others(folder)
        ledger = SQLiteLedger(folder, look_at(folder / "study.sqlite"))
        try:
            ledger.verify()
        except BaseException:
            ledger.close()
            raise
        return ledger


def _refuse_others(folder: Path) -> None:
    """Links could lead out of the run's folder, and SQLite has no words for a folder in its file's place."""
    for path in (folder / "study.sqlite", folder / "models"):
        if path.is_symlink():
            raise StoreError(f"{path}: a link, which is not followed; put the file itself there or remove the link")
    path = folder / "study.sqlite"
    if path.exists() and not path.is_file():
        kind = "a folder" if path.is_dir() else "a device or pipe"
        raise StoreError(f"{path}: {kind}, not a study; move it away and run again")
