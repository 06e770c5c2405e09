"""Seam: the kinds of columns reach the model. An embedding by a third party (embedding.py, public names alone) finds
each category with its levels in `inputs.columns`, one-hot or as codes, is trained, saved, and predicts."""

from __future__ import annotations

import csv
from pathlib import Path
from subprocess import CompletedProcess

from caviar.plugin import InputColumn, Inputs
from caviar.testing import ModelContract
from safetensors.numpy import load_file

from tests.commands import pipe
from tests.seams.embedding import Embedding

FILE = """
name = "p"
executor = "inline"
data = { path = "rows.csv", target = "y" }
model = { use = "embedding", size = 2 }
optimizer = { use = "adam", learning_rate = { log = [1e-2, 0.1] } }
trainer = { epochs = 10, batch_size = 16 }
search = { baselines = false, trials = 3 }
"""
CODE = Path(__file__).with_name("embedding.py")


class TestEmbedding(ModelContract):
    model = Embedding(size=2)
    inputs = Inputs.of(
        [
            InputColumn("age", "number"),
            InputColumn("town", "category", (4,), 4),
            InputColumn("member", "flag"),
            InputColumn("street", "category", (), 3),
        ]
    )


def with_code(folder: Path, *words: str) -> CompletedProcess[str]:
    return pipe(folder, *words, "--code", str(CODE))


def test_words_of_a_table_become_embeddings(tmp_path: Path) -> None:
    towns, sizes = ("oslo", "rome", "bern", "", "lima"), ("s", "m")
    rows = [(n % 7, towns[n % 5], ("true", "false")[n % 3 == 0], sizes[n % 2]) for n in range(200)]
    truth = ["yes" if town in ("rome", "") else "no" for _, town, _, _ in rows]
    lines = [",".join(map(str, (*row, y))) for row, y in zip(rows, truth, strict=True)]
    (tmp_path / "rows.csv").write_text("\n".join(["age,town,member,size,y", *lines]))
    (tmp_path / "p.toml").write_text(FILE)
    assert "embedding 9-2, 28 parameters" in with_code(tmp_path, "check", "p.toml").stdout.replace("about ", "")
    done = with_code(tmp_path, "run", "p.toml")
    assert done.returncode == 0, done.stderr
    saved = load_file(tmp_path / "runs" / "p" / "models" / "best.safetensors")
    assert saved["member.0.weights.embedding.town"].shape == (5, 2)  # the missing town is a level
    assert saved["member.0.weights.embedding.size"].shape == (2, 2)
    predicted = list(csv.reader(with_code(tmp_path, "predict", "runs/p", "rows.csv").stdout.splitlines()))[1:]
    assert [row[0] for row in predicted] == truth


def test_check_reports_a_table_without_categories(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("\n".join(["a,b,y", *(f"{n}.5,{n % 2 == 0},{'uv'[n % 2]}" for n in range(60))]))
    (tmp_path / "p.toml").write_text(FILE)
    done = with_code(tmp_path, "check", "p.toml")
    assert done.returncode == 2
    assert "embedding needs a category among the inputs; they are numbers and flags" in done.stderr
