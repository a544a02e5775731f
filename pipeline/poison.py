"""Pages that end their workers: after the third death the walk goes on without them where it can."""

from datetime import datetime
from typing import Any, NamedTuple

from domain.batch import Batch
from domain.checkpoint import Checkpoint
from domain.errors import PagingLoopError, RegularsError
from domain.stream import Stream
from store.failures import Failure
from store.runs import Claim

#: So many workers may die over a page.
MAX_DEATHS = 3
CAUSE = "page_kills_workers"


def left(claim: Claim) -> dict[str, Any]:
    """Return what a run remembers of deaths when it leaves a page.

    Where the next page may have been asked for beside it, that one may be what ended the worker: it is
    suspected instead, once.
    """
    suspected = claim.deaths > 0 and claim.asked_ahead
    return {"deaths": int(suspected), "next_cursor": None, "asked_ahead": False}


class SuspectError(RegularsError):
    """Raised to give back a page that has ended a worker: it must be read alone (see `pipeline.company`)."""


class Passing(NamedTuple):
    """How a page that ends its workers is left: its failure, and where the walk goes on.

    `checkpoint` is None where the page's successor is not known: then a stream that goes post by post goes
    on with its next post (`next_post`), and any other run fails.
    """

    failure: Failure
    checkpoint: Checkpoint | None
    next_post: bool


def passing(claim: Claim, checkpoint: Checkpoint, stream: Stream, *, now: datetime) -> Passing:
    """Say how to leave a page over which `MAX_DEATHS` workers have died."""
    ahead = _ahead(claim, checkpoint, now)
    next_post = ahead is None and stream.per_post
    deaths = f"A page of run {claim.run_id} ended its worker {claim.deaths} times"
    if ahead is None and not next_post:
        sentence = f"{deaths}, and what follows it is not known."
        advice = "Look into the workers' log for its cause, mend that, then replay: it goes on at this page."
    else:
        sentence = f"{deaths}; it was passed over and the walk went on without it."
        advice = (
            "Look into the workers' log for its cause and mend that. When the run has ended, replay: the "
            "stream is read again from its beginning."
        )
    failure = Failure(claim.run_id, claim.stream, claim.post, CAUSE, sentence, advice, claim.deaths)
    return Passing(failure, ahead, next_post)


def slice_failure(claim: Claim) -> Failure:
    """Say that those who left could not be parted with: a slice of them ends every worker."""
    sentence = f"A slice of those who left, of run {claim.run_id}, ended its worker {claim.deaths} times."
    advice = "Look into the workers' log for its cause, mend that, then replay: it goes on at this slice."
    return Failure(claim.run_id, claim.stream, claim.post, CAUSE, sentence, advice, claim.deaths)


def unread(passed_over: int) -> str:
    """Say in a run's sentence how many of its pages were passed over."""
    pages = "1 page" if passed_over == 1 else f"{passed_over} pages"
    return f"{pages} ended every worker and could not be read, so nobody is taken to have left."


def _ahead(claim: Claim, checkpoint: Checkpoint, now: datetime) -> Checkpoint | None:
    if claim.next_cursor is None:
        return None
    try:
        # A page that was answered for, whatever stood on it.
        return checkpoint.after(Batch(next_cursor=claim.next_cursor, billed_items=1), now=now)
    except PagingLoopError:
        return None
