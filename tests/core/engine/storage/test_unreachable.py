"""Weights at an address that cannot be reached for a while: the run ends, and counts none of them as lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import pytest
from caviar import StoreError, load, open_run
from caviar.engine.doctor.examine import examine
from caviar.engine.revalidation.finished import read_finished
from caviar.engine.storage import pending
from caviar.engine.storage.artifacts import Unreachable
from caviar.engine.study import run
from caviar_plugins.stores.sqlite import SQLite

PIPELINE = """
name = "p"
reporter = []
executor = "inline"
data = "digits"
model.units = { choice = [3, 5] }
optimizer.learning_rate = { log = [1e-4, 1.0] }
trainer = { epochs = 4, batch_size = 64, population = 2 }
search = { baselines = false, trials = 6, round = 6, pruner = "successive-halving", ensemble = 2 }
store = { use = "sqlite", artifacts = "shelf://runs" }
"""


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A file system of fsspec's kind in memory, of so many more `writes`; after so many `reads` it raises `closed`."""
    fsspec = pytest.importorskip("fsspec")

    class Shelf(fsspec.AbstractFileSystem):  # type: ignore[misc, name-defined]
        protocol: ClassVar[str] = "shelf"
        files: ClassVar[dict[str, bytes]] = {}
        writes: ClassVar[int] = 10**6
        reads: ClassVar[int] = 0
        closed: ClassVar[Exception | None] = None

        def pipe_file(self, path: str, value: bytes, mode: str = "overwrite", **_: Any) -> None:
            if not Shelf.writes:
                raise ConnectionError("the line is dead")
            Shelf.writes -= 1
            self.files[self._strip_protocol(path)] = value

        def cat_file(self, path: str, start: int | None = None, end: int | None = None, **_: Any) -> bytes:
            if self.closed is not None:
                if not Shelf.reads:
                    raise self.closed
                Shelf.reads -= 1
            if (name := self._strip_protocol(path)) not in self.files:
                raise FileNotFoundError(path)
            return self.files[name][start:end]

        def find(self, path: str, *_: Any, **__: Any) -> list[str]:
            return [each for each in self.files if each.startswith(self._strip_protocol(path))]

        def rm_file(self, path: str) -> None:
            del self.files[self._strip_protocol(path)]

    fsspec.register_implementation("shelf", Shelf, clobber=True)
    monkeypatch.setattr(pending, "SECONDS", 0.0)  # every step is recorded at once, whatever time it takes
    return Shelf


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "p.toml").write_text(PIPELINE)
    return tmp_path / "p.toml"


def results(runs: Path) -> list[Any]:
    """What trials are, and how often each was trained."""
    with SQLite().read(runs / "p") as ledger:
        attempts = ledger.attempts()
        return [(each.values, each.state, each.metrics, attempts[each.index]) for each in ledger.trials()]


CLOSED = [ConnectionError("the line is dead"), TimeoutError(), PermissionError("denied"), OSError(5, "input/output")]


@pytest.mark.parametrize("error", CLOSED, ids=lambda error: type(error).__name__)
def test_states_that_cannot_be_reached_are_waited_for(file: Path, shelf: Any, error: Exception) -> None:
    runs = file.parent / "runs"
    load(file).run(runs=file.parent / "whole")
    shelf.writes = 6  # the states at the first rung
    with pytest.raises(StoreError, match="the line is dead"):
        load(file).run(runs=runs)
    before, there = results(runs), dict(shelf.files)
    assert any(each.epochs and not each.state.done for each in open_run(runs / "p").trials)
    shelf.closed, shelf.writes = error, 10**6
    with pytest.raises(Unreachable, match=r"shelf://runs/.*: cannot be read .* run the same command again"):
        load(file).run(runs=runs)
    assert (results(runs), shelf.files) == (before, there)
    shelf.closed = None
    done = run(load(file), runs)
    assert not any("from the start again" in note for note in done.info.notes)
    assert results(runs) == results(file.parent / "whole")


@pytest.mark.parametrize("reads", [0, 1, 2])
def test_winners_that_cannot_be_reached_are_not_trained_again(file: Path, shelf: Any, reads: int) -> None:
    """The first read is that of the winner, the others are those of the ensemble."""
    runs = file.parent / "runs"
    file.write_text(PIPELINE.replace(', pruner = "successive-halving"', ""))
    load(file).run(runs=runs)
    (runs / "p" / "models" / "ensemble.safetensors").touch()  # an earlier one, which stays until there is a verdict
    there, models = dict(shelf.files), sorted((runs / "p" / "models").iterdir())
    shelf.closed, shelf.reads = ConnectionError("the line is dead"), reads
    with pytest.raises(Unreachable, match="the line is dead"):
        load(file).run(runs=runs)
    assert (shelf.files, sorted((runs / "p" / "models").iterdir())) == (there, models)


def test_a_retest_without_the_winner_s_weights_is_none(file: Path, shelf: Any) -> None:
    runs = file.parent / "runs"
    load(file).run(runs=runs)
    shelf.closed = ConnectionError("the line is dead")
    with pytest.raises(Unreachable, match="the line is dead"):
        read_finished(runs / "p")
    shelf.closed = None
    shelf.files.clear()
    assert read_finished(runs / "p").weights is None


def test_the_doctor_says_that_it_cannot_tell(file: Path, shelf: Any) -> None:
    runs = file.parent / "runs"
    load(file).run(runs=runs)
    shelf.closed = ConnectionError("the line is dead")
    (found,) = (each for each in examine(runs / "p") if each.part == "weights")
    assert "cannot be read (the line is dead)" in found.state
    assert "trains again" not in found.cure
    assert "check the address" in found.cure
    shelf.closed, lost = None, next(iter(shelf.files))
    del shelf.files[lost]
    (found,) = (each for each in examine(runs / "p") if each.part == "weights")
    assert "1 missing there" in found.state
