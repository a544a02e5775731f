"""Scenarios of storing: what was read must not be lost when the consumer acknowledges, or dies."""

from collections.abc import Iterator, Sequence

from console.verifying.asked import ACK, CHANGES, Asked, Turn
from console.verifying.consumer import WHILE_WAITING_S, Held, Mistake
from console.verifying.play import Play, Skipped, place_of
from console.verifying.world import Person


def acknowledged(play: Play) -> None:
    """Look what it holds while it waits for the answer to an acknowledgement."""
    (leaves,) = play.world.come()
    play.read_on()
    comes = play.world.come(3)
    play.world.leave(leaves)
    concerned = {each.key: each for each in (leaves, *comes)}
    early: list[str] = []

    def look(ack: Asked) -> None:
        try:
            held = play.consumer.held(WHILE_WAITING_S)
        except Mistake as mistake:
            early.append(f"While it acknowledged it could not be asked what it holds. {mistake}")
            return
        early.extend(_not_stored(play.own(), ack, held, concerned))

    play.stage.on_ack = look
    asked = play.read_on()
    if early:
        raise Mistake(early[0])
    acks = [each for each in asked if each.path == ACK and each.method == "PUT" and each.status == 200]
    if not acks:
        raise Mistake(
            "It acknowledged nothing: send PUT /v1/consumers/me/ack with a cursor once all of it is there."
        )
    if concerned.keys() - _covered(play.own(), acks[-1]).keys():
        raise Mistake(
            "It acknowledged less than it has read: send the last `next_cursor` when all is stored."
        )


def _covered(asked: Sequence[Asked], ack: Asked) -> dict[str, str]:
    """Return of whom an acknowledgement says that it is carried out, with what was told last up to it."""
    cursor = ack.content.get("cursor") if isinstance(ack.content, dict) else None
    pages = [each for each in asked if each.reads and each.status == 200]
    last = max((place for place, each in enumerate(pages) if place_of(each) == cursor), default=-1)
    return _told(pages[: last + 1])


def _told(pages: Sequence[Asked]) -> dict[str, str]:
    return {each["contact_key"]: each["op"] for page in pages for each in page.items}


def _not_stored(
    asked: Sequence[Asked], ack: Asked, held: dict[str, Held], concerned: dict[str, Person]
) -> Iterator[str]:
    """Tell of whom an acknowledgement says too much; of whom more was told since, nothing is said."""
    covered, told = _covered(asked, ack), _told(asked)
    for key in covered.keys() & concerned.keys():
        there = key in held and not held[key].barred
        if covered[key] == told[key] and there != (covered[key] == "upsert"):
            yield (
                f"It acknowledged a cursor before all up to it was stored ({key}, {concerned[key].name}): "
                "were it to die now, nobody would tell it again. Store first, then acknowledge."
            )


def killed(play: Play) -> None:
    """Kill it between two pages."""
    comes = play.world.come(4)

    def kill(_: Asked) -> None:
        if not play.consumer.kill():
            unkillable.append(True)

    unkillable: list[bool] = []
    play.stage.turns += [Turn(CHANGES), Turn(CHANGES, before=kill)]
    play.consumer.sync(play.url, play.world.token)
    if unkillable:
        raise Skipped("Only a command can be killed: verify it with --command.")
    play.stage.turns.clear()
    play.read_on("It was killed between two pages and started again: it must go on from what it had stored.")
    play.require(
        comes,
        "It was killed between two pages and misses {}: it keeps a page's cursor before the page's contacts; "
        "store both at once, or the cursor last.",
    )
