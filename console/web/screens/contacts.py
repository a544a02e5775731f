"""Contacts: who is known, found by handle, key, name's beginning or filters, page by page."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from fastapi import FastAPI, Response
from sqlalchemy import Connection

from console.web import contact_rights, contact_topics, contact_view, contact_words
from console.web.access import Operator
from console.web.desk import Desk, Visit
from console.web.rendering import after, page
from domain.admission import Gate
from domain.journal import Act, Entry
from domain.label import Label
from domain.topic import TOPICS
from store import accounts, contact_lists, journal, tallies
from store.contact_lists import INSIDE, PLATFORMS, Page, Wanted
from store.tallies import Tally

#: Contacts on a page; how many of one handle stand above those whose name begins so.
SIZE, SAME_HANDLE = 50, 20
#: What is said above the list after something was done to a contact that is gone since.
DONE = ("objected", "erased")
LABELS = tuple(each.word for each in Label)
#: The filters by their names in the address.
FILTERS = ("platform", "account", "label", "inside", "topic", "since", "order")
#: Orders that an index carries, beside the newest first; columns that can be left out.
ORDERS = ("oldest", "name")
COLUMNS = ("handle", "label", "platform", "first_seen", "inside")


class Asked(NamedTuple):
    """What the address asks for."""

    typed: str
    wanted: Wanted
    after: int | None
    #: The filters as they stand in the address, without what was typed and the place.
    filters: Mapping[str, str]
    #: Columns that are left out.
    without: Sequence[str] = ()


def add_routes(app: FastAPI) -> None:
    """Add the routes."""
    desk: Desk = app.state.desk

    @app.get("/contacts")
    def show(visit: Operator) -> Response:
        with desk.database.read() as connection:
            ours = [(each.id, each.name, each.platform) for each in accounts.every(connection)]
            asked = _asked(visit, {str(number): platform for number, _, platform in ours})
            exact = _exactly(connection, asked)
            found = _found(connection, asked)
            known = tallies.newest(connection)
        alone = {each.id for each in exact} | {each.id for each in found.contacts}
        if exact and len(alone) == 1:
            return after(f"/contacts/{alone.pop()}")
        with desk.database.write() as connection:
            entry = Entry(visit.actor, Act.CONTACTS_LISTED, visit.now, details=_entered(asked))
            journal.record(connection, entry)
        done = visit.query.get("done") if visit.query.get("done") in DONE else None
        counted = [each.number for each in known if _counts(each, asked.wanted)]
        return page(
            visit,
            "contacts",
            asked=asked,
            exact=exact,
            found=found,
            counted=sum(counted) if known and _is_counted(asked) else None,
            choices={
                "platform": PLATFORMS,
                "label": LABELS,
                "inside": (*INSIDE, *(each.value for each in Gate)),
                "topic": TOPICS,
                "order": ORDERS,
            },
            accounts=ours,
            columns=COLUMNS,
            next=_address(asked, found.after) if found.after else None,
            first=_address(asked, None) if asked.after is not None else None,
            done=done,
            left=contact_rights.left_behind(desk, visit) if done else None,
        )

    contact_view.add_routes(app)
    contact_words.add_routes(app)
    contact_topics.add_routes(app)
    contact_rights.add_routes(app)


def _asked(visit: Visit, platform_of: Mapping[str, str]) -> Asked:
    """Read the address; what is no filter of ours is left out."""
    query = visit.query
    account = query.get("account") if query.get("account") in platform_of else None
    wanted = Wanted(
        platform=platform_of[account] if account else _one_of(query, "platform", PLATFORMS),
        label=_one_of(query, "label", LABELS),
        account_id=int(account) if account else None,
        inside=_one_of(query, "inside", (*INSIDE, *(each.value for each in Gate))),
        topic=_one_of(query, "topic", TOPICS),
        since=_day(visit, query.get("since", "")),
        oldest_first=query.get("order") == "oldest",
    )
    typed = "".join(each for each in query.get("q", "") if each.isprintable()).strip()[:100]
    filters = {each: query[each] for each in FILTERS if each in query}
    without = [each for each in COLUMNS if query.get(f"without_{each}")]
    return Asked(typed, wanted, _place(query), filters, without)


def _one_of(query: Mapping[str, str], name: str, known: tuple[str, ...]) -> str | None:
    return query.get(name) if query.get(name) in known else None


def _day(visit: Visit, written: str) -> datetime | None:
    """Read a day as it begins where the user is."""
    try:
        day = datetime.strptime(written, "%Y-%m-%d").replace(tzinfo=visit.zone)
    except ValueError:
        return None
    return day if day > visit.now - timedelta(days=20_000) else None


def _place(query: Mapping[str, str]) -> int | None:
    written = query.get("after", "")
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 19 else None


def _exactly(connection: Connection, asked: Asked) -> list[contact_lists.Listed]:
    """Return the contacts of that very handle or key, on the first page."""
    if not asked.typed or asked.after is not None:
        return []
    ids = contact_lists.exactly(connection, asked.typed, most=SAME_HANDLE)
    return contact_lists.listed(connection, ids)


def _found(connection: Connection, asked: Asked) -> Page:
    if not asked.typed and asked.filters.get("order") != "name":
        return contact_lists.newest_first(connection, asked.wanted, after=asked.after, size=SIZE)
    if asked.typed.startswith("@"):
        return Page([])
    return contact_lists.by_name(connection, asked.typed, asked.wanted, after=asked.after, size=SIZE)


def _entered(asked: Asked) -> dict[str, str | bool]:
    """Return what the journal keeps: which filters, and that something was searched, never what."""
    filters = {name: value for name, value in asked.filters.items() if name != "order"}
    return {"filters": ", ".join(sorted(filters)), "searched": bool(asked.typed)}


def _is_counted(asked: Asked) -> bool:
    return not asked.typed and not set(asked.filters) - {"platform", "label", "order"}


def _counts(tally: Tally, wanted: Wanted) -> bool:
    """Tell whether a tally is of contacts who are wanted."""
    kind, _, label = tally.name.partition(":")
    is_label = label == wanted.label if wanted.label else label != Label.NONE.word
    return kind == "label" and is_label and wanted.platform in (None, tally.platform)


def _address(asked: Asked, place: int | None) -> str:
    query = {**({"q": asked.typed} if asked.typed else {}), **asked.filters}
    query |= {f"without_{each}": "1" for each in asked.without}
    if place is not None:
        query["after"] = str(place)
    return f"/contacts?{urlencode(query)}"
