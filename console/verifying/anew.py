"""Scenarios of beginning anew: a cursor that leads nowhere any more (410)."""

from console.verifying.asked import SIZE_BEFORE
from console.verifying.consumer import Mistake
from console.verifying.play import Play, begins

_NOT_BEGUN = (
    "It was answered 410 and did not read /v1/regular-contacts from its first page: do so, and put what it "
    "tells in the place of all that is held."
)


def expired(play: Play) -> None:
    """Let somebody leave, and so much time pass that nobody is told of it."""
    stays, leaves = play.world.come(2)
    play.read_on()
    play.world.leave(leaves)
    play.world.outlive_tombstones()
    comes = play.world.come()
    _require_begun(play)
    play.require(
        [stays, *comes],
        "It misses {}, who is in the snapshot that it read after a 410: keep whoever it tells.",
    )
    play.require_gone(
        [leaves],
        "It kept {}, who is not in the snapshot after a 410: whoever is not told there has left.",
    )


def restored(play: Play) -> None:
    """Undo by a backup what it was told, and let other things happen under the same numbers."""
    (changes,) = play.world.come()
    play.read_on()
    with play.world.undone():
        undone = play.world.come(3)
        play.world.rename(changes, "Former Name")
        play.read_on()
    changes, comes = play.world.rename(changes, "New Name"), play.world.come()
    _require_begun(play)
    play.require_gone(
        undone, "It kept {}, who is not in the snapshot after a 410: it replaces all that is held."
    )
    again = (
        "It misses {} as the snapshot after a 410 tells it: numbers may begin anew there, so forget every "
        "`seq` that was kept before."
    )
    play.require_name(changes, again)
    play.require(comes, again)


def _require_begun(play: Play) -> None:
    play.stage.size = SIZE_BEFORE
    asked = play.read_on("It was answered 410: read /v1/regular-contacts from its first page then.")
    if not begins(asked):
        raise Mistake(_NOT_BEGUN)
