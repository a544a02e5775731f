"""Keeps the memory of a process that has many threads small, and the search for garbage in it rare."""

import contextlib
import ctypes
import gc
import sys

#: The number by which glibc knows the setting (malloc.h), and how many pools all threads share.
_M_ARENA_MAX, _POOLS = -8, 2


def share_pools() -> None:
    """Let all threads of this process take memory from two pools; before the threads begin.

    glibc gives each thread a pool of its own, and what was freed in one serves no other: a console with
    fourteen threads held 208 MB in them, a third of it in use.
    """
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError):  # another C library
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _POOLS)


def collect_less_often() -> None:
    """Keep what was loaded out of garbage collections, which many small values would repeat.

    They took a tenth of a page's time in Python (docs/benchmarks.md), and whoever asked the console for
    something waited for a search through all that it had loaded. Every command begins with this; what stays
    calls it again once it has loaded its parts.
    """
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)
