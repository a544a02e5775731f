"""Scenarios of leaving: what a consumer makes of removals, by their reason."""

from typing import Any

from console.verifying.asked import CHANGES, Turn
from console.verifying.play import Play
from console.verifying.world import Person

_TAKEN_AWAY = "upon `remove` take away what came from us, whatever the reason."


def unfollowed(play: Play) -> None:
    """Let somebody take its consent back."""
    who = _known(play)
    play.world.leave(who)
    play.read_on()
    play.require_gone([who], f"It kept {{}}, who is regular no more: {_TAKEN_AWAY}")


def objected(play: Play) -> None:
    """Let somebody object."""
    who = _known(play)
    play.world.object(who)
    play.read_on()
    play.require_gone(
        [who],
        "It would still write to {}, who objected: delete it, or keep no more than the mark do_not_contact.",
    )


def erased(play: Play) -> None:
    """Let somebody be erased."""
    who = _known(play)
    play.world.erase(who)
    play.read_on()
    play.require_gone(
        [who], "It kept {}, who was erased: upon `erased` delete all that came from us.", may_bar=False
    )


def erased_later(play: Play) -> None:
    """Let somebody object, and be erased once that was read."""
    who = _known(play)
    play.world.object(who)
    play.read_on()
    play.world.erase(who)
    play.read_on()
    play.require_gone(
        [who],
        "It kept {}, who objected and was erased later: a later removal of the same contact may say more.",
        may_bar=False,
    )


def other_reason(play: Play) -> None:
    """Let somebody leave for a reason unheard of."""
    who = _known(play)
    play.world.leave(who)

    def unheard_of(told: dict[str, Any]) -> dict[str, Any]:
        items = [
            {**each, "reason": "of_later_days"} if each["op"] == "remove" else each for each in told["items"]
        ]
        return {**told, "items": items}

    play.stage.turns.append(Turn(CHANGES, tells=unheard_of))
    play.read_on("It was told a removal for a reason that it did not know: more reasons may come.")
    play.require_gone([who], f"It kept {{}}, who left for a reason that it did not know: {_TAKEN_AWAY}")


def returned(play: Play) -> None:
    """Let somebody leave, and come back once that was read."""
    who = _known(play)
    play.world.leave(who)
    play.read_on()
    play.world.come_back(who)
    play.read_on()
    play.require([who], "It misses {}, who had left and came back: a later `upsert` counts after a removal.")


def _known(play: Play) -> Person:
    """Let somebody in whom the consumer reads of."""
    (who,) = play.world.come()
    play.read_on()
    play.require([who], "It misses {}, who came in: keep whoever an `upsert` tells.")
    return who
