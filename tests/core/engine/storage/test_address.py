"""Weights at an address like S3's: those of a folder to the bit; what is missing, damaged or closed is reported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from caviar import Problem, load, open_run
from caviar.interfaces.fields.errors import FieldErrors
from caviar_plugins.stores.sqlite import SQLite

from tests.commands import pipe

PIPELINE = """
name = "p"
reporter = []
executor = "inline"
data = "digits"
model.units = { choice = [3, 5] }
optimizer.learning_rate = { log = [1e-4, 1.0] }
trainer = { epochs = 4, batch_size = 64, population = 2 }
search = { baselines = false, trials = 8, round = 4, pruner = "successive-halving" }
store = { use = "sqlite", keep = 2 }
"""
AT = "store.artifacts=s3://shelf/runs"


@pytest.fixture
def server() -> Iterator[Any]:
    """A server of this test's own, on loopback."""
    pytest.importorskip("s3fs")
    moto = pytest.importorskip("moto.server")
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch, server: Any) -> Iterator[Any]:
    """A bucket of the server, and a client of it."""
    import boto3

    address = "http://{}:{}".format(*server.get_host_and_port())
    for name, value in {
        "AWS_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_MAX_ATTEMPTS": "1",
    }.items():
        monkeypatch.setenv(name, value)
    urlopen(f"{address}/moto-api/reset", data=b"").close()  # what it keeps is the process's, not the server's
    client = boto3.client("s3")
    client.create_bucket(Bucket="shelf")
    yield client
    client.close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "p.toml").write_text(PIPELINE)
    return tmp_path


def keys(client: Any) -> list[str]:
    return sorted(each["Key"] for each in client.list_objects_v2(Bucket="shelf").get("Contents", []))


def kept(folder: Path) -> dict[str, bytes]:
    """The checksums of the files of weights that a study names, by their names."""
    with SQLite().read(folder) as ledger:
        return {each.path.rpartition("/")[2]: each.sha256.encode() for each in ledger.artifacts().values()}


def told(weights: Mapping[str, Any]) -> dict[str, Any]:
    return {name: array.tolist() for name, array in weights.items()}


@pytest.mark.slow
def test_weights_in_a_bucket_are_those_of_a_folder_and_superseded_ones_are_removed(home: Path, shelf: Any) -> None:
    load(home / "p.toml").run(runs=home / "folder")
    for into in ("bucket", "another"):
        load(home / "p.toml", [AT]).run(runs=home / into)
    assert kept(home / "bucket" / "p") == kept(home / "folder" / "p")
    assert [file.name for file in (home / "bucket" / "p" / "models").iterdir()] == ["best.safetensors"]
    ids = [(home / into / "p" / "study-id").read_text() for into in ("bucket", "another")]
    assert keys(shelf) == sorted(f"runs/{each}/{name}" for each in ids for name in kept(home / "folder" / "p"))
    here, there = (open_run(home / into / "p") for into in ("folder", "bucket"))
    for trial in here.trials:
        if f"trial-{trial.index}-" in "".join(kept(home / "folder" / "p")):
            assert told(there.model(trial.index).weights) == told(here.model(trial.index).weights)
    assert (
        f"weights        sound, of {len(kept(home / 'folder' / 'p'))} trials" in pipe(home, "doctor", "bucket/p").stdout
    )
    before = keys(shelf)
    load(home / "p.toml", [AT, "search.trials=12"]).run(runs=home / "bucket")
    assert kept(home / "bucket" / "p").keys() == {key.rpartition("/")[2] for key in keys(shelf) if ids[0] in key}
    assert [key for key in keys(shelf) if ids[1] in key] == [key for key in before if ids[1] in key]


@pytest.mark.slow
def test_what_is_missing_or_was_changed_in_a_bucket_is_found(home: Path, shelf: Any) -> None:
    load(home / "p.toml", [AT]).run(runs=home / "runs")
    first, second, *others = keys(shelf)
    shelf.delete_object(Bucket="shelf", Key=first)
    content = shelf.get_object(Bucket="shelf", Key=second)["Body"].read()
    shelf.put_object(Bucket="shelf", Key=second, Body=bytes([content[0] ^ 1]) + content[1:])
    found = pipe(home, "doctor", "runs/p")
    assert found.returncode == 1
    assert f"1 missing there, 1 not as it was written of {2 + len(others)}" in found.stdout
    shelf.put_object(Bucket="shelf", Key=second, Body=content)
    assert f"weights        1 missing there of {2 + len(others)}" in pipe(home, "doctor", "runs/p").stdout


@pytest.mark.slow
def test_a_place_that_is_not_there_ends_the_run_with_what_to_do(home: Path, shelf: Any) -> None:
    refused = pipe(home, "run", "p.toml", "--set", "store.artifacts=s3://nowhere/runs")
    assert refused.returncode == 1
    assert "cannot be written, for there is no such place; create the bucket and run again" in refused.stderr
    with pytest.raises(Problem, match="no library knows addresses that begin with what://"):
        load(home / "p.toml", ["store.artifacts=what://shelf"]).run(runs=home / "what")


@pytest.mark.slow
def test_a_server_that_is_down_ends_the_run_and_nothing_counts_as_lost(home: Path, shelf: Any, server: Any) -> None:
    assert pipe(home, "run", "p.toml", "--set", AT).returncode == 0
    before, there = kept(home / "runs" / "p"), keys(shelf)
    server.stop()
    refused = pipe(home, "run", "p.toml", "--set", AT)
    assert refused.returncode == 1
    assert "cannot be read" in refused.stderr
    assert "check the address, the network and the credentials" in refused.stderr
    assert "trains again" not in pipe(home, "doctor", "runs/p").stdout
    assert kept(home / "runs" / "p") == before
    host, port = server.get_host_and_port()
    another = type(server)(ip_address=host, port=port, verbose=False)  # with the same bucket: the process keeps it
    another.start()
    try:
        assert keys(shelf) == there
        again = pipe(home, "run", "p.toml", "--set", AT)
    finally:
        another.stop()
    assert again.returncode == 0
    assert "trained again" not in again.stdout + again.stderr
    assert kept(home / "runs" / "p") == before


@pytest.mark.parametrize(
    ("address", "complaint"),
    [
        ("s3://user:secret@shelf/runs", "no user and no password in it"),
        ("/shelf/runs", "must be an address such as"),
        ("file:///shelf/runs", "without it they are in the run's folder"),
        ("s3://", "must be an address such as"),
        ("simplecache::s3://shelf", "must be an address such as"),
    ],
)
def test_an_address_is_one_of_elsewhere_and_has_no_password(address: str, complaint: str) -> None:
    with pytest.raises(FieldErrors, match=complaint) as refused:
        SQLite(artifacts=address)
    assert "secret" not in str(refused.value)


def test_a_slash_at_the_end_of_an_address_is_of_no_account() -> None:
    assert SQLite(artifacts="s3://shelf/runs/").artifacts == "s3://shelf/runs"
