"""BLAS has one thread while anybody trains or predicts, and afterwards as many as before."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from threading import Event, Thread

import numpy
import pytest
from caviar import Pipeline
from caviar.engine.model.on_disk import open_model
from caviar.engine.training.one_thread import OneThread, libraries
from caviar.engine.training.variants import variant_for
from caviar.plugin import Array
from caviar_plugins import MLP, Inline, NumPy, PopulationTrainer
from threadpoolctl import ThreadpoolController, threadpool_limits


def threads() -> set[int]:
    """Of each BLAS that is loaded."""
    libraries = ThreadpoolController().lib_controllers
    return {library.num_threads for library in libraries if library.user_api == "blas"}


@pytest.fixture(autouse=True)
def two_threads() -> Iterator[None]:
    variant_for(NumPy())  # loads the BLAS of compiled kernels
    with threadpool_limits(2, "blas"):
        yield


@pytest.mark.parametrize("first", [0, 1], ids=["first in, first out", "first in, last out"])
def test_limits_that_overlap_hold_until_the_last_ends(first: int) -> None:
    stacks = ExitStack(), ExitStack()
    for stack in stacks:
        stack.enter_context(OneThread(ThreadpoolController()))
    stacks[first].close()
    assert threads() == {1}
    stacks[1 - first].close()
    assert threads() == {2}


def test_libraries_are_looked_for_again_only_when_a_module_was_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = libraries()
    assert libraries() is before
    (tmp_path / "brings_a_blas.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "brings_a_blas", raising=False)
    import_module("brings_a_blas")
    assert libraries() is not before


def test_a_training_that_raises_gives_the_threads_back() -> None:
    with pytest.raises(KeyError), OneThread(ThreadpoolController()):
        raise KeyError
    assert threads() == {2}


def test_a_limit_works_from_any_thread_and_is_lifted_later() -> None:
    """threadpoolctl 3.8 listens to one thread: here first to the test's, which has set two."""
    seen, done, end = list[set[int]](), Event(), Event()

    def work() -> None:
        with OneThread(ThreadpoolController()):
            seen.append(threads())
        done.set()
        assert end.wait(60)

    worker = Thread(target=work)
    worker.start()
    assert done.wait(60)
    with threadpool_limits(1, "blas"):
        seen.append(threads())
    end.set()
    worker.join()
    assert seen == [{1}, {1}]


def test_predictions_that_overlap_have_one_thread_and_leave_as_many_as_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first to begin ends while the second is at work."""
    x, y = numpy.random.default_rng(0).normal(size=(64, 5)), numpy.arange(64) % 2
    trainer = PopulationTrainer(epochs=1)
    Pipeline(model=MLP(units=(4,)), trainer=trainer, executor=Inline(), reporter=()).run(x, y, runs=tmp_path)
    (path,) = tmp_path.glob("*/models/best.safetensors")
    seen, inside, go_on = list[set[int]](), (Event(), Event()), (Event(), Event())

    def predict(number: int) -> None:
        model = open_model(path).first
        whole = model._predictor

        def slow(rows: Array) -> Array:
            inside[number].set()
            assert go_on[number].wait(60)
            seen.append(threads())
            return whole(rows)

        vars(model)["_predictor"] = slow
        model.predict_inputs(x.astype(numpy.float32))

    workers = [Thread(target=predict, args=(number,)) for number in (0, 1)]
    for number, worker in enumerate(workers):
        worker.start()
        assert inside[number].wait(60)
    for number, worker in enumerate(workers):
        go_on[number].set()
        worker.join()
    assert seen == [{1}, {1}]
    assert threads() == {2}
