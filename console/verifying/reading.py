"""Scenarios of reading on: who comes in, who changes, page by page."""

from typing import Any

from console.verifying.asked import CHANGES, Turn
from console.verifying.play import Play

Body = dict[str, Any]


def upsert(play: Play) -> None:
    """Let somebody come in."""
    comes = play.world.come()
    play.read_on()
    play.require(comes, "It misses {}, who came in: keep whoever an `upsert` tells.")


def nothing_new(play: Play) -> None:
    """Let it read twice what is there."""
    comes = play.world.come()
    play.read_on()
    play.read_on(
        "Nothing was new: a page without items, or a 304 for whoever sends If-None-Match, is no error."
    )
    play.require(comes, "It misses {}, though nothing has changed since: whoever is not told stays as it is.")


def change(play: Play) -> None:
    """Give somebody another name."""
    (who,) = play.world.come()
    play.read_on()
    who = play.world.rename(who, "Another Name")
    play.read_on()
    play.require_name(who, "It holds {} as it was: an `upsert` replaces the whole record of its contact_key.")


def many_pages(play: Play) -> None:
    """Let more come in than a page tells."""
    comes = play.world.come(5)
    play.read_on()
    play.require(comes, "It misses {}, who was on one of several pages: apply each before the next is asked.")


def empty_page(play: Play) -> None:
    """Tell nobody on the page before the one with somebody."""
    comes = play.world.come()
    place: list[str] = []

    def note(query: dict[str, str]) -> dict[str, str]:
        place.append(query.get("cursor", ""))
        return query

    def nobody(told: Body) -> Body:
        return {**told, "items": [], "has_more": True, "next_cursor": place[0]}

    play.stage.turns.append(Turn(CHANGES, asks=note, tells=nobody))
    play.read_on("It was told an empty page: ask on while `has_more` is true.")
    play.require(comes, "It misses {}, who came behind an empty page: ask on while `has_more` is true.")
