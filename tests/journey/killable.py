"""A process of ours that kills itself with SIGKILL at a named point, once each time it is armed.

Arming is a file in the folder REGULARS_TEST_ARMED (taken off the environment before the product reads it);
whoever renames it first dies.
"""

import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import dramatiq
import requests
import urllib3.connection

#: Set by `main`: where points are armed.
ARMED = Path()

WORKER_POINTS = (
    "request sent",
    "answer received",
    "rows written",
    "committed",
    "next enqueued",
    "acknowledged",
)
MONEY_POINTS = ("permit taken", "money reserved", "money settled")
#: What the receiver reaches, and what a worker that takes in.
RECEIVER_POINTS = ("push written", "push stored", "pushes applied", "pushes taken in")
ROTATION_POINTS = ("key written", "key in force")
DISPATCHER_POINTS = ("dispatch claimed", "dispatch sent")


def reach(point: str) -> None:
    """Die here if somebody armed this point."""
    try:
        (ARMED / point).rename(ARMED / f"{point}.{os.getpid()}.died")
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def after(owner: Any, name: str, point: str) -> None:
    """Reach `point` after each call of a function."""
    real: Callable[..., Any] = getattr(owner, name)

    def call(*args: Any, **kwargs: Any) -> Any:
        done = real(*args, **kwargs)
        reach(point)
        return done

    setattr(owner, name, call)


def before(owner: Any, name: str, point: str) -> None:
    """Reach `point` before each call of a function."""
    real: Callable[..., Any] = getattr(owner, name)

    def call(*args: Any, **kwargs: Any) -> Any:
        reach(point)
        return real(*args, **kwargs)

    setattr(owner, name, call)


def die_of(pages: Any) -> None:
    """Die whenever a page holds an act of somebody whose id stands in the file "poison"."""
    real: Callable[..., Any] = pages.screened
    try:
        wanted = set((ARMED / "poison").read_text(encoding="utf-8").split())
    except FileNotFoundError:
        return

    def call(account: Any, acts: Any, **options: Any) -> Any:
        if wanted & {each.contact.platform_id for each in acts}:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(account, acts, **options)

    pages.screened = call


def crash_in(owner: Any, name: str, *, calls: int) -> None:
    """Let a function fail with the words of the file "crash", where there is one, after so many calls."""
    try:
        words = (ARMED / "crash").read_text(encoding="utf-8")
    except FileNotFoundError:
        return
    real: Callable[..., Any] = getattr(owner, name)
    called = 0

    def call(*args: Any, **kwargs: Any) -> Any:
        nonlocal called
        called += 1
        if called > calls:
            raise RuntimeError(words)
        return real(*args, **kwargs)

    setattr(owner, name, call)


def set_clock(runtime: Any) -> None:
    """Let the product's clock be wrong by the seconds in the file "clock", where there is one."""
    real: Callable[[], datetime] = runtime.utc_now
    file = ARMED / "clock"

    def utc_now() -> datetime:
        try:
            return real() + timedelta(seconds=float(file.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return real()

    runtime.utc_now = utc_now


class Acknowledged(dramatiq.Middleware):
    """Reaches its point after a message was acknowledged."""

    def after_ack(self, _broker: dramatiq.Broker, _message: object) -> None:
        """Reach the point."""
        reach("acknowledged")


def main() -> None:
    """Run the product's command line with the points laid in."""
    global ARMED  # noqa: PLW0603  # known only once this process has its own environment
    ARMED = Path(os.environ.pop("REGULARS_TEST_ARMED"))
    from workers import runtime  # noqa: PLC0415

    set_clock(runtime)  # before anybody takes it by name
    from console.receiver import intake  # noqa: PLC0415  # after the environment is clean
    from pipeline import ahead, harvest, push, rotate  # noqa: PLC0415
    from store import runs  # noqa: PLC0415
    from workers import actors, broker, dispatcher, life, pushes  # noqa: PLC0415

    ahead.STRETCH = timedelta(seconds=0.05)  # so that messages are as many as there are points to die at
    before(urllib3.connection.HTTPConnection, "getresponse", "request sent")
    after(requests.Session, "send", "answer received")
    before(harvest.money, "reserve", "permit taken")
    before(ahead, "request_of", "money reserved")
    after(harvest.money, "settle", "money settled")
    after(harvest, "_store", "rows written")
    die_of(harvest)
    before(rotate.sealed, "turn", "key written")
    after(rotate, "rotate", "key in force")
    after(harvest, "_carry_out", "committed")
    after(actors, "_send_on", "next enqueued")
    after(dispatcher.outbox, "claim", "dispatch claimed")
    after(dispatcher.Dispatcher, "tick", "dispatch sent")
    after(intake.inbox, "put", "push written")
    before(intake, "_settle", "push stored")
    after(push, "_apply", "pushes applied")
    after(pushes, "take_in", "pushes taken in")
    for owner, name, calls in ((actors, "harvest_next", 0), (life.Life, "_sign", 1), (runs, "listed", 0)):
        crash_in(owner, name, calls=calls)
    made = broker._middleware
    broker._middleware = lambda: [*made(), Acknowledged()]

    from console.cli.main import main as command  # noqa: PLC0415

    sys.argv[0] = "regulars"
    command()


if __name__ == "__main__":
    main()
