"""SQLite: the rows of a study in one database file; what is committed survives a crash."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from caviar.plugin import Changes, Ledger, Store, StoreError, file_errors, make_folder, sync_folder

if TYPE_CHECKING:
    from caviar_plugins.stores.ledger import SQLiteLedger


class SQLite(Store, interface=5):
    """`study.sqlite` in the run's folder, in WAL mode, synced at every durable commit."""

    def open(self, folder: Path) -> Ledger:
        from caviar_plugins.stores.database import create_or_open
        from caviar_plugins.stores.ledger import SQLiteLedger
        from caviar_plugins.stores.lock import Lock

        path = folder / "study.sqlite"
        with file_errors(folder):
            make_folder(folder)
        _refuse_others(path)
        lock = Lock(folder)
        try:
            connection = create_or_open(path)
        except BaseException:
            lock.release()
            raise
        return _verified(SQLiteLedger(path, connection, lock))

    def read(self, folder: Path) -> Ledger:
        from caviar_plugins.stores.database import look_at
        from caviar_plugins.stores.ledger import SQLiteLedger

        path = folder / "study.sqlite"
        _refuse_others(path)
        return _verified(SQLiteLedger(path, look_at(path)))

    def holder(self, folder: Path) -> str | None:
        from caviar_plugins.stores.lock import holder_of

        return holder_of(folder)

    def salvage(self, folder: Path) -> Changes:
        from caviar_plugins.stores.salvage import salvaged

        path = folder / "study.sqlite"
        _refuse_others(path)
        return salvaged(path)

    def repair(self, folder: Path, choose: Callable[[Changes], Changes | None]) -> tuple[Path, ...]:
        from caviar_plugins.stores.lock import Lock
        from caviar_plugins.stores.salvage import put_aside

        lock = Lock(folder)
        try:
            chosen = choose(self.salvage(folder))
            with file_errors(folder), TemporaryDirectory(dir=folder, prefix=".repair-") as place:
                if chosen is not None:
                    with self.open(Path(place)) as ledger:
                        ledger.commit(chosen)
                successor = None if chosen is None else Path(place) / "study.sqlite"
                aside = put_aside(folder / "study.sqlite", successor)
                sync_folder(folder)
        finally:
            lock.release()
        return aside


def _verified(ledger: SQLiteLedger) -> Ledger:
    try:
        ledger.verify()
    except BaseException:
        ledger.close()
        raise
    return ledger


def _refuse_others(path: Path) -> None:
    """Raises StoreError for a link, which could lead out of the run's folder, and for a folder in the file's place."""
    if path.is_symlink():
        raise StoreError(f"{path}: a link, which is not followed; put the file itself there or remove the link")
    if path.exists() and not path.is_file():
        kind = "a folder" if path.is_dir() else "a device or pipe"
        raise StoreError(f"{path}: {kind}, not a study; move it away and run again")
