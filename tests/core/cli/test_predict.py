"""`pipe predict`: predictions alone are on standard output."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import numpy
import pytest
from caviar import Problem, load
from caviar.cli.main import app
from caviar.cli.prediction_file import text_writer, writer
from caviar.engine.model import prediction
from caviar.engine.model.on_disk import best_file
from caviar.engine.model.prediction import predict_file
from caviar.engine.study import run
from caviar_plugins.tables import text_blocks
from typer.testing import CliRunner, Result

FILE = """
data = { path = "rows.csv", target = "y" }
model = { units = 4, activation = "loud" }
trainer.epochs = 1
search = { baselines = false, trials = 2 }
executor.use = "inline"
"""
CODE = """
from caviar_plugins import ReLU

print("imported")


class Loud(ReLU):
    def forward(self, *known):
        print("forward")
        return super().forward(*known)
"""


def pipe(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "caviar", *words, "--code", "code.py"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=True)


def test_what_plugins_print_is_not_among_the_predictions(tmp_path: Path) -> None:
    rows = [f"{number % 7},{number % 5},{'ab'[number % 2]}" for number in range(60)]
    (tmp_path / "rows.csv").write_text("\n".join(["u,v,y", *rows]))
    (tmp_path / "p.toml").write_text(FILE)
    (tmp_path / "code.py").write_text(CODE)
    pipe(tmp_path, "run", "p.toml")
    done = pipe(tmp_path, "predict", "runs/p", "rows.csv")
    assert [len(row) for row in csv.reader(done.stdout.splitlines())] == [3] * 61
    assert "imported" in done.stderr
    assert "forward" in done.stderr


def rows_of(count: int) -> str:
    return "u,v,day\n" + "".join(
        f"{row % 97}.25,{row % 13},2021-{1 + row % 12:02}-{1 + row % 28:02}\n" for row in range(count)
    )


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run "p" that predicts y from u, v and day."""
    folder = tmp_path_factory.mktemp("trained")
    lines = rows_of(80).splitlines()
    (folder / "t.csv").write_text(
        "\n".join([f"{lines[0]},y", *(f"{line},{'ab'[n % 2]}" for n, line in enumerate(lines[1:]))])
    )
    (folder / "p.toml").write_text(
        'reporter = []\nexecutor.use = "inline"\nmodel.units = 4\ntrainer.epochs = 1\nsearch.trials = 1\n'
        '[data]\npath = "t.csv"\ntarget = "y"\n'
    )
    run(load(folder / "p.toml"), folder / "runs")
    return folder


def predict(folder: Path, *words: str | Path) -> Result:
    return CliRunner().invoke(app, ["predict", str(folder / "runs" / "p"), *map(str, words)])


def test_a_file_in_blocks_is_predicted_to_the_same_bits_as_in_one(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "n.csv").write_text(rows_of(1301))
    model = best_file(trained / "runs" / "p")
    (whole,) = predict_file(model, tmp_path / "n.csv")
    monkeypatch.setattr(text_blocks, "BLOCK", 20 * 50)
    monkeypatch.setattr(prediction, "_ROWS", 13)
    parts = list(predict_file(model, tmp_path / "n.csv"))
    assert {len(part) for part in parts} >= {1, 13}, "a lone row is among the parts"
    assert numpy.concatenate(parts).tobytes() == whole.tobytes()


def test_a_mistake_in_a_late_block_names_its_line_and_leaves_no_file(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_blocks, "BLOCK", 1000)
    text = rows_of(600).splitlines()
    text[500] = "1.5,many,2021-03-04"
    (tmp_path / "n.csv").write_text("\n".join(text))
    done = predict(trained, tmp_path / "n.csv", "--out", tmp_path / "out.csv")
    assert done.exit_code == 2
    assert f"{tmp_path / 'n.csv'}:501: column 'v' holds 'many'; the model was trained on numbers" in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["n.csv"]
    (tmp_path / "out.csv").write_text("as before")
    predict(trained, tmp_path / "n.csv", "--out", tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text() == "as before"


def test_a_written_file_holds_what_is_printed(trained: Path, tmp_path: Path) -> None:
    (tmp_path / "n.csv").write_text(rows_of(50))
    printed = predict(trained, tmp_path / "n.csv").stdout
    done = predict(trained, tmp_path / "n.csv", "--out", tmp_path / "out.csv")
    assert (done.stdout, (tmp_path / "out.csv").read_text()) == ("", printed)
    assert f"50 predictions in {tmp_path / 'out.csv'}" in done.stderr
    (tmp_path / "link.csv").symlink_to("out.csv")
    (tmp_path / "out.csv").write_text("")
    predict(trained, tmp_path / "n.csv", "--out", tmp_path / "link.csv")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "out.csv").read_text() == printed


def test_what_differs_from_the_training_rows_is_told_by_count(trained: Path, tmp_path: Path) -> None:
    assert predict(trained, trained / "t.csv").stderr == ""
    head, *lines = rows_of(60).splitlines()
    lines = [f"{9000 + row},,{line.split(',')[2]},x" for row, line in enumerate(lines)]
    (tmp_path / "n.csv").write_text("\n".join([f"{head},shop", *lines]))
    done = predict(trained, tmp_path / "n.csv")
    assert done.exit_code == 0
    assert done.stderr.replace(f"{tmp_path}/", "").splitlines() == [
        "n.csv: column 'u' lies above the training range, 0.2500 to 79.2500, in 100 % of the rows",
        "n.csv: column 'v' has no value in 100 % of the rows; in training in 0 %",
        "n.csv: column 'shop' is not used: training had none of that name",
    ]


PEAK = """
import sys
from caviar.cli.entry import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
# Not resource.getrusage: its peak begins with the memory of the process that started this one.
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(int(status["VmHWM"].split()[0]) // 1024, file=sys.stderr)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process's memory is read from /proc")
def test_ten_times_the_rows_take_hardly_more_memory(trained: Path, tmp_path: Path) -> None:
    """Reading them in one block takes 220 MB more."""
    peaks = []
    for count in (50_000, 500_000):
        head, *lines = rows_of(count).splitlines()
        note = f",{'what nobody asked for ' * 5}\n"
        (tmp_path / "n.csv").write_text(f"{head},note\n" + note.join(lines) + note)
        words = ["predict", str(trained / "runs" / "p"), str(tmp_path / "n.csv"), "--out", str(tmp_path / "out.csv")]
        done = subprocess.run([sys.executable, "-c", PEAK, *words], capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        peaks.append(int(done.stderr.split()[-1]))
        with (tmp_path / "out.csv").open() as file:
            assert sum(1 for _ in file) == 1 + count
    assert peaks[1] - peaks[0] < 100, peaks


def texts(count: int) -> str:
    """Rows with a name of their own, the columns in another order."""
    head, *lines = rows_of(count).splitlines()
    named = [f"{','.join(line.split(',')[::-1])},{number:05}" for number, line in enumerate(lines)]
    return "\n".join([f"{','.join(head.split(',')[::-1])},name", *named]) + "\n"


def read(file: Path) -> list[dict[str, Any]]:
    """The rows of a written file, by the readers of others."""
    if file.suffix == ".parquet":
        parquet: Any = pytest.importorskip("pyarrow.parquet", reason="it reads what is written: install '.[arrow]'")
        found: list[dict[str, Any]] = parquet.read_table(file).to_pylist()
        return found
    if file.suffix == ".jsonl":
        return [json.loads(line) for line in file.read_text().splitlines()]
    with file.open(newline="") as text:
        return list(csv.DictReader(text))


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_every_format_holds_the_same_rows_with_their_ids(
    suffix: str, trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_blocks, "BLOCK", 1000)
    (tmp_path / "n.csv").write_text(texts(200))
    done = predict(trained, tmp_path / "n.csv", "--id", "name", "--out", tmp_path / f"out{suffix}")
    assert done.exit_code == 0, done.stderr
    assert "not used" not in done.stderr
    found = read(tmp_path / f"out{suffix}")
    assert list(found[0]) == ["name", "y", "probability a", "probability b"]
    assert [row["name"] for row in found] == [f"{number:05}" for number in range(200)]
    whole = numpy.concatenate([*predict_file(best_file(trained / "runs" / "p"), tmp_path / "n.csv")])
    numbers = [[float(row["probability a"]), float(row["probability b"])] for row in found]
    numpy.testing.assert_allclose(numbers, whole, rtol=1e-6)
    assert [row["y"] for row in found] == ["ab"[place] for place in whole.argmax(axis=1)]
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith("out")] == [f"out{suffix}"]


def test_parquet_refuses_names_that_differ_in_case_alone(tmp_path: Path) -> None:
    block = {f"probability {label}": numpy.zeros(2) for label in "aA"}
    with (tmp_path / "n.parquet").open("wb") as file, writer(file, "parquet") as write:
        with pytest.raises(Problem, match=r"the columns 'probability a' and 'probability A'; write \.csv or \.jsonl"):
            write(block)
        write({"probability a": numpy.zeros(2)})


def test_the_id_may_be_a_column_that_the_model_reads(trained: Path, tmp_path: Path) -> None:
    (tmp_path / "n.csv").write_text(rows_of(3).replace("1,2021", ",2021"))
    expected = {"u": ["0.25", "1.25", "2.25"], "v": ["0", "", "2"], "day": ["2021-01-01", "2021-02-02"]}
    for name, cells in expected.items():
        lines = predict(trained, tmp_path / "n.csv", "--id", name).stdout.splitlines()
        assert [line.split(",")[0] for line in lines[: len(cells) + 1]] == [name, *cells]


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet", "csv.gz"])
def test_rows_of_standard_input_are_predicted_as_those_of_a_file(kind: str, trained: Path, tmp_path: Path) -> None:
    (tmp_path / "n.csv").write_text(texts(40))
    expected = predict(trained, tmp_path / "n.csv").stdout
    with duckdb.connect() as connection:
        told = {"jsonl": "FORMAT json", "parquet": "FORMAT parquet", "csv": "FORMAT csv", "csv.gz": "COMPRESSION gzip"}
        rows = f"read_csv('{tmp_path / 'n.csv'}', types={{'name': 'VARCHAR'}})"
        connection.execute(f"COPY (SELECT * FROM {rows}) TO '{tmp_path / 'piped'}' ({told[kind]})")
    content = (tmp_path / "piped").read_bytes()
    done = CliRunner().invoke(app, ["predict", str(trained / "runs" / "p"), "-"], input=content)
    assert (done.exit_code, done.stdout) == (0, expected)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--id", "nam"], "standard input: no column 'nam' to keep; did you mean 'name'?"),
        (["--id", "y"], "column 'y' is predicted, so its cells cannot be kept under this name"),
        (["--id", "probability a"], "column 'probability a' is predicted, so its cells cannot be kept under this name"),
        (["--format", "parquet"], "parquet cannot be printed; name a file that ends with .parquet"),
        (
            ["--out", "o.xlsx"],
            "o.xlsx: predictions are written as .csv, .jsonl or .parquet; rename it, or give --format",
        ),
    ],
)
def test_what_cannot_be_written_is_told(words: list[str], told: str, trained: Path) -> None:
    done = CliRunner().invoke(app, ["predict", str(trained / "runs" / "p"), "-", *words], input=texts(3))
    assert (done.exit_code, done.stdout, done.stderr.strip()) == (2, "", told)


def test_a_mistake_in_standard_input_is_named_by_its_line(trained: Path) -> None:
    run = str(trained / "runs" / "p")
    done = CliRunner().invoke(app, ["predict", run, "-"], input=texts(30).replace("\n2021-07-07,6,", "\n2021-07-07,x,"))
    assert done.stderr.startswith("standard input:8: column 'v' holds 'x'")
    assert "/tmp" not in done.stderr


def test_json_lines_have_null_where_a_number_is_not_finite() -> None:
    written: list[str] = []
    text_writer(written.append, "jsonl")({"price": numpy.asarray([1.5, numpy.nan, numpy.inf])})
    assert [json.loads(line, parse_constant=pytest.fail) for line in written[0].splitlines()] == [
        {"price": 1.5},
        {"price": None},
        {"price": None},
    ]
