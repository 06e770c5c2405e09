"""Damaged data: no command raises or hangs, and `check` and `run` agree about every file, in the same words."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from time import process_time

import numpy
import pytest
from caviar.cli.main import app
from typer.testing import CliRunner

LONGEST = 20  # seconds of the processor for one file, which a busy machine does not lengthen
PIPELINE = """
transform = {transform}
executor.use = "inline"
optimizer.learning_rate = 0.001
model = {{ units = 4, layers = 1 }}
trainer.epochs = 1
search = {{ trials = 1, baselines = false }}
[data]
path = "{path}"
target = "y"
{more}
"""
TRANSFORMS = ['["impute", "one-hot", "standardize"]'] * 3 + ['["standardize"]', '["impute", "one-hot"]', "[]"]
SETTINGS = [
    "",
    "",
    "",
    'task = "classification"',
    'task = "regression"',
    "folds = 2",
    "test = 0.3",
    'columns.a = "ignore"',
]
CELLS = ["", "?", "oops", "inf", "-inf", "nan", "1e400", "1e39", "-1e38", "9223372036854775807", "9007199254740993"]
CELLS += ["1" * 400, "true", "x,y", '"', '"a""b"', "a\nb", " 1 ", "+1", "0x10", "é", "\0", "\r", "1_0", "u" * 140_000]


def table(random: Random) -> list[list[str]]:
    """A sound table: numbers, words, flags, and a target of one of these kinds."""
    kinds: list[Callable[[], str]] = [
        lambda: f"{random.gauss(0, 9):.2f}",
        lambda: random.choice(["red", "blue"]),
        lambda: random.choice(["true", "false"]),
        lambda: str(random.randrange(3)),
    ]
    columns = [kinds[0], *random.choices(kinds, k=2), random.choice(kinds)]
    return [["a", "b", "c", "y"], *([make() for make in columns] for _ in range(random.choice([3, 40, 40, 90])))]


def cells_changed(rows: list[list[str]], random: Random) -> None:
    cell, place = random.choice(CELLS), random.randrange(len(rows[0]))
    for _ in range(random.choice([1, 1, 2, 30])):
        row = random.choice(rows[1:] or rows)
        row[min(place, len(row) - 1)] = cell


def column_constant(rows: list[list[str]], random: Random) -> None:
    place, cell = random.randrange(len(rows[0])), random.choice(["7", "red", "", "true", "0.5"])
    for row in rows[1:]:
        row[min(place, len(row) - 1)] = cell


def columns_dropped(rows: list[list[str]], random: Random) -> None:
    first = random.choice([1, 3, 3])
    for row in rows:
        del row[random.choice([0, 0, 0, 0]) : first]


def row_cut(rows: list[list[str]], random: Random) -> None:
    row = random.choice(rows)
    del row[random.randrange(len(row)) :]
    row.append("")


def header_changed(rows: list[list[str]], random: Random) -> None:
    rows[0][random.randrange(len(rows[0]))] = random.choice(["", "a", "y", "Y", " y ", "1.5", '"', "é" * 9])


def rows_dropped(rows: list[list[str]], random: Random) -> None:
    del rows[random.choice([0, 1, 1, 2, 3, 4]) :]


CHANGES = [cells_changed, cells_changed, cells_changed, column_constant, columns_dropped, row_cut, header_changed]
CHANGES += [rows_dropped]


def damaged_csv(path: Path, random: Random) -> None:
    rows = table(random)
    for _ in range(random.choice([0, 1, 1, 1, 2])):
        random.choice(CHANGES)(rows, random)
        rows = rows if rows and rows[0] else [["y"]]
    end = random.choice(["\n", "\n", "\r\n"])
    content = bytearray(end.join(",".join(row) for row in rows).encode())
    for _ in range(random.choice([0, 0, 0, 1, 3])):
        content[random.randrange(len(content))] = random.choice(b'"\n\r,\0\xff\xef ')
    path.write_bytes(content[: random.choice([len(content)] * 9 + [len(content) // 2])])


HEADERS = ["-" * 9000, "1+" * 4000 + "1", "[" * 4000, "{" * 9000, "{}", "{'descr': '<f8'}", "()", "x", "'", "1" * 5000]
HEADERS += [f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}}}" for descr, shape in [
    ("'<f8'", "'ab'"), ("'<f8'", "(40, 1000000000000)"), ("'<f8'", f"({'9' * 400},)"), ("'<f8'", "(-1, 2)"),
    ("'<f8'", "(40.0, 2)"), ("'<f8'", "(True, 2)"), ("'<U1000000000'", "(40,)"), ("'|O'", "(40,)"),
    ("'<f16'", "(40, 1)"),
    ("[('a', '<i4')]", "(40,)"), ("'<c16'", "(40,)"), ("'<M8[D]'", "(40,)"), ("'|V8'", "(40,)"), ("None", "(40,)"),
]]  # fmt: skip


def arrays(random: Random) -> dict[str, object]:
    """Arrays of which one may not fit the others."""
    generator, rows = numpy.random.default_rng(random.randrange(1 << 30)), 40
    x = generator.normal(size=(rows, 2, 3))
    targets = [generator.integers(0, 3, rows), x[:, 0, 0], numpy.asarray(list("ab") * 20), x[:, 0, 0] > 0]
    y = random.choice(targets)
    odd = [x * 1j, x.astype("U"), x[:0], x[:, :0], x[0, 0, 0], x.astype(object), x[:9], y[:, None], y.astype("S")]
    odd += [x.astype("M8[s]"), numpy.where(x > 1, numpy.nan, x), x * 1e300, x.astype("f2"), x[:, 0, 0] * numpy.inf]
    odd += [x.astype(">f4"), numpy.zeros(rows, "i8,f4"), numpy.zeros(rows, int), numpy.full(rows, 2**60) + (y == y[0])]
    found: dict[str, object] = {"X": x, "y": y}
    if random.random() < 0.4:
        found = {"X_train": x, "y_train": y, "X_test": x[:9] + 1, "y_test": y[:9]}
    if random.random() < 0.4:
        found[random.choice(sorted(found))] = random.choice(odd)
    if random.random() < 0.1:
        del found[random.choice(sorted(found))]
    return found


def damaged_npz(path: Path, random: Random) -> None:
    buffer = io.BytesIO()
    save: Callable[..., None] = random.choice([numpy.savez, numpy.savez_compressed])
    save(buffer, **arrays(random))
    content = bytearray(buffer.getvalue())
    way = random.randrange(8)
    if way == 0:
        content = bytearray(with_header(bytes(content), random))
    if way == 1:
        for _ in range(random.choice([1, 8])):
            content[random.randrange(len(content))] ^= 1 << random.randrange(8)
    if way == 2 and random.random() < 0.2:
        del content[random.randrange(len(content)) :]
    path.write_bytes(content)


def with_header(archive: bytes, random: Random) -> bytes:
    """The archive with another header in one of its arrays."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(buffer, "w") as new:
        chosen = random.choice(old.namelist())
        for name in old.namelist():
            content = old.read(name)
            if name == chosen:
                header = random.choice(HEADERS).encode()
                content = content[:8] + len(header).to_bytes(2, "little") + header + content[128:]
            new.writestr(name, content)
    return buffer.getvalue()


class Judge:
    """Runs commands in this process and compares what they say."""

    def __init__(self) -> None:
        self.ends = Counter[tuple[int, int]]()

    def pipe(self, *words: str) -> tuple[int, str]:
        """The exit code and the sentence that explains it, if it is not 0."""
        done = CliRunner().invoke(app, list(words))
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        assert "unexpected " not in [line[:11] for line in done.stderr.splitlines()], done.stderr
        assert "Traceback" not in done.output, done.output
        told = [line for line in done.stderr.splitlines() if not line.startswith("advice: ")]
        return done.exit_code, told[-1] if done.exit_code and told else ""

    def judge(self, path: Path, random: Random, trained: str) -> None:
        more = random.choice(SETTINGS) if path.suffix == ".csv" else random.choice(SETTINGS[:-1])
        file = path.with_suffix(".toml")
        file.write_text(PIPELINE.format(path=path.name, more=more, transform=random.choice(TRANSFORMS)))
        check, run = self.pipe("check", file.name), self.pipe("run", file.name)
        self.ends[check[0], run[0]] += 1
        assert run[0] in (0, 2), run
        if not (path.suffix == ".npz" and "column 'x' has cells without a value" in run[1]):  # check reads no features
            assert check == run
        self.pipe("predict", trained, path.name)
        file.unlink()
        self.pipe("init", path.name)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("suffix", "count"),
    [
        ("csv", 40),
        ("npz", 30),
        pytest.param("csv", 500, marks=pytest.mark.slow),
        pytest.param("npz", 300, marks=pytest.mark.slow),
    ],
)
def test_commands_agree_about_damaged_data(
    suffix: str, count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.setenv(name, "1")  # as commands set it; what they set ends with the test
    judge = Judge()
    if suffix == "csv":
        Path("sound.csv").write_text("a,b,c,y\n" + "1.5,red,true,0\n2.5,blue,false,1\n" * 20)
    else:
        x = numpy.random.default_rng(1).normal(size=(40, 2, 3))
        numpy.savez("sound.npz", X=x, y=numpy.arange(40) % 2)
    Path("sound.toml").write_text(PIPELINE.format(path=f"sound.{suffix}", more="", transform=TRANSFORMS[0]))
    assert judge.pipe("run", "sound.toml") == (0, "")
    for number in range(count):
        random, path = Random(number), Path(f"f{number}.{suffix}")
        (damaged_csv if suffix == "csv" else damaged_npz)(path, random)
        began = process_time()
        try:
            judge.judge(path, random, "runs/sound")
        except BaseException:
            print(f"number {number}: {path.read_bytes()[:3000]!r}")
            raise
        assert process_time() - began < LONGEST, f"number {number} computes for too long"
        shutil.rmtree(f"runs/f{number}", ignore_errors=True)
    assert 0.1 * count < judge.ends[0, 0] < 0.9 * count, "both ends are tried"
