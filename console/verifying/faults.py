"""Scenarios of faults: refusals, and an answer that is cut off."""

from console.api.problems import problem
from console.verifying.asked import CHANGES, Turn
from console.verifying.consumer import Mistake
from console.verifying.play import CLOCKS_APART_S, LATER_S, Play


def too_many_requests(play: Play) -> None:
    """Answer 429 once."""
    _refused(play, "too-many-requests", 429)


def unavailable(play: Play) -> None:
    """Answer 503 once."""
    _refused(play, "unavailable", 503)


def _refused(play: Play, name: str, status: int) -> None:
    comes = play.world.come()
    refusal = problem(name, {"retry-after": str(LATER_S)})
    play.stage.turns.append(Turn(CHANGES, instead=lambda _: refusal))
    advice = "wait as long as Retry-After says and ask again, or end with status 75 (answer /sync with 503)"
    asked = [each for each in play.read_on(f"It gave up upon {status}: {advice}.") if each.reads]
    place = next(place for place, each in enumerate(asked) if each.status == status)
    behind = asked[place + 1 :]
    if behind and (waited := behind[0].at - asked[place].at) < LATER_S - CLOCKS_APART_S:
        raise Mistake(
            f"It asked again {waited:.1f} s after a {status} whose Retry-After said {LATER_S} s: do wait."
        )
    play.require(comes, f"It misses {{}}, for it took a {status} for the end of the feed: {advice}.")


def cut(play: Play) -> None:
    """Cut a page off in its middle."""
    comes = play.world.come(2)
    play.stage.turns.append(Turn(CHANGES, cuts=True))
    again = "ask with the same cursor again, or end with status 75"
    play.read_on(f"It gave up when an answer was cut off in its middle: {again}.")
    play.require(comes, f"It misses {{}}, who was on a page that was cut off in its middle: {again}.")
