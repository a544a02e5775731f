"""The scenario of the first snapshot."""

from console.verifying.asked import SIZE, SNAPSHOT, Asked, Turn
from console.verifying.consumer import Mistake
from console.verifying.play import Play, begins
from console.verifying.world import Person


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
