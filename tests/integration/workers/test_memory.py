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
