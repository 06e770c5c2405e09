"""One changed byte in any file of a run that nothing writes anew is reported, or changes nothing that is read."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import numpy
import pytest
from caviar import load, open_run
from caviar.engine.doctor.examine import examine
from caviar.engine.revalidation.history import note_revalidation
from caviar.engine.study import run
from caviar.values.revalidation import Answer, Revalidation

FILE = """
data.path = "rows.npz"
executor = "inline"
reporter = ["csv", "jsonl", "report"]
model.units = 4
optimizer.learning_rate = { log = [1e-3, 1e-1] }
trainer = { epochs = 2, batch_size = 32 }
search = { baselines = false, trials = 5, round = 5, ensemble = 8 }
"""
WRITTEN_ANEW = {".html", ".csv", ".jsonl", ".lock"}
"""What reporters write, and a lock that nobody holds: no command goes by them."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("one_byte")
    with chdir(folder):
        x = numpy.random.default_rng(0).normal(size=(60, 3))
        numpy.savez("rows.npz", X=x, y=x[:, 0] * x[:, 1])
        Path("p.toml").write_text(FILE)
        for trials in (5, 6):
            run(load("p.toml", [f"search.trials={trials}"]), Path("runs"))
        answer = Answer("yes", "")
        told = Revalidation("2026-01-02T03:04:05Z", 0, "r2", "maximize", 3, 0, answer, answer, answer, answer)
        note_revalidation(Path("runs/p"), told)
        shutil.move("runs/p", "whole")
        yield folder


def test_every_kind_of_file_is_examined(whole: Path) -> None:
    assert all(each.sound for each in examine(whole / "whole"))
    kinds = {"".join(each.suffixes) for each in (whole / "whole").rglob("*") if each.is_file()}
    assert kinds - WRITTEN_ANEW == {".toml", ".sqlite", ".safetensors", ".json"}
    names = {each.name for each in (whole / "whole").rglob("*.json")}
    assert names == {"evaluation.json", "reference.json", "2026-01-02T030405Z.json"}


def test_one_changed_byte_is_reported_or_harmless(whole: Path) -> None:
    draw = random.Random(0)
    files = [each for each in sorted((whole / "whole").rglob("*")) if each.is_file()]
    for file in (each for each in files if each.suffix not in WRITTEN_ANEW):
        for place in draw.sample(range(file.stat().st_size), 6):
            shutil.rmtree(whole / "damaged", ignore_errors=True)
            shutil.copytree(whole / "whole", whole / "damaged")
            changed = whole / "damaged" / file.relative_to(whole / "whole")
            content = bytearray(file.read_bytes())
            content[place] ^= 1 << draw.randrange(8)
            changed.write_bytes(content)
            found = examine(whole / "damaged")
            reported = not all(each.sound for each in found) or any("not as the study" in each.state for each in found)
            if not reported:
                assert file.suffix == ".sqlite", f"byte {place} of {file.name}"
                before, now = open_run(whole / "whole"), open_run(whole / "damaged")
                assert now.trials == before.trials
                assert repr(now.all_curves()) == repr(before.all_curves())
