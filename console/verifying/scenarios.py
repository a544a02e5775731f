"""Scenarios: what happens in the feed, and what a consumer must have made of it."""

from collections.abc import Callable
from typing import NamedTuple

from console.verifying import anew, faults, leaving, reading, repeating, starting, storing
from console.verifying.play import Play


class Scenario(NamedTuple):
    """A scenario: its name, what happens in it, and whether the consumer first reads what is there."""

    name: str
    what: str
    play: Callable[[Play], None]
    is_first: bool = False


#: In the order in which they are played: those after which the feed begins anew come last.
SCENARIOS = (
    Scenario(
        "begin", "It reads everybody, page by page, and somebody changes meanwhile.", starting.begin, True
    ),
    Scenario("upsert", "Somebody comes in.", reading.upsert),
    Scenario("nothing-new", "It asks again, and nothing has changed since.", reading.nothing_new),
    Scenario("change", "Somebody whom it holds has another name.", reading.change),
    Scenario("many-pages", "So many come in at once that it takes several pages.", reading.many_pages),
    Scenario("empty-page", "A page holds nobody, and its has_more is true.", reading.empty_page),
    Scenario(
        "unfollowed", "Somebody is regular no more: unfollowed, or took its consent back.", leaving.unfollowed
    ),
    Scenario("objected", "Somebody objects to being written to.", leaving.objected),
    Scenario("erased", "Somebody is erased.", leaving.erased),
    Scenario("erased-later", "Somebody objects, and is erased later: two removals.", leaving.erased_later),
    Scenario("other-reason", "Somebody leaves for a reason that there is not yet.", leaving.other_reason),
    Scenario("returned", "Somebody leaves, and comes back.", leaving.returned),
    Scenario("duplicate", "A page is told twice.", repeating.duplicate),
    Scenario(
        "disorder", "An old page, with smaller seq, comes once more behind newer ones.", repeating.disorder
    ),
    Scenario(
        "halted", "While delivery is halted a removal is told ahead of others' smaller seq.", repeating.halted
    ),
    Scenario(
        "unknown-fields",
        "Records, removals and pages have fields that there are not yet.",
        repeating.unknown_fields,
    ),
    Scenario("too-many-requests", "It is answered 429 with Retry-After.", faults.too_many_requests),
    Scenario("unavailable", "It is answered 503 with Retry-After.", faults.unavailable),
    Scenario("cut", "The connection is cut in the middle of a page.", faults.cut),
    Scenario(
        "acknowledged", "It says what it has carried out, once that cannot be lost.", storing.acknowledged
    ),
    Scenario("killed", "It is killed between two pages, and started again.", storing.killed),
    Scenario(
        "expired", "410: its cursor is older than removals are kept, and somebody has left.", anew.expired
    ),
    Scenario("restored", "410: our database was brought back, and numbers are smaller again.", anew.restored),
)
NAMES = tuple(each.name for each in SCENARIOS)
