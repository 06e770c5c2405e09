"""Mutated tables: init, check and read understand them or refuse them in a sentence; nothing is wrong in silence."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path
from random import Random
from time import process_time
from typing import Any

import pytest
from caviar import Problem, load
from caviar.cli.main import app
from caviar.cli.scaffold.table_starter import pipeline_file
from typer.testing import CliRunner

from tests.tables.mutations import HOME, kinds, mutated

LONGEST = 5  # seconds of the processor for one command, which a busy machine does not lengthen
SMALL = [word for each in (
    "executor=inline", "search.trials=1", "search.baselines=false", "trainer.epochs=1", "model.units=4",
    "model.layers=1", "reporter=[]",
) for word in ("--set", each)]  # fmt: skip
CLASSES = re.compile(r"^target .*: (?:at least )?([\d,]+) classes, classification$", re.M)
ROWS = re.compile(r"^rows +(?:about )?([\d,]+): ", re.M)


class Judge:
    """Runs commands in this process, and counts how they end."""

    def __init__(self) -> None:
        self.ends = Counter[str]()
        self.slowest = 0.0

    def pipe(self, *words: str) -> tuple[int, str]:
        """The exit code, and what was printed."""
        began = process_time()
        done = CliRunner().invoke(app, list(words))
        took = process_time() - began
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        assert "unexpected " not in [line[:11] for line in done.stderr.splitlines()], done.stderr
        assert "Traceback" not in done.output, done.output
        assert took < LONGEST, f"{words[0]} computed for {took:.1f} s"
        self.slowest = max(self.slowest, took)
        assert done.exit_code in (0, 2), (done.exit_code, done.output)
        if done.exit_code:
            assert len(done.stderr) < 5000, f"a sentence, not a table: {done.stderr[:500]}"
        return done.exit_code, done.output

    def judge(self, path: Path, random: Random, whole: bool) -> None:
        given = random.choice([(), ("--target", "kind"), ("--target", "kind"), ("--target", "amount")])
        code, _ = self.pipe("init", path.name, *given)
        file = Path(pipeline_file(path).name)
        if not file.exists():
            assert code == 2
            self.ends["refused by init"] += 1
            return
        code, told = self.pipe("check", file.name)
        if code:
            self.ends["refused by check"] += 1
            if whole:
                assert self.pipe("run", file.name, *SMALL)[0] == 2
            return
        self.read(file)
        found, rows = CLASSES.search(told), ROWS.search(told)
        many = found is not None and rows is not None and 10 * number(found) > number(rows) and number(found) > 2
        if many:
            assert "classes" in told.replace(found[0] if found else "", ""), f"many classes in silence:\n{told}"
        self.ends["many classes, said" if many else "classification" if found else "regression"] += 1
        if whole:
            code, told = self.pipe("run", file.name, *SMALL)
            assert code == 0 or "no trial" in told or "test part" in told, told
            self.ends["run and refused" if code else "run"] += 1
            if not code:
                self.pipe("predict", f"runs/{file.stem}", path.name)

    def read(self, file: Path) -> None:
        """What `check` has taken whole is read."""
        data: Any = load(file).data
        try:
            data.read()
        except Problem as problem:
            pytest.fail(f"check took it, and reading does not: {problem}")


def number(found: re.Match[str]) -> int:
    return int(found[1].replace(",", ""))


def campaign(count: int, first: int, folder: Path) -> Judge:
    judge, sources = Judge(), kinds(folder)
    shutil.copy(HOME / "clean.csv", folder / "sound.csv")
    for words in (("init", "sound.csv"), ("run", "sound.toml", *SMALL)):  # compiles kernels
        assert CliRunner().invoke(app, list(words)).exit_code == 0
    for seed in range(first, first + count):
        random = Random(seed)
        source = random.choice(sources)
        path = mutated(source, folder, f"f{seed}", random)
        try:
            judge.judge(path, random, whole=seed % 10 == 0)
        except BaseException:
            print(f"seed {seed}, of {source.name}: {path.read_bytes()[:2000]!r}")
            raise
        for left in folder.glob(f"f{seed}.*"):
            left.unlink()
        shutil.rmtree(folder / "runs", ignore_errors=True)
    return judge


@pytest.mark.thorough
@pytest.mark.parametrize(("first", "count"), [(0, 60), pytest.param(0, 5000, marks=pytest.mark.slow)])
def test_mutated_tables_are_understood_or_refused_in_a_sentence(
    first: int, count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.setenv(name, "1")  # as commands set it; what they set ends with the test
    judge = campaign(count, first, tmp_path)
    print(f"{count} tables from {first}: {dict(judge.ends)}; the slowest command took {judge.slowest:.1f} s")
    refused = judge.ends["refused by init"] + judge.ends["refused by check"]
    assert 0.1 * count < refused < 0.9 * count, "both ends are tried"
