"""Rows kept in PostgreSQL come back as they were; one process at a time; a lost connection loses nothing."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from caviar.plugin import Changes, Ledger, StoreError, StudyRecord, Trial, TrialState
from caviar.testing import StoreContract

from tests.servers import PostgreSQLServer, postgresql_server

psycopg = pytest.importorskip("psycopg")

from caviar_plugins.stores import postgresql_session  # noqa: E402
from caviar_plugins.stores.postgresql import PostgreSQL  # noqa: E402

pytestmark = pytest.mark.slow

STUDY = StudyRecord('name = "x"\n', {}, "abc", {}, "r2", "maximize")
TRIALS = {index: Trial(index, 0, (index / 7,), {"rate": 0.1}) for index in range(3)}


@pytest.fixture(scope="module")
def server() -> Iterator[PostgreSQLServer]:
    with postgresql_server() as server:
        yield server


@pytest.fixture(autouse=True)
def _address(server: PostgreSQLServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAVIAR_POSTGRESQL", server.address)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with PostgreSQL().open(tmp_path / "run") as ledger:
        ledger.commit(Changes(STUDY, TRIALS))
        yield ledger


class TestPostgreSQL(StoreContract):
    store = PostgreSQL()


def asked(server: PostgreSQLServer, query: str, *values: object) -> list[Any]:
    with psycopg.connect(server.address, autocommit=True) as connection:
        cursor = connection.execute(query, values)
        return list(cursor.fetchall()) if cursor.description else []


def failed(number: int, reason: str) -> Changes:
    return Changes(trials={number: Trial(number, 0, (number / 7,), {"rate": 0.1}, TrialState.FAILED, reason=reason)})


def test_a_second_process_is_refused_with_the_host_and_the_process_that_holds_the_study(
    tmp_path: Path, ledger: Ledger
) -> None:
    code = (
        "from pathlib import Path\nfrom caviar import StoreError\n"
        "from caviar_plugins.stores.postgresql import PostgreSQL\n"
        "import sys\ntry:\n    PostgreSQL().open(Path(sys.argv[1]))\nexcept StoreError as error: print(error)"
    )
    told = subprocess.run([sys.executable, "-c", code, tmp_path / "run"], capture_output=True, text=True, check=True)
    holder = f"process {os.getpid()} on {socket.gethostname()} since "
    assert f"run: in use by {holder}" in told.stdout
    assert holder in (PostgreSQL().holder(tmp_path / "run") or "")
    ledger.close()
    assert PostgreSQL().holder(tmp_path / "run") is None


def test_a_copied_folder_is_the_same_study_and_another_one_is_not(tmp_path: Path, ledger: Ledger) -> None:
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "study.postgresql").write_bytes((tmp_path / "run" / "study.postgresql").read_bytes())
    with pytest.raises(StoreError, match="copy: in use by process"):
        PostgreSQL().open(tmp_path / "copy")
    with PostgreSQL().open(tmp_path / "elsewhere" / "run") as other:
        assert other.trials() == ()
        ledger.commit(failed(1, "one of this study"))
        assert other.trials() == ()


def test_two_processes_that_begin_at_once_have_one_study_and_one_is_refused(tmp_path: Path) -> None:
    """Both have seen a folder without a study before either has started one."""
    found, together = list[object](), threading.Barrier(2)

    def begin() -> None:
        together.wait()
        try:
            found.append(PostgreSQL().open(tmp_path / "new"))
        except StoreError as error:
            found.append(str(error))

    threads = [threading.Thread(target=begin) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (opened,) = [each for each in found if isinstance(each, Ledger)]
    (refused,) = [each for each in found if isinstance(each, str)]
    assert "in use by process" in refused
    opened.close()


def test_the_character_0_in_an_error_is_shown_as_a_symbol(tmp_path: Path, ledger: Ledger) -> None:
    ledger.commit(failed(1, "embedded \0 byte"))
    assert ledger.trials()[1].reason == "embedded ␀ byte"


def test_a_row_that_was_changed_is_reported(server: PostgreSQLServer, tmp_path: Path, ledger: Ledger) -> None:
    ledger.close()
    asked(server, "UPDATE caviar.trial SET epochs = 7 WHERE number = 1 AND study = (SELECT max(study) FROM caviar.run)")
    with PostgreSQL().read(tmp_path / "run") as reading, pytest.raises(StoreError, match="pipe doctor"):
        reading.trials()
    assert sorted(PostgreSQL().salvage(tmp_path / "run").trials) == [0, 2]


def test_another_database_than_the_one_it_was_started_in_is_refused(
    server: PostgreSQLServer, tmp_path: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.close()
    asked(server, "CREATE DATABASE other")
    monkeypatch.setenv("ELSEWHERE", server.address.replace("/postgres", "/other"))
    for use in (PostgreSQL(variable="ELSEWHERE").open, PostgreSQL(variable="ELSEWHERE").read):
        with pytest.raises(StoreError, match="its study is not in PostgreSQL database 'other'"):
            use(tmp_path / "run")


def test_a_database_without_unicode_is_refused(
    server: PostgreSQLServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(server, "CREATE DATABASE narrow ENCODING 'LATIN1' TEMPLATE template0")
    monkeypatch.setenv("NARROW", server.address.replace("/postgres", "/narrow"))
    with pytest.raises(StoreError, match="its encoding is LATIN1"):
        PostgreSQL(variable="NARROW").open(tmp_path / "run")


def test_tables_of_another_format_are_refused(
    server: PostgreSQLServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(server, "CREATE DATABASE newer")
    monkeypatch.setenv("NEWER", server.address.replace("/postgres", "/newer"))
    store = PostgreSQL(variable="NEWER")
    store.open(tmp_path / "run").close()
    with psycopg.connect(os.environ["NEWER"]) as connection:
        connection.execute("UPDATE caviar.format SET version = version + 1")
    with pytest.raises(StoreError, match="a newer Caviar"):
        store.read(tmp_path / "run")


def test_a_password_is_in_no_error(server: PostgreSQLServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = server.address.replace(f":{server.port}", ":1")
    for address in (
        server.address.replace("caviar@", "nobody:s3cret@"),
        free.replace("caviar@", "caviar:s3cret@"),
        server.address.replace("caviar@", "caviar:s3cret@").replace("/postgres", "/missing"),
        "postgresql//caviar:s3cret@host/database",
        "host=localhost password=s3cret dbname",
        "postgresql://caviar:s3cret%zz@host/database",
    ):
        monkeypatch.setenv("CAVIAR_POSTGRESQL", address)
        with pytest.raises(StoreError) as caught:
            PostgreSQL().open(tmp_path / "run")
        shown, error = str(caught.value), caught.value.__cause__ or caught.value.__context__
        assert "CAVIAR_POSTGRESQL" in shown
        assert "s3cret" not in shown + (str(error) if not caught.value.__suppress_context__ else "")


def test_durable_commits_wait_for_the_disk_and_others_do_not(server: PostgreSQLServer, tmp_path: Path) -> None:
    """A server that was stopped at once cannot tell; what PostgreSQL documents for it is this setting."""
    asked(server, "ALTER ROLE caviar SET synchronous_commit = off")
    try:
        with PostgreSQL().open(tmp_path / "run") as ledger:
            levels = list[str]()
            session = ledger._session  # type: ignore[attr-defined]
            write = ledger._write  # type: ignore[attr-defined]

            def noted(changes: Changes) -> None:
                levels.append(session.rows("SHOW synchronous_commit")[0][0])
                write(changes)

            ledger._write = noted  # type: ignore[attr-defined]
            ledger.commit(Changes(STUDY, TRIALS))
            ledger.commit(Changes(populations=({0: 1},)), durable=False)
            ledger.commit(Changes(trials=TRIALS))
        assert levels == ["on", "off", "on"]
    finally:
        asked(server, "ALTER ROLE caviar RESET synchronous_commit")


class Proxy:
    """Passes connections on to a server until it is cut: then the client sees the end, and the server sees nothing."""

    def __init__(self, port: int) -> None:
        self._to, self._clients, self._servers = port, list[socket.socket](), list[socket.socket]()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()

    def cut(self) -> None:
        for each in self._clients:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        for each in (self._listener, *self._clients, *self._servers):
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, server = self._listener.accept()[0], socket.create_connection(("127.0.0.1", self._to))
                self._clients.append(client)
                self._servers.append(server)
                for source, target in ((client, server), (server, client)):
                    threading.Thread(target=self._pass_on, args=(source, target), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while content := source.recv(65536):
                target.sendall(content)


@pytest.fixture
def proxy(server: PostgreSQLServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    proxy = Proxy(server.port)
    monkeypatch.setenv("CAVIAR_POSTGRESQL", server.address.replace(str(server.port), str(proxy.port)))
    yield proxy
    proxy.close()


def test_a_connection_that_only_this_side_lost_gives_its_lock_back(proxy: Proxy, tmp_path: Path) -> None:
    with PostgreSQL().open(tmp_path / "run") as ledger:
        ledger.commit(Changes(STUDY, TRIALS))
        proxy.cut()
        ledger.commit(failed(1, "after"))
        assert ledger.trials()[1].reason == "after"
        with pytest.raises(StoreError, match="in use by process"):
            PostgreSQL().open(tmp_path / "run")


def test_a_study_that_another_process_took_over_is_left_to_it(
    server: PostgreSQLServer, tmp_path: Path, ledger: Ledger
) -> None:
    asked(server, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'caviar'")
    with PostgreSQL().open(tmp_path / "run") as other:
        with pytest.raises(StoreError, match="another process has opened the study"):
            ledger.commit(failed(1, "too late"))
        other.commit(failed(2, "in time"))
    with PostgreSQL().read(tmp_path / "run") as reading:
        assert [trial.reason for trial in reading.trials()] == [None, None, "in time"]


def test_a_server_that_does_not_come_back_ends_the_run(
    tmp_path: Path, ledger: Ledger, server: PostgreSQLServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql_session, "PATIENCE", 0.3)
    server.stop()
    try:
        with pytest.raises(StoreError, match=r"the server does not answer .* what was recorded is safe"):
            ledger.commit(failed(1, "lost"))
    finally:
        server.start()
    ledger.commit(failed(1, "after it came back"))
    assert ledger.trials()[1].reason == "after it came back"


def test_what_a_server_refuses_is_reported_with_what_to_do(
    server: PostgreSQLServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(server, "CREATE ROLE guest LOGIN")
    asked(server, "CREATE DATABASE closed")
    monkeypatch.setenv("GUEST", server.address.replace("caviar@", "guest@").replace("/postgres", "/closed"))
    with pytest.raises(StoreError, match=r"permission denied.*; grant this user CREATE on the database"):
        PostgreSQL(variable="GUEST").open(tmp_path / "run")
    PostgreSQL().open(tmp_path / "own").close()
    asked(server, "ALTER ROLE caviar SET default_transaction_read_only = on")
    try:
        with pytest.raises(StoreError, match="the server only reads"):
            PostgreSQL().open(tmp_path / "own")
    finally:
        with psycopg.connect(server.address, options="-c default_transaction_read_only=off") as connection:
            connection.execute("ALTER ROLE caviar RESET default_transaction_read_only")


@pytest.mark.parametrize("choose", [lambda found: found, lambda found: None], ids=["what is left", "nothing"])
def test_a_repaired_study_keeps_the_damaged_one_beside_it(
    server: PostgreSQLServer, tmp_path: Path, ledger: Ledger, choose: Callable[[Changes], Changes | None]
) -> None:
    ledger.close()
    folder, query = tmp_path / "run", "UPDATE caviar.trial SET epochs = 7 WHERE study = %s AND number = 1"
    ((study,),) = asked(server, "SELECT max(study) FROM caviar.run")
    asked(server, query, study)
    before = (folder / "study.postgresql").read_text()
    assert PostgreSQL().repair(folder, choose) == (folder / "study.postgresql.damaged-1",)
    assert (folder / "study.postgresql.damaged-1").read_text() == before
    assert asked(server, "SELECT count(*) FROM caviar.trial WHERE study = %s", study) == [(3,)]
    if choose(Changes()) is None:
        assert not (folder / "study.postgresql").exists()
        return
    with PostgreSQL().open(folder) as again:
        assert [trial.index for trial in again.trials()] == [0, 2]
        assert again.study() == STUDY
    assert asked(server, "SELECT name FROM caviar.run ORDER BY study DESC LIMIT 1") == [("run",)]
