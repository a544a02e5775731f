"""A dispatcher's schedules in a process of their own, on a clock that whoever started it moves.

Each line that comes in is a moment; the answer is how many harvests were begun. A moment with `die` behind it
ends the process by SIGKILL once a harvest is begun, before anything is committed.
"""

import os
import signal
import sys
from datetime import datetime
from typing import Any

from pipeline import scheduling
from store.database import Database
from tests.scripted import ScriptedConnector
from tests.travel import Travel


def main(url: str) -> None:
    """Look at the schedules once a line."""
    travel = Travel(Database(url), ScriptedConnector())
    begin = scheduling.begin_harvest

    def die(*arguments: Any, **named: Any) -> None:
        begin(*arguments, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    _say("ready")
    for line in sys.stdin:
        moment, _, dies = line.strip().partition(" ")
        if dies:
            scheduling.begin_harvest = die  # type: ignore[assignment]
        _say(str(scheduling.begin_scheduled(travel.road, now=datetime.fromisoformat(moment))))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
