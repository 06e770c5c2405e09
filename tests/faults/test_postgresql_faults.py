"""A search with its rows in PostgreSQL, killed, cut off, without a server: it comes to the bits of one in SQLite."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from caviar import StoreError, load, open_run
from caviar.plugin import Trial, TrialState

from tests.commands import pipe
from tests.faults.test_processes import bits
from tests.servers import PostgreSQLServer, postgresql_server

psycopg = pytest.importorskip("psycopg")

from caviar_plugins.stores import postgresql_session  # noqa: E402

pytestmark = pytest.mark.slow

PIPELINE = """
name = "p"
reporter = []
executor = "inline"
data = "digits"
model.units = { choice = [3, 5] }
optimizer.learning_rate = { log = [1e-4, 1.0] }
trainer = { epochs = 8, batch_size = 32, population = 2 }
search = { baselines = false, trials = 12, round = 4, pruner = "median" }
store = { use = "postgresql", keep = 3 }
"""
IN_SQLITE = ["store.use=sqlite"]

# Forks of a process that has loaded the libraries run the search: one after the other is killed when the database has
# a drawn number of epochs and a drawn number of looks later, which falls within commits too; then one comes to the end.
KILLED = """
import os, random, signal, sys
import psycopg
from caviar import load

load("p.toml", ["store.use=sqlite"]).run(runs="loads the libraries")

def start():
    child = os.fork()
    if not child:
        load("p.toml").run(runs="killed")
        os._exit(0)
    return child

def ended(connection):
    query = ("SELECT number, attempt, epochs, seconds FROM caviar.trial JOIN caviar.run USING (study) "
             "WHERE state IN ('finished', 'pruned', 'diverged', 'failed') AND name = 'p'")
    return {number: others for number, *others in connection.execute(query)}

draw, before = random.Random(19), {}
moments = sorted(draw.randrange(int(sys.argv[1]) * 3 // 4) for _ in range(10))
with psycopg.connect(os.environ["CAVIAR_POSTGRESQL"], autocommit=True) as connection:
    for moment in moments:
        child, looks = start(), 1 + draw.randrange(9)
        while looks:
            number, status = os.waitpid(child, os.WNOHANG)
            if number:
                sys.exit(f"ended with {status} before it was killed at {moment} of {moments}")
            begun = connection.execute("SELECT to_regclass('caviar.metric')").fetchone()[0]
            query = "SELECT count(DISTINCT (trial, epoch)) FROM caviar.metric"
            if begun and connection.execute(query).fetchone()[0] >= moment:
                looks -= 1
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        now = ended(connection)
        assert before.items() <= now.items(), (before, now)
        before = now
    child = start()
    assert os.waitpid(child, 0)[1] == 0
    now = ended(connection)
    assert before and before.items() <= now.items(), (before, now)
    print(len(before), "of", len(now), "had ended before the last kill")
"""

SIDE_BY_SIDE = """
import os, sys
from caviar import load

load("p.toml", ["store.use=sqlite"]).run(runs="loads the libraries")
children = []
for name in sys.argv[1:]:
    children.append(os.fork())
    if not children[-1]:
        load("p.toml", [f"name={name}", f"seed={len(name)}"]).run(runs="beside")
        os._exit(0)
sys.exit(any([os.waitpid(child, 0)[1] for child in children]))
"""


@pytest.fixture(scope="module")
def whole_server() -> Iterator[PostgreSQLServer]:
    with postgresql_server() as server:
        yield server


@pytest.fixture
def server(whole_server: PostgreSQLServer, tmp_path: Path) -> PostgreSQLServer:
    """The server, whose address is that of a new database."""
    whole_server.new_database(f"of_{tmp_path.name}"[:60])
    return whole_server


@pytest.fixture
def home(tmp_path: Path, server: PostgreSQLServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CAVIAR_POSTGRESQL", server.address)
    (tmp_path / "p.toml").write_text(PIPELINE)
    return tmp_path


def run(home: Path, into: str, *settings: str, on_trial: Callable[[Trial], None] | None = None) -> None:
    load(home / "p.toml", settings).run(runs=home / into, on_trial=on_trial)


def told(folder: Path) -> tuple[Any, ...]:
    """Every bit of a run: its trials, curves, winner, and the files of weights by checksum."""
    found = open_run(folder)
    curves = {
        trial: {name: each.tolist() for name, each in all_of.items()} for trial, all_of in found.all_curves().items()
    }
    files = sorted(file.name for file in (folder / "models").iterdir())
    weights = {name: array.tolist() for name, array in found.model().weights.items()}
    trials = [repr(trial).replace(f"seconds={trial.seconds!r}", "") for trial in found.trials]
    return trials, curves, found.best, files, weights


def rows_of(server: PostgreSQLServer, name: str) -> list[Any]:
    """The rows as `bits` reads those of SQLite."""
    queries = (
        'SELECT number, coordinates, "values", state, epochs, objective, reason, metrics FROM trial ORDER BY 1',
        "SELECT m.trial, epoch, name, value FROM metric m JOIN trial t ON t.number = m.trial AND t.attempt = m.attempt"
        " ORDER BY 1, 2, 3",
        "SELECT trial, path, sha256 FROM artifact ORDER BY 1",
    )
    with closing(psycopg.connect(server.address, autocommit=True)) as connection:
        ((study,),) = connection.execute("SELECT study FROM caviar.run WHERE name = %s", (name,)).fetchall()
        for table in ("trial", "metric", "artifact"):
            connection.execute(f"CREATE TEMP VIEW {table} AS SELECT * FROM caviar.{table} WHERE study = {study:d}")
        return [
            connection.execute(query.replace("name, value", 'name COLLATE "C", value')).fetchall() for query in queries
        ]


def test_the_rows_are_those_of_sqlite_to_the_bit(home: Path, server: PostgreSQLServer) -> None:
    run(home, "whole", *IN_SQLITE)
    run(home, "rows")
    assert rows_of(server, "p") == bits(home / "p.toml", "whole")
    assert told(home / "rows" / "p") == told(home / "whole" / "p")


def test_killed_at_ten_random_moments_no_ended_trial_is_lost_or_trained_again(home: Path) -> None:
    run(home, "whole", *IN_SQLITE)
    total = sum(trial.epochs for trial in open_run(home / "whole" / "p").trials)
    killed = started(home, KILLED, str(total))
    assert killed.returncode == 0, killed.stderr
    print(killed.stdout)
    assert told(home / "killed" / "p") == told(home / "whole" / "p")


def test_two_searches_side_by_side_do_not_meet(home: Path) -> None:
    for name in ("one", "another"):
        run(home, "whole", *IN_SQLITE, f"name={name}", f"seed={len(name)}")
    both = started(home, SIDE_BY_SIDE, "one", "another")
    assert both.returncode == 0, both.stderr
    for name in ("one", "another"):
        assert told(home / "beside" / name) == told(home / "whole" / name)


def started(home: Path, code: str, *words: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-c", code, *words]
    return subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, timeout=500)


def test_a_server_stopped_at_once_ends_the_run_and_it_resumes_when_the_server_is_back(
    home: Path, server: PostgreSQLServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql_session, "PATIENCE", 0.5)
    run(home, "whole", *IN_SQLITE)
    ended = list[Trial]()

    def stop(trial: Trial) -> None:
        ended.extend([trial] if trial.state is TrialState.FINISHED else [])
        if len(ended) == 5:  # a decision to prune is on the disk with the next commit only
            server.stop()

    with pytest.raises(StoreError, match="the server does not answer"):
        run(home, "stopped", on_trial=stop)
    again = pipe(home, "run", "p.toml", "--runs", "stopped")
    assert again.returncode == 1
    assert "the server does not answer" in again.stderr
    assert "CAVIAR_POSTGRESQL holds its address" in again.stderr
    assert "Traceback" not in again.stderr
    server.start()
    before = {trial.index: trial for trial in open_run(home / "stopped" / "p").trials}
    for trial in ended:
        assert before[trial.index].seconds == trial.seconds, "it was on the disk when it was reported"
    run(home, "stopped")
    after = {trial.index: trial for trial in open_run(home / "stopped" / "p").trials}
    assert all(after[trial.index].seconds == trial.seconds for trial in ended)
    assert told(home / "stopped" / "p") == told(home / "whole" / "p")


def test_lost_connections_and_a_restarted_server_do_not_end_the_run(home: Path, server: PostgreSQLServer) -> None:
    run(home, "whole", *IN_SQLITE)
    cuts = list[int]()

    def cut(trial: Trial) -> None:
        cuts.append(trial.index)
        if len(cuts) == 6:
            server.stop()
            server.start()
            return
        with closing(psycopg.connect(server.address, autocommit=True)) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'caviar'"
            )

    run(home, "cut", on_trial=cut)
    assert len(cuts) == 12
    assert told(home / "cut" / "p") == told(home / "whole" / "p")


def test_commands_work_on_a_run_whose_rows_are_in_a_database(
    home: Path, server: PostgreSQLServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = pipe(home, "run", "p.toml", "--set", "search.trials=4", "--set", "search.round=4")
    assert done.returncode == 0, done.stderr
    for words in (("results",), ("results", "--json"), ("report",), ("doctor",)):
        done = pipe(home, words[0], "runs/p", *words[1:])
        assert done.returncode == 0, (words, done.stderr)
    assert "study          sound, 4 trials" in pipe(home, "doctor", "runs/p").stdout
    retested = pipe(home, "retest", "runs/p", "--seeds", "2")
    assert retested.returncode == 0, retested.stderr
    holder = load(home / "p.toml").store.open(home / "runs" / "p")
    try:
        refused = pipe(home, "run", "p.toml", "--set", "search.trials=4", "--set", "search.round=4")
        assert refused.returncode == 1
        assert f"in use by process {os.getpid()} on " in refused.stderr
        assert f"in use         by process {os.getpid()}" in pipe(home, "doctor", "runs/p").stdout
    finally:
        holder.close()
    monkeypatch.delenv("CAVIAR_POSTGRESQL")
    for command in ("results", "report", "doctor", "retest"):
        refused = pipe(home, command, "runs/p")
        assert refused.returncode == 1
        assert "the environment variable CAVIAR_POSTGRESQL is not set" in refused.stderr + refused.stdout
    with pytest.raises(StoreError, match="CAVIAR_POSTGRESQL is not set"):
        _ = open_run(home / "runs" / "p").trials


def test_damaged_rows_are_recovered_and_the_rest_is_trained_again_to_the_same_bits(
    home: Path, server: PostgreSQLServer
) -> None:
    run(home, "whole", *IN_SQLITE)
    run(home, "runs")
    with closing(psycopg.connect(server.address, autocommit=True)) as connection:
        connection.execute("UPDATE caviar.trial SET objective = 2 WHERE number = 5")
        connection.execute("UPDATE caviar.curve SET \"values\" = replace(\"values\", '0', '1') WHERE trial = 7")
    damaged = pipe(home, "doctor", "runs/p")
    assert damaged.returncode == 1
    assert "repair recovers 10 trials" in damaged.stdout
    assert pipe(home, "run", "p.toml").returncode == 1
    repaired = pipe(home, "doctor", "runs/p", "--repair")
    assert "study: 10 trials recovered" in repaired.stdout
    run(home, "runs")
    assert told(home / "runs" / "p") == told(home / "whole" / "p")


def test_a_run_stays_in_the_store_that_has_its_study(home: Path) -> None:
    settings = ["search.trials=4", "search.round=4"]
    run(home, "runs", *settings)
    before = told(home / "runs" / "p")
    with pytest.raises(Exception, match="was started with the store 'postgresql', and 'sqlite' has no study of it"):
        run(home, "runs", *settings, *IN_SQLITE)
    assert told(home / "runs" / "p") == before
