"""Child processes that never outlive their parent."""

import contextlib
import ctypes
import os
import signal
import sys
from pathlib import Path

_PR_SET_PDEATHSIG = 1


#: How much less of the processor what works in the background gets than what people wait for (nice).
BACKGROUND = 5


def die_with_parent() -> None:
    """Ask the kernel to end this child when its parent dies; for `preexec_fn`, Linux only."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() == 1:  # the parent died before we asked
        os._exit(1)


def work_behind() -> None:
    """Let this child end with its parent and yield the processor to whom people wait for; `preexec_fn`."""
    os.nice(BACKGROUND)
    # Linux weighs sessions first, each child's is its own, and niceness counts within one only (sched(7)).
    with contextlib.suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(BACKGROUND))
    die_with_parent()
