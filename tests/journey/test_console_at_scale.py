"""The benchmark of the console on small numbers: real processes, harvests beside, figures for each screen."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_figures_are_taken_of_every_screen(tmp_path: Path) -> None:
    small = {"contacts": 600, "history": 300, "audience": 400, "viewers": 2, "seconds": 1, "thinks": 0.02}
    options = [part for name, value in small.items() for part in (f"--{name}", str(value))]
    done = subprocess.run(
        [
            sys.executable,
            "benchmarks/console_at_scale.py",
            "--folder",
            str(tmp_path),
            "--paints",
            "0",
            *options,
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    rows = dict(re.findall(r"^\| `(\S+)` \| (\d+) \|", done.stdout, re.MULTILINE))
    for path in (
        "/",
        "/accounts",
        "/harvests",
        "/queues",
        "/contacts",
        "/messaging",
        "/privacy",
        "/settings",
    ):
        assert int(rows[path]) > 0, done.stdout
    assert {"/contacts/{contact_id}", "/charts/contacts.svg", "/charts/flow.svg"} <= set(rows)
    assert " 0 faults" in done.stdout, done.stdout
    assert int(re.findall(r"(\d+) MB at most", done.stdout)[0]) < 400
