"""A play: one scenario against the consumer, with what it is asked and what must hold afterwards."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from console.verifying.asked import CHANGES, SNAPSHOT, Asked
from console.verifying.consumer import Consumer, Held, How, Mistake
from console.verifying.stage import Stage
from console.verifying.world import Person, World

#: Seconds that Retry-After says here, and by how much a clock may be off.
LATER_S, CLOCKS_APART_S = 1, 0.05
#: How often a consumer may ask to be started again, for one reading.
MOST_AGAIN = 3
#: What a consumer is told by who met a status that is its own mistake.
_WRONG = {
    400: "It asked {} {} in a form that /v1/openapi.json does not know: follow that description.",
    401: "It asked {} {} without its token: send `Authorization: Bearer TOKEN` with each request.",
    404: "It asked {} {}, which there is not: /v1/openapi.json lists the addresses.",
    405: "It asked {} {}, which there is not: /v1/openapi.json lists the methods.",
}


class Skipped(Exception):  # noqa: N818  # nothing is wrong
    """Raised with a sentence where a scenario cannot be played against this consumer."""


@dataclass
class Play:
    """What a scenario plays with; `start` is where its own requests begin among those of the stage."""

    world: World
    stage: Stage
    consumer: Consumer
    url: str
    start: int = 0
    #: Waits for so many seconds.
    pause: Callable[[float], None] = time.sleep

    def read_on(self, upon: str = "") -> list[Asked]:
        """Let the consumer read to the end; returns what it asked.

        Raises Mistake where it does not; `upon` begins the sentence where something was played into it.
        """
        first = len(self.stage.asked)
        for _ in range(MOST_AGAIN):
            ended = self.consumer.sync(self.url, self.world.token)
            asked = self.stage.asked[first:]
            _require_sound(asked)
            if ended.how is How.FAILED:
                raise Mistake(f"{upon or 'Let it read the feed to its end and end well.'} It {ended.told}.")
            if ended.how is How.DONE:
                break
            self.pause(LATER_S)
        else:
            raise Mistake(
                f"It asked {MOST_AGAIN} times to be started again later: end well at the feed's end."
            )
        if not asked:
            raise Mistake("It asked nothing of the address it was given: read the feed there, not elsewhere.")
        pages = [each for each in asked if each.reads]
        if pages and pages[-1].status == 200 and pages[-1].told["has_more"]:
            raise Mistake(
                f"It stopped at a page of {pages[-1].path} whose `has_more` was true: ask on with "
                "`next_cursor` until it is false, also where a page is empty."
            )
        if self.stage.turns:
            raise Mistake(
                f"It did not read {self.stage.turns[0].reads} as far as it goes: ask it with the cursor that "
                "was told last, until `has_more` is false."
            )
        return asked

    def held(self) -> dict[str, Held]:
        """Ask the consumer whom it holds."""
        return self.consumer.held()

    def require(self, people: Iterable[Person], sentence: str) -> None:
        """Raise Mistake where one of these is not held as somebody who may be written to.

        The sentence has `{}` for who it is.
        """
        held = self.held()
        for each in people:
            found = held.get(each.key)
            if found is None or found.barred:
                raise Mistake(sentence.format(f"{each.key} ({each.name})"))

    def require_name(self, who: Person, sentence: str) -> None:
        """Raise Mistake where somebody is not held under this name."""
        self.require([who], "It misses {}, who is there: keep whoever an `upsert` tells.")
        name = self.held()[who.key].name
        if name is None:
            raise Mistake(
                "It does not tell the display_name of who it holds: without it no change can be seen."
            )
        if name != who.name:
            raise Mistake(sentence.format(f"{who.key} ({who.name})"))

    def require_gone(self, people: Iterable[Person], sentence: str, *, may_bar: bool = True) -> None:
        """Raise Mistake where one of these is held; with `may_bar` the mark do_not_contact may be."""
        held = self.held()
        for each in people:
            found = held.get(each.key)
            if found is not None and not (may_bar and found.barred):
                raise Mistake(sentence.format(f"{each.key} ({each.name})"))

    def own(self) -> list[Asked]:
        """Return what was asked since the scenario began."""
        return self.stage.asked[self.start :]


def begins(asked: Iterable[Asked]) -> bool:
    """Tell whether a snapshot was read from its first page on."""
    return any(each.reads == SNAPSHOT and "cursor" not in each.query for each in asked)


def place_of(page: Asked) -> str | None:
    """Return the cursor that stands behind a page of changes, or behind a whole snapshot."""
    found = page.told["next_cursor"] if page.reads == CHANGES else page.told["changes_cursor"]
    return found if isinstance(found, str) else None


def _require_sound(asked: Iterable[Asked]) -> None:
    for each in asked:
        if each.shows_token:
            raise Mistake("It put its token into an address, where logs keep it: send it in a header alone.")
        if each.status in _WRONG:
            raise Mistake(_WRONG[each.status].format(each.method, each.path))
