"""A store that was filled by harvests of the simulator, and copies of it to work on."""

import shutil
import subprocess
import sys
from pathlib import Path

from config.settings import Settings
from store import tallies
from store.database import Database
from tests.consoles import Consoles
from tests.journey.road import ROOT
from workers.runtime import utc_now

#: So few that a page holds not quite all.
AUDIENCE = 300


def filled(folder: Path) -> Path:
    """Harvest two accounts of the simulator into a store, label everybody, and export; returns its folder."""
    command = [sys.executable, "-m", "console.cli.main", "demo", "--out", str(folder / "demo")]
    command += ["--audience", str(AUDIENCE)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "demo" / "data"


def copied(store: Path, folder: Path) -> Consoles:
    """Return a console on a copy of a store, counted as the dispatcher counts it."""
    shutil.copytree(store, folder / "data")
    database = Database(f"sqlite:///{folder / 'data' / 'regulars.db'}")
    with database.write() as connection:
        tallies.keep(connection, tallies.count(connection, now=utc_now()), now=utc_now())
    return Consoles(database, folder / "data", settings=Settings(outbound_private="127.0.0.0/8"))
