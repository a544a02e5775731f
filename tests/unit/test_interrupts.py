"""Ctrl-C, held back until what must be whole is."""

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from store.interrupts import held_back

pytestmark = pytest.mark.usefixtures("default_handler")


@pytest.fixture
def default_handler() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def press() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_ctrl_c_comes_at_the_end_of_the_block() -> None:
    steps: list[str] = []

    def work() -> None:
        with held_back():
            press()
            steps.append("whole")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert steps == ["whole"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_inner_block_waits_for_the_outer_one() -> None:
    steps: list[str] = []

    def work() -> None:
        with held_back():
            with held_back():
                press()
            steps.append("whole")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert steps == ["whole"]


def test_without_ctrl_c_an_error_passes_and_the_next_ctrl_c_interrupts_at_once() -> None:
    with pytest.raises(ZeroDivisionError), held_back():
        raise ZeroDivisionError
    with pytest.raises(KeyboardInterrupt):
        press()


def test_whoever_listens_for_the_signal_already_is_left_alone() -> None:
    heard: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _frame: heard.append(number))
    with held_back():
        press()
        assert heard == [signal.SIGINT]


def test_another_thread_is_not_interrupted_and_changes_nothing() -> None:
    seen: list[object] = []

    def work() -> None:
        with held_back():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [signal.default_int_handler]
