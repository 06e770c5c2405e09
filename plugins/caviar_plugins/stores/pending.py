"""Pending changes: recorded, but not on the disk yet; a crash leaves the study as it was before the first of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from time import monotonic

from caviar_plugins.stores.rows import ARTIFACT, signed
from caviar_plugins.stores.schema import noted
from caviar_plugins.stores.weights import Weights

SECONDS = 1.0  # since the last commit, and of training that is pending: so much at most is done again after a crash
BYTES = 2**26  # of arrays in memory


class Pending:
    """A transaction that stays open over several changes, and the arrays it names, in the memory of `weights`.

    A sync takes milliseconds, as long as a small population's epoch, and with a pruner each rung would take several.
    `lost` is called when SQLite has taken all pending changes back, as it may on a full disk.
    """

    def __init__(self, connection: sqlite3.Connection, weights: Weights, lost: Callable[[], None]) -> None:
        self._connection, self._weights, self._lost = connection, weights, lost
        self._committed, self._trained = monotonic(), 0.0

    @contextmanager
    def change(self, durable: bool, trained: float = 0.0) -> Iterator[None]:
        """One change, whole or not at all; if `durable`, it and all pending ones are on the disk when it is over.

        So they are where they have been pending for long, where they took long to train (`trained`: the seconds of
        this one), or where they take much memory.
        """
        self._trained += trained
        pending = self._connection.in_transaction
        if not pending:
            self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute("SAVEPOINT change")
        try:
            yield
            if durable or self._overdue():
                self.commit()
            else:
                self._connection.execute("RELEASE change")
        except BaseException:
            self._take_back(pending)
            raise

    def note(self) -> AbstractContextManager[None]:
        """A change that no sync is made for: it outlives this process at once, or with those that are pending."""
        return self.change(durable=False) if self._connection.in_transaction else noted(self._connection)

    def commit(self) -> None:
        """Puts all pending changes on the disk: first the weight files, then one commit that names them."""
        if self._connection.in_transaction:
            written = self._weights.write(self._named())
            self._connection.executemany(
                f"INSERT OR REPLACE INTO artifact ({ARTIFACT}, checksum) VALUES (?, ?, ?, ?, ?)",
                [signed((each.trial, each.path, each.size, each.sha256)) for each in written],
            )
            self._connection.execute("COMMIT")
            self._committed, self._trained = monotonic(), 0.0
            self._weights.forget()
            # Only now: a commit that failed may yet come to light after a crash, or may not, and needs them either way.
            self.tidy()

    def tidy(self) -> None:
        """Removes weight files that the study does not name."""
        self._weights.sweep(self._named())

    def _named(self) -> dict[str, int]:
        return dict(self._connection.execute("SELECT path, trial FROM artifact"))

    def _overdue(self) -> bool:
        late = max(monotonic() - self._committed, self._trained) >= SECONDS
        return late or self._weights.waiting >= BYTES

    def _take_back(self, pending: bool) -> None:
        """Undoes one change, and no other where SQLite has not done that already."""
        if pending and self._connection.in_transaction:
            self._connection.execute("ROLLBACK TO change")
            self._connection.execute("RELEASE change")
        else:
            self._connection.rollback()
            self._weights.forget()
            self._lost()
