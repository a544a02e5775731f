"""The pools of memory of a process with many threads, as its C library counts them."""

import subprocess
import sys

import pytest

COUNTED = """
import ctypes, threading
from workers.memory import share_pools
if {shares}:
    share_pools()
libc = ctypes.CDLL(None)
libc.malloc.restype = libc.fdopen.restype = ctypes.c_void_p
together = threading.Barrier(8)
def take():
    together.wait()
    libc.malloc(100_000)
    together.wait()
threads = [threading.Thread(target=take) for _ in range(8)]
for each in threads: each.start()
for each in threads: each.join()
out = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, out)
libc.fflush(out)
"""


@pytest.mark.parametrize("shares", [True, False])
def test_eight_threads_share_two_pools(*, shares: bool) -> None:
    counted = subprocess.run(
        [sys.executable, "-c", COUNTED.format(shares=shares)], capture_output=True, text=True, check=True
    ).stdout
    pools = counted.count("<heap nr=")
    assert (0 < pools <= 2) if shares else pools > 2


SEARCHED = """
import gc
{}
searched = []
gc.callbacks.append(lambda phase, told: phase == "stop" and searched.append(told["generation"]))
kept = [[each] for each in range(200_000)]
print(len(searched), searched.count(2), gc.get_freeze_count() > 0)
"""


def test_many_small_values_are_seldom_searched_through() -> None:
    def told(begun: str) -> list[str]:
        command = [sys.executable, "-c", SEARCHED.format(begun)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()

    assert int(told("")[0]) > 200
    count, whole, frozen = told("from workers.memory import collect_less_often; collect_less_often()")
    assert (int(count) <= 12, whole, frozen) == (True, "0", "True")
