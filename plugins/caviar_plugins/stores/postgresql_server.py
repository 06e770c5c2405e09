"""A PostgreSQL server by the address in an environment variable; errors say what to do and never show a password."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from caviar.plugin import StoreError
from psycopg.conninfo import conninfo_to_dict

logging.getLogger("psycopg").addHandler(logging.NullHandler())  # or Python prints its warnings of a lost connection

# Noticed within half a minute, by both sides: a machine that vanished, whose session would hold the study's lock.
_ALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 25_000}
_DEFAULTS = {"connect_timeout": 10, "application_name": "caviar", **_ALIVE}
_SETTINGS = """
SELECT set_config('tcp_keepalives_idle', '10', false), set_config('tcp_keepalives_interval', '5', false),
    set_config('tcp_keepalives_count', '3', false), set_config('tcp_user_timeout', '25000', false),
    CASE current_setting('synchronous_commit') WHEN 'off' THEN set_config('synchronous_commit', 'on', false) END
"""
_SAFE = "run the same command again: what was recorded is safe"
_WHY = {
    "28000": "the server refuses this user; check the address in {variable}",
    "28P01": "the server refuses the user or the password; check the address in {variable}",
    "3D000": "there is no such database; create it, or check the address in {variable}",
    "25006": "the server only reads, as a standby does; put the address of the primary into {variable}",
    "42501": "{error}; grant this user CREATE on the database, and all on the schema 'caviar' where there is one",
    "53100": f"the server's disk is full; free some space there and {_SAFE}",
    "53300": f"the server has no connection left; close some, or raise its max_connections, and {_SAFE}",
}


class Server:
    """The database whose address an environment variable holds. Raises StoreError where there is none in it."""

    def __init__(self, variable: str) -> None:
        self.variable, self._address = variable, os.environ.get(variable, "")
        example = f"export {variable}=postgresql://USER:PASSWORD@HOST/DATABASE"
        if not self._address.strip():
            raise StoreError(f"PostgreSQL: the environment variable {variable} is not set; {example}, and run again")
        try:
            self._parts = conninfo_to_dict(self._address)
        except psycopg.ProgrammingError:  # its message has the address in it
            raise StoreError(
                f"PostgreSQL: what the environment variable {variable} holds is not an address (characters such as "
                f"@ : / % in a password are written %40 %3A %2F %25); {example}, and run again"
            ) from None

    @property
    def place(self) -> str:
        """The database in words."""
        named, port = self._parts, self._parts.get("port")
        name = named.get("dbname") or named.get("service") or named.get("user") or os.environ.get("PGDATABASE")
        host = named.get("host") or named.get("hostaddr") or os.environ.get("PGHOST")
        called = f" '{name}'" if name else ""
        return f"PostgreSQL database{called}" + (f" on {host}{f' port {port}' if port else ''}" if host else "")

    def connect(self) -> psycopg.Connection:
        """A new connection, each statement of which is a transaction unless told otherwise. Raises psycopg.Error."""
        given = {key: value for key, value in _DEFAULTS.items() if key not in self._parts}
        connection = psycopg.connect(self._address, autocommit=True, client_encoding="utf8", **given)
        try:
            connection.execute(_SETTINGS)
            encoding = connection.info.parameter_status("server_encoding")
            if encoding != "UTF8":
                raise StoreError(
                    f"{self.place}: its encoding is {encoding}, which lacks characters; "
                    "create a database WITH ENCODING 'UTF8'"
                )
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turns errors of the server and of the connection into a StoreError about this database."""
        try:
            yield
        except psycopg.Error as error:
            raise self.told(error) from None  # its text, and those it came from, may have the address in them

    def told(self, error: psycopg.Error) -> StoreError:
        """An error of the server or of the connection, with what to do."""
        line = self._without_secrets((str(error).strip().splitlines() or [type(error).__name__])[0])
        why = _WHY.get(error.sqlstate or "")
        if why is not None:
            return StoreError(f"{self.place}: {why.format(variable=self.variable, error=line)}")
        refused, _, reason = line.rpartition("FATAL:")
        if refused and error.sqlstate is None:  # before there is a connection, the server's text is all there is
            return StoreError(
                f"{self.place}: the server answers, and refuses ({reason.strip()}); see to that, or check the address "
                f"in {self.variable}, then {_SAFE}"
            )
        if is_lost(error):
            return StoreError(
                f"{self.place}: the server does not answer ({line}); see that it runs and that {self.variable} holds "
                f"its address, then {_SAFE}"
            )
        return StoreError(f"{self.place}: cannot be used: {line}; see the server's log, then {_SAFE}")

    def _without_secrets(self, text: str) -> str:
        secrets = [self._parts.get("password"), self._parts.get("sslpassword"), os.environ.get("PGPASSWORD")]
        for secret in (str(each) for each in (self._address, *secrets) if each):
            text = text.replace(secret, "…")
        return text


def is_lost(error: psycopg.Error) -> bool:
    """Whether it is the connection that failed, or a server that is stopping or starting: it may answer again."""
    state = error.sqlstate
    if state is None:  # not the server's
        return isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError))
    return state.startswith("08") or state in ("57P01", "57P02", "57P03", "57P05", "25P03")
