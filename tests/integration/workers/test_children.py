"""Child processes: they end with their parent, and background work yields the processor."""

import subprocess
import sys
from pathlib import Path

import pytest

from workers.children import BACKGROUND, work_behind

TELLS = "import os, pathlib; print(os.nice(0)); print(pathlib.Path('/proc/self/autogroup').read_text())"


@pytest.mark.skipif(not Path("/proc/self/autogroup").exists(), reason="Linux only")
def test_background_work_yields_within_its_session_and_between_sessions() -> None:
    nice, group = subprocess.run(
        [sys.executable, "-c", TELLS],
        capture_output=True,
        text=True,
        check=True,
        start_new_session=True,
        preexec_fn=work_behind,
    ).stdout.splitlines()[:2]
    assert int(nice) >= BACKGROUND
    assert group.endswith(f"nice {BACKGROUND}")
