"""Parting in tests: a worker disconnects the account that a page let go."""

from pipeline.job import carry_out
from store import jobs
from tests.consoles import Consoles
from workers.jobs import steps_of


def carried_out(console: Consoles) -> int:
    """Let a worker disconnect the account; returns how many steps that took."""
    road, steps = console.runtime.road("worker 1"), 0
    with console.database.read() as connection:
        job = jobs.running(connection, jobs.PART)
    assert job is not None
    fence: int | None = job["fence"]
    while fence is not None:
        wake = carry_out(road, steps_of(road), job["id"], fence)
        fence, steps = wake.fence if wake else None, steps + 1
    return steps
