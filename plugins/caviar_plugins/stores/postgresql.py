"""PostgreSQL: the rows of many studies in one database, whose address an environment variable holds."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from caviar.plugin import Changes, Ledger, Store, StoreError, file_errors, setting
from pydantic import field_validator

if TYPE_CHECKING:
    from caviar_plugins.stores.postgresql_server import Server

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


class PostgreSQL(Store, interface=5):
    """Rows in the schema `caviar` of the database whose address the environment variable `variable` holds.

    The address is one of libpq's, `postgresql://user:password@host:port/database` or `host=… dbname=…`; it is never
    written anywhere. `study.postgresql` in the run's folder has the number by which the study is found in the database.
    """

    requires: ClassVar[tuple[str, ...]] = ("psycopg",)

    variable: str = setting(
        default="CAVIAR_POSTGRESQL",
        also=("address", "url", "dsn", "host", "password", "database"),
        also_note="the name of an environment variable with the address in it, which does not belong in a file",
    )
    """The environment variable that holds the database's address."""

    @field_validator("variable")
    @classmethod
    def _is_a_name(cls, variable: str) -> str:
        if not _VARIABLE.fullmatch(variable):  # it is not repeated: it may have a password in it
            raise ValueError(
                "must be the name of an environment variable. An address does not belong in a file, which is passed "
                'on: write variable = "CAVIAR_POSTGRESQL", and export CAVIAR_POSTGRESQL=postgresql://… before the run'
            )
        return variable

    def open(self, folder: Path) -> Ledger:
        from caviar_plugins.stores.postgresql_folder import FILE
        from caviar_plugins.stores.postgresql_ledger import PostgreSQLLedger
        from caviar_plugins.stores.postgresql_session import Session

        with file_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
        return PostgreSQLLedger(folder / FILE, Session(self._server(), folder))

    def read(self, folder: Path) -> Ledger:
        from caviar_plugins.stores.postgresql_folder import FILE
        from caviar_plugins.stores.postgresql_ledger import PostgreSQLLedger
        from caviar_plugins.stores.postgresql_study import Snapshot

        return PostgreSQLLedger(folder / FILE, Snapshot(self._server(), folder))

    def holder(self, folder: Path) -> str | None:
        from caviar_plugins.stores.postgresql_session import holder_of

        try:
            return holder_of(self._server(), folder)
        except StoreError:  # what is wrong is reported by `read`
            return None

    def salvage(self, folder: Path) -> Changes:
        from caviar_plugins.stores.postgresql_salvage import salvaged

        return salvaged(self._server(), folder)

    def repair(self, folder: Path, choose: Callable[[Changes], Changes | None]) -> tuple[Path, ...]:
        from caviar_plugins.stores.postgresql_salvage import repaired

        return repaired(self._server(), folder, choose)

    def _server(self) -> Server:
        from caviar_plugins.stores.postgresql_server import Server

        return Server(self.variable)
