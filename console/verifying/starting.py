"""Scenarios of beginning: the first snapshot, and the next one after a 410."""

from console.verifying.consumer import Mistake
from console.verifying.play import Play, begins
from console.verifying.stage import SIZE, SIZE_BEFORE, SNAPSHOT, Asked, Turn
from console.verifying.world import Person

_NOT_BEGUN = (
    "It was answered 410 and did not read /v1/regular-contacts from its first page: do so, and put what it "
    "tells in the place of all that is held."
)


def begin(play: Play) -> None:
    """Let it read the first snapshot, and let somebody change before that is read to its end."""
    people = play.world.come(5)
    play.stage.size = max(SIZE, play.world.count // 4)
    changed: list[Person] = []

    def rename(_: Asked) -> None:
        changed.append(play.world.rename(people[4], "Eve Another"))

    play.stage.turns.append(Turn(SNAPSHOT, before=rename))
    if not begins(play.read_on()):
        raise Mistake(
            "It did not read /v1/regular-contacts: begin there, at its first page, without a cursor."
        )
    play.require(
        people[:4],
        "It misses {} of the snapshot: follow its `next_cursor` until `has_more` is false.",
    )
    behind = (
        "It misses {}, who changed while the snapshot was read: ask /v1/changes with the snapshot's "
        "`changes_cursor` right behind it."
    )
    play.require(changed, behind)
    play.require_name(changed[0], behind)
    told = {each["contact_key"] for one in play.stage.asked for each in one.items}
    strangers = sorted(play.held().keys() - told)
    if strangers:
        raise Mistake(
            f"It holds {len(strangers)} contacts of whom this feed never told, such as {strangers[0]}: "
            "verify it with an empty store of its own; a snapshot replaces all that is held."
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
