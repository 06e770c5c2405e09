"""Salvage: the rows of a study in PostgreSQL that are as they were written, by their checksums."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from caviar.plugin import Changes, aside, file_errors, sync_folder, write_atomically

from caviar_plugins.stores.cell_types import artifact_of
from caviar_plugins.stores.postgresql_folder import FILE, known_id
from caviar_plugins.stores.postgresql_ledger import PostgreSQLLedger
from caviar_plugins.stores.postgresql_server import Server
from caviar_plugins.stores.postgresql_session import Session
from caviar_plugins.stores.postgresql_study import Snapshot
from caviar_plugins.stores.rows import ARTIFACT, CURVE, STORED, STUDY, checked, curve_of, study_of, trial_of
from caviar_plugins.stores.timeline import TIMELINE, timeline_of

T = TypeVar("T")

_DAMAGED = (ValueError, TypeError, LookupError, AttributeError)
"""What decoding a changed row raises."""


def salvaged(server: Server, folder: Path) -> Changes:
    """The sound rows of a folder's study. Raises StoreError."""
    snapshot = Snapshot(server, folder)
    try:
        return _read(snapshot)
    finally:
        snapshot.close()


def repaired(server: Server, folder: Path, choose: Callable[[Changes], Changes | None]) -> tuple[Path, ...]:
    """Starts a new study with what is chosen of the damaged one, whose rows stay. Raises StoreError.

    The folder knows the new one from one moment on; the id of the other is kept beside it.
    """
    session, path = Session(server, folder), folder / FILE
    try:
        known, chosen = known_id(folder), choose(_read(session))
        new = None if chosen is None else _stored(server, folder, chosen)
        with file_errors(folder):
            kept = aside(path)
            write_atomically(kept, f"{known}\n".encode())
            sync_folder(folder)
            if new is None:
                path.unlink()
            else:
                write_atomically(path, f"{new}\n".encode())
            sync_folder(folder)
    finally:
        session.close()
    return (kept,)


def _stored(server: Server, folder: Path, changes: Changes) -> str:
    """A new study of these rows; returns its id."""
    with file_errors(folder), TemporaryDirectory(dir=folder, prefix=".repair-") as place:
        path = Path(place) / FILE
        with PostgreSQLLedger(path, Session(server, path.parent, named_as=folder)) as ledger:
            ledger.commit(changes)
        new = known_id(path.parent)
    assert new is not None
    return new


def _read(session: Session | Snapshot) -> Changes:
    """Row by row: a trial that is not as it was written, or whose curve is not, takes no other with it."""

    def rows(columns: str, table: str, condition: str = "") -> list[tuple[Any, ...]]:
        query = f"SELECT {columns} FROM caviar.{table} WHERE study = {session.study:d} {condition}"
        return session.rows(query)

    def sound(decoded: Callable[[tuple[Any, ...]], T], found: list[tuple[Any, ...]]) -> Iterator[T]:
        for row in found:
            with suppress(*_DAMAGED):
                yield decoded(checked(row))

    curves: dict[tuple[int, int], list[tuple[Any, ...]]] = {}
    for row in rows(f"{CURVE}, checksum", "curve", "ORDER BY trial, attempt, first"):
        curves.setdefault(row[:2], []).append(row)
    trials, attempts, pieces = {}, {}, []
    for row in rows(STORED, "trial", "ORDER BY number"):
        with suppress(*_DAMAGED):
            *cells, attempt = checked(row)
            trial, own = trial_of(tuple(cells)), [curve_of(checked(each)) for each in curves.get((row[0], attempt), ())]
            trials[trial.index] = trial
            pieces += own
            if attempt is not None:
                attempts[trial.index] = attempt
    together: dict[int, dict[int, int]] = {}
    for number, attempt, population in rows("trial, number, population", "attempt", "ORDER BY trial, number"):
        if attempts.get(number) == attempt:
            together.setdefault(population, {})[number] = attempt
    files = sound(artifact_of, rows(f"{ARTIFACT}, checksum", "artifact"))
    timeline = sound(lambda row: [*timeline_of(row)], rows(f"{TIMELINE}, checksum", "timeline", "ORDER BY number"))
    return Changes(
        next(sound(study_of, rows(f"{STUDY}, checksum", "study")), None),
        trials,
        tuple(together.values()),
        attempts,
        tuple(pieces),
        {number: file for number, file in files if number in trials},
        next(sound(lambda cells: str(cells[0]), rows("found, checksum", "assessment")), None),
        tuple(chain.from_iterable(timeline)),
    )
