"""A PostgreSQL server of a test's own, on loopback, with its data in a folder that is removed afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest


@cache
def programs() -> Path | None:
    """The folder of PostgreSQL's programs; None where there is none."""
    found = [Path(each).parent for each in (shutil.which("initdb"),) if each]
    found += [each.parent for each in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)]
    return next((each for each in found if (each / "postgres").exists()), None)


class PostgreSQLServer:
    """Trusts every user on loopback. It refuses to be run by root, who starts it as another user."""

    def __init__(self, folder: Path) -> None:
        self._data, self._log = folder / "data", folder / "log"
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.address = self._address("postgres")
        self._run("initdb", "--auth=trust", "--username=caviar", "--encoding=UTF8", "--no-locale", "--no-sync")
        self.start()

    def new_database(self, name: str) -> None:
        """Makes a database, which `address` is of from now on."""
        import psycopg

        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        self.address = self._address(name)

    def _address(self, database: str) -> str:
        return f"postgresql://caviar@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
        self._run("pg_ctl", "--wait", f"--log={self._log}", f"--options={options}", "start")

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "--wait", f"--mode={mode}", "stop")

    def _run(self, program: str, *words: str) -> None:
        folder = programs()
        assert folder is not None
        owner = {"user": self._data.parent.owner(), "group": self._data.parent.group(), "extra_groups": []}
        subprocess.run(
            [folder / program, f"--pgdata={self._data}", *words],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,  # a pipe would be held open by the server
            cwd=self._data.parent,
            **(owner if os.geteuid() == 0 else {}),  # type: ignore[call-overload]
        )


@contextmanager
def postgresql_server() -> Iterator[PostgreSQLServer]:
    """A server that has just been made, and stops at the end. Skips the test where PostgreSQL is not installed."""
    pytest.importorskip("psycopg")
    if programs() is None:
        pytest.skip("PostgreSQL is not installed here: no initdb on the path or in /usr/lib/postgresql")
    folder = Path(mkdtemp(prefix="caviar-postgresql-"))
    try:
        if os.geteuid() == 0:
            user = next((each for each in ("postgres", "nobody") if _is_user(each)), None)
            if user is None:
                pytest.skip("PostgreSQL's server refuses to be run by root, and there is no user postgres or nobody")
            shutil.chown(folder, user, pwd.getpwnam(user).pw_gid)
        server = PostgreSQLServer(folder)
        try:
            yield server
        finally:
            with suppress(subprocess.CalledProcessError):  # the test has stopped it
                server.stop()
    finally:
        shutil.rmtree(folder)


def _is_user(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True
