"""Waiting until the texts of a harvest are read, and how many contacts have interests then."""

import time

from console.cli.words import note
from domain.interest import Strength
from pipeline.interests import waits
from store import interests, jobs
from workers.runtime import Runtime, utc_now
from workers.supervisor import road_is_up

#: How long a command waits for the texts to be read, in seconds; they are read all the same.
PATIENCE_S = 60.0
LOOK_S = 0.1
STRONGEST_FIRST = tuple(each.word for each in sorted(Strength, reverse=True))


def read_topics(open_runtime: Runtime) -> None:
    """Let the texts that wait be read and stay until they are, where workers are at work that do it."""
    if not road_is_up(open_runtime, jobs.QUEUE_OF[jobs.TOPICS]):
        return
    with open_runtime.database.read() as connection:
        waiting = waits(connection, now=utc_now())
    if not waiting:
        return
    with open_runtime.database.write() as connection:
        jobs.begin(connection, jobs.TOPICS, {}, now=utc_now())
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        with open_runtime.database.read() as connection:
            job = jobs.newest(connection, jobs.TOPICS)
        if job is None or job["state"] != "running":
            break
        time.sleep(LOOK_S)
    else:
        note("Texts are still being read; see `regulars jobs list`.")
    if job is not None and job["state"] == "failed":
        note(f"Texts could not be read: {job['error']} See `regulars failures list`.")


def tell_interests(open_runtime: Runtime) -> None:
    """Say how many contacts have interests, where any has."""
    with open_runtime.database.read() as connection:
        found = interests.counts(connection)
    if found:
        said = ", ".join(f"{each} {found[each]}" for each in STRONGEST_FIRST if each in found)
        note(f"Contacts with topics, by the strongest of each: {said}.")
