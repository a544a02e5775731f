"""The actors: they open the door to a verb of the pipeline and step aside."""

import logging
from collections.abc import Callable

import dramatiq
from dramatiq import Broker, Message

from domain.errors import RegularsError
from pipeline.harvest import Road, harvest_next
from pipeline.outcome import LostClaimError
from store import outbox
from store.outbox import Wake
from workers.broker import CONTROL, QUEUE_DOWN

HARVEST = "harvest_page"

log = logging.getLogger("regulars.workers")


def message_of(wake: Wake) -> Message[object]:
    """Return the message that wakes a run: only its id and its fence."""
    return Message(
        queue_name=wake.queue, actor_name=HARVEST, args=(wake.subject_id, wake.fence), kwargs={}, options={}
    )


def declare(broker: Broker, road: Road) -> Callable[[int, int], None]:
    """Declare the actors on a broker; returns the one that harvests a page."""

    @dramatiq.actor(actor_name=HARVEST, queue_name=CONTROL, broker=broker)
    def harvest_page(run_id: int, fence: int) -> None:
        """Harvest the next page of a run; a stale fence is a no-op."""
        try:
            wake = harvest_next(road, run_id, fence)
        except LostClaimError:
            log.info("harvest.page_lost", extra={"run": run_id, "fence": fence})
            return
        except RegularsError as error:
            log.warning("harvest.page_failed", extra={"run": run_id, "fence": fence, "error": str(error)})
            return
        if wake is not None:
            _send_on(broker, road, wake)

    return harvest_page.fn


def _send_on(broker: Broker, road: Road, wake: Wake) -> None:
    """Send the next message at once; where that fails the dispatcher does it."""
    try:
        broker.enqueue(message_of(wake))
    except QUEUE_DOWN:
        with road.database.write() as connection:
            outbox.unsend(connection, wake)
