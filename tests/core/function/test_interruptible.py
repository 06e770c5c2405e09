"""What ends a block from outside is not lost in its own code."""

from __future__ import annotations

import os
import signal
from threading import Thread

import pytest
from caviar.function.interruptible import interruptible
from caviar.values.problem import Stopped


def stop() -> None:
    raise Stopped


def test_a_stop_wins_over_what_the_blocks_clean_up_raises() -> None:
    def block() -> None:
        with interruptible(stop):
            try:
                while True:
                    pass
            finally:
                raise OSError("clean-up")

    with pytest.raises(Stopped):
        block()


def test_a_stop_wins_over_a_block_that_catches_it_and_ends() -> None:
    def block() -> None:
        with interruptible(stop):
            try:
                while True:
                    pass
            except BaseException:
                pass

    with pytest.raises(Stopped):
        block()


def test_a_ctrl_c_wins_over_what_the_blocks_clean_up_raises() -> None:
    def block() -> None:
        with interruptible(lambda: None):
            try:
                os.kill(os.getpid(), signal.SIGINT)
                while True:
                    pass
            finally:
                raise OSError("clean-up")

    with pytest.raises(KeyboardInterrupt):
        block()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL


@pytest.mark.parametrize("kind", [KeyboardInterrupt, GeneratorExit, type("Stop", (BaseException,), {})])
def test_an_exception_that_would_end_the_process_becomes_an_error(kind: type[BaseException]) -> None:
    with pytest.raises(RuntimeError, match=f"{kind.__name__}: enough, which is no Exception"):  # noqa: SIM117
        with interruptible(lambda: None):
            raise kind("enough")


def test_so_it_does_outside_of_the_main_thread() -> None:
    raised: list[BaseException] = []

    def work() -> None:
        try:
            with interruptible(lambda: None):
                raise KeyboardInterrupt
        except BaseException as error:
            raised.append(error)

    thread = Thread(target=work)
    thread.start()
    thread.join()
    assert [type(each) for each in raised] == [RuntimeError]
