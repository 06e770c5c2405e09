"""Small files that say they are huge, or become so: refused by their size, before memory or disk is full."""

from __future__ import annotations

import gzip
import json
import re
import resource
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from tests.commands import pipe
from tests.faults.small import run, small
from tests.faults.strace import command

GROWN = "would grow from [0-9,]+ to [0-9,]+ bytes or more, more than 100 times"
_MEGABYTE = bytes(1 << 20)


def csv_gz(path: Path) -> None:
    with gzip.open(path, "wb") as file:
        file.write(b"u,v,y\n")
        for _ in range(300):
            file.write(b"1,2,a\n" * (1 << 18))


def csv_zst(path: Path) -> None:
    rows = "(SELECT repeat('1', 1000) AS u, 2 AS v, 'a' AS y FROM range(400000))"
    duckdb.sql(f"COPY {rows} TO '{path}' (FORMAT csv, COMPRESSION zstd)")


def xlsx(path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="makes an Excel file: install openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["u", "v", "y"])
    book.save(path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/more.xml", "w") as file:
        for _ in range(300):
            file.write(_MEGABYTE)


def parquet(path: Path) -> None:
    rows = "(SELECT 1 AS u, 2 AS v, 'a' AS y FROM range(100000000))"
    duckdb.sql(f"COPY {rows} TO '{path}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 100000000)")


def labels(path: Path) -> None:
    """Labels of which there are as many as images, and a packed file of zeros for each."""
    count = (1 << 20) * 300
    with gzip.open(path, "wb", compresslevel=9) as file:
        file.write(bytes([0, 0, 8, 1]) + count.to_bytes(4, "big"))
        for _ in range(300):
            file.write(_MEGABYTE)


@pytest.mark.parametrize(
    ("name", "make"),
    [("rows.csv.gz", csv_gz), ("rows.csv.zst", csv_zst), ("rows.xlsx", xlsx), ("rows.parquet", parquet)],
    ids=["csv.gz", "csv.zst", "xlsx", "parquet"],
)
@pytest.mark.slow
def test_a_table_that_grows_out_of_nothing_is_refused_by_its_size(
    tmp_path: Path, name: str, make: Callable[[Path], None]
) -> None:
    make(tmp_path / name)
    file = small(tmp_path)
    done = limited(file, "--set", f"data.path={tmp_path / name}")
    assert done.returncode == 2, done.stderr
    assert re.search(GROWN, done.stderr), done.stderr


def limited(file: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A run that may write no file of 400 megabytes: what a table grows to would be one."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (400 << 20, 400 << 20))

    return subprocess.run(command(file, "runs", *words), capture_output=True, text=True, preexec_fn=limit)


@pytest.mark.slow
def test_labels_that_grow_out_of_nothing_are_refused_by_their_size(tmp_path: Path) -> None:
    labels(tmp_path / "labels.gz")
    (tmp_path / "images").write_bytes(
        bytes([0, 0, 8, 2]) + ((1 << 20) * 300).to_bytes(4, "big") + (1).to_bytes(4, "big")
    )
    data = 'data = { use = "idx", path = "images", labels = "labels.gz" }\n'
    (tmp_path / "p.toml").write_text(data + "model.units = 4\ntrainer.epochs = 1\n")
    done = pipe(tmp_path, "check", "p.toml")
    assert done.returncode == 2
    assert re.search(GROWN, done.stderr), done.stderr


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model file, with the rows it was trained on beside its run."""
    file = small(tmp_path_factory.mktemp("model"))
    run(file, "runs", "--set", "search.trials=1", "--set", "trainer.epochs=1")
    return file.parent / "runs" / "p" / "models" / "best.safetensors"


def predicted(model: Path, content: bytes, folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "models").mkdir()
    (folder / "models" / "best.safetensors").write_bytes(content)
    return pipe(folder, "predict", ".", str(model.parents[3] / "rows.csv"))


@pytest.mark.parametrize("header", [b"\xff" * 8, (1 << 40).to_bytes(8, "little"), (90_000_000).to_bytes(8, "little")])
def test_a_model_whose_header_is_longer_than_its_file_is_refused(model: Path, tmp_path: Path, header: bytes) -> None:
    done = predicted(model, header + model.read_bytes()[8:], tmp_path)
    assert done.returncode == 2
    assert "damaged or not a model" in done.stderr


def test_tensors_that_say_they_are_huge_are_refused(model: Path, tmp_path: Path) -> None:
    content = model.read_bytes()
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + size])
    name = next(each for each in header if each != "__metadata__")
    header[name] |= {"shape": [1 << 40], "data_offsets": [0, 4 << 40]}
    changed = json.dumps(header).encode()
    done = predicted(model, len(changed).to_bytes(8, "little") + changed + content[8 + size :], tmp_path)
    assert done.returncode == 2
    assert "damaged or not a model" in done.stderr
