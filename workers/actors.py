"""The actors: they open the door to a verb of the pipeline and step aside."""

import logging
import os
import signal
import time
from collections.abc import Callable

import dramatiq
from dramatiq import Broker, Message

from config.keys import KeyMissingError
from config.logs import about
from domain.errors import RegularsError
from pipeline.harvest import harvest_next
from pipeline.job import carry_out
from pipeline.outcome import LostClaimError
from pipeline.road import Road
from store import jobs, outbox, runs
from store.outbox import Wake
from workers.broker import CONTROL, QUEUE_DOWN
from workers.jobs import steps_of
from workers.pushes import declare_push

HARVEST = "harvest_page"
JOB = "carry_out_job"
ACTOR_OF = {runs.KIND: HARVEST, jobs.KIND: JOB}
KIND_OF = {actor: kind for kind, actor in ACTOR_OF.items()}

log = logging.getLogger("regulars.workers")


def message_of(wake: Wake) -> Message[object]:
    """Return the message that wakes a run or a job: only its id and its fence."""
    return Message(
        queue_name=wake.queue,
        actor_name=ACTOR_OF[wake.kind],
        args=(wake.subject_id, wake.fence),
        kwargs={},
        options={},
    )


def declare(broker: Broker, road: Road) -> None:
    """Declare the actors on a broker."""
    steps = steps_of(road)

    @dramatiq.actor(actor_name=HARVEST, queue_name=CONTROL, broker=broker)
    def harvest_page(run_id: int, fence: int) -> None:
        """Harvest the next page of a run; a stale fence is a no-op."""
        ids = {"run": run_id, "fence": fence}
        _go_on(broker, road, "harvest.page", ids, lambda: harvest_next(road, run_id, fence))

    @dramatiq.actor(actor_name=JOB, queue_name=CONTROL, broker=broker)
    def carry_out_job(job_id: int, fence: int) -> None:
        """Carry out the next step of a job; a stale fence is a no-op."""
        ids = {"job": job_id, "fence": fence}
        _go_on(broker, road, "job.step", ids, lambda: carry_out(road, steps, job_id, fence))

    declare_push(broker, road)


def _go_on(
    broker: Broker, road: Road, what: str, ids: dict[str, int], act: Callable[[], Wake | None]
) -> None:
    with about(**ids):
        _act(broker, road, what, act)


def _act(broker: Broker, road: Road, what: str, act: Callable[[], Wake | None]) -> None:
    begun = time.monotonic()
    try:
        wake = act()
    except LostClaimError:
        log.info("%s_lost", what)
        return
    except KeyMissingError:  # the key was rotated and the new one is not here: nothing can be read any more
        os.kill(os.getpid(), signal.SIGTERM)
        return
    except RegularsError as error:
        log.warning("%s_failed", what, extra={"error": str(error)})
        return
    log.info(what, extra={"ms": round(1000 * (time.monotonic() - begun)), "goes_on": wake is not None})
    if wake is not None:
        _send_on(broker, road, wake)


def _send_on(broker: Broker, road: Road, wake: Wake) -> None:
    """Send the next message at once; where that fails the dispatcher does it."""
    try:
        broker.enqueue(message_of(wake))
    except QUEUE_DOWN:
        with road.database.write() as connection:
            outbox.unsend(connection, wake)
