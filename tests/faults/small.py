"""A search of a second or two, its twin that nothing happens to, and what must be the same in both."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.commands import pipe
from tests.faults.test_processes import bits, rows
from tests.model_dates import undated

FILE = """
name = "p"
data = { path = "rows.csv", target = "y" }
reporter = ["jsonl", "csv"]
executor = "inline"
model.units = { int = [2, 6] }
optimizer.learning_rate = { log = [1e-3, 1e-1] }
trainer = { epochs = 12, batch_size = 16 }
search = { baselines = false, trials = 20, round = 5 }
store.keep = 4
"""
ENDED = "SELECT number, attempt, epochs, seconds, checksum FROM trial WHERE state IN ('finished', 'pruned', 'diverged')"


def small(folder: Path) -> Path:
    """The pipeline file of the search, with its data beside it."""
    table = (f"{number % 7},{number * number % 11},{'ab'[number * 3 % 5 % 2]}" for number in range(90))
    (folder / "rows.csv").write_text("\n".join(["u,v,y", *table]))
    file = folder / "p.toml"
    file.write_text(FILE)
    return file


def run(file: Path, into: str, *words: str) -> None:
    """Runs or resumes the search in this process until it has ended."""
    done = pipe(file.parent, "run", file.name, "--runs", into, "--json", *words)
    assert done.returncode == 0, done.stderr


def outcome(file: Path, into: str) -> dict[str, Any]:
    """Trials, curves and weights to the bit, the best model's and the leftovers included."""
    models = sorted((file.parent / into / "p" / "models").iterdir())
    digests = {each.name: sha256(_content(each)).hexdigest() for each in models}
    return {"rows": bits(file, into), "models": digests, "unended": rows(file, into, _UNENDED)}


def _content(model: Path) -> bytes:
    return model.read_bytes() if model.name.startswith("trial-") else undated(model)


def ended(file: Path, into: str) -> dict[int, tuple[object, ...]]:
    """The trials that have ended; a second training of one would have another attempt and other seconds."""
    return {number: tuple(others) for number, *others in rows(file, into, ENDED) if others}


_UNENDED = "SELECT number, state FROM trial WHERE state NOT IN ('finished', 'pruned', 'diverged')"
