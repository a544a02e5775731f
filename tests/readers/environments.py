"""Environments of their own for programs of others that read what we write, made once a test run."""

import os
import subprocess
import venv
from pathlib import Path

#: Where environments stand that were made before; without it each run makes its own.
KEPT = "READERS_FOLDER"


def environment(folder: Path, name: str, *packages: str) -> Path:
    """Return the folder of the programs of an environment that has these packages."""
    kept = os.environ.get(KEPT)
    place = Path(kept) / name if kept else folder / name
    programs = place / "bin"
    if not programs.exists():
        venv.create(place, with_pip=True)
        install = [programs / "pip", "install", "--quiet", "--disable-pip-version-check", *packages]
        subprocess.run(install, check=True, timeout=600)
    return programs


def run(*words: str | Path, given: bytes = b"", folder: Path | None = None) -> str:
    """Run a program to its end; what it says where it fails is the failure."""
    done = subprocess.run(
        [*map(str, words)], input=given, capture_output=True, cwd=folder, check=False, timeout=600
    )
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    return done.stdout.decode()
