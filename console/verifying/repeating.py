"""Scenarios of repeating: a page comes twice, or late, or ahead, or in a form of later days."""

from typing import Any

from console.verifying.asked import CHANGES, Turn
from console.verifying.play import Play

Body = dict[str, Any]


def duplicate(play: Play) -> None:
    """Tell the page twice that has somebody who comes and somebody who leaves."""
    (leaves,) = play.world.come()
    play.read_on()
    comes = play.world.come()
    play.world.leave(leaves)
    place: list[str] = []

    def note(query: dict[str, str]) -> dict[str, str]:
        place.append(query.get("cursor", ""))
        return query

    def former(query: dict[str, str]) -> dict[str, str]:
        return {**query, "cursor": place[0]}

    play.stage.turns += [Turn(CHANGES, asks=note, tells=_more), Turn(CHANGES, asks=former)]
    play.read_on("It was told a page twice, which may happen: what is there already is replaced or removed.")
    play.require(comes, "It misses {}, who was told twice: an `upsert` of somebody who is held replaces it.")
    play.require_gone([leaves], "It holds {}, whose removal was told twice: removing it again does no harm.")


def disorder(play: Play) -> None:
    """Tell who has changed and who has left, then once more as they were."""
    changes, leaves = play.world.come(2)
    start = len(play.stage.asked)
    play.read_on()
    old = [each for page in play.stage.asked[start:] for each in page.items]
    changes = play.world.rename(changes, "Newest Name")
    play.world.erase(leaves)

    def late(told: Body) -> Body:
        return {**told, "items": old, "has_more": False}

    play.stage.turns += [Turn(CHANGES, tells=_more), Turn(CHANGES, tells=late)]
    play.read_on("It was told an old page once more, behind newer ones: pass over what has a smaller `seq`.")
    play.require_gone(
        [leaves],
        "It took {} in again, who was erased, by an old page with a smaller `seq`: keep the `seq` of "
        "removals, too, and pass over what has a smaller one.",
    )
    play.require_name(
        changes,
        "It took a smaller `seq` after a larger one for newer: {} is held as it was; of two tellings of one "
        "contact the larger `seq` counts.",
    )


def halted(play: Play) -> None:
    """Halt delivery while somebody waits to be told and somebody else leaves."""
    (leaves,) = play.world.come()
    play.read_on()
    waits = play.world.come()
    play.world.leave(leaves)
    with play.world.halted():
        play.read_on("Delivery was halted: /v1/changes still tells removals.")
        play.require_gone(
            [leaves],
            "It kept {}, whose removal was told while delivery was halted: carry removals out at once.",
        )
    play.read_on()
    play.require(
        waits,
        "It misses {}, whose `seq` is smaller than that of another contact's removal, told ahead while "
        "delivery was halted: compare `seq` within one contact only.",
    )


def unknown_fields(play: Play) -> None:
    """Add fields to whatever is told."""
    (leaves,) = play.world.come()
    play.read_on()
    comes = play.world.come()
    play.world.leave(leaves)
    play.stage.always = _later
    play.read_on("Fields may be added at any time: pass over those that it does not know.")
    play.require(comes, "It misses {}, whose record had a field that it did not know: pass over such fields.")
    play.require_gone([leaves], "It kept {}, whose removal had a field that it did not know: pass over such.")


def _more(told: Body) -> Body:
    return {**told, "has_more": True}


def _later(told: Body) -> Body:
    later = {"of_later_days": {"deep": [1, None]}}
    return {**told, **later, "items": [{**each, **later} for each in told["items"]]}
