"""Lists of contacts, page by page: by index, never through the whole table, however many there are.

A page looks at so many contacts at most (`MOST`); where few of them match, it says how far it looked.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection

from domain.admission import Gate
from domain.contact import ContactKey, Platform
from domain.label import Label
from domain.sign_up import SIGNUP
from store import name_search
from store.moments import stamp
from store.sets import as_parameter, rows_of, run
from store.signals import moment_of

#: How many are looked at at once, and what a page looks at in all.
PARTS = (120, 400, 1_500, 4_000, 4_000)
MOST = sum(PARTS)
#: What a page of names looks at: each of them is compared letter by letter.
MOST_NAMED = 4_000
#: What of a contact's place in the messaging store can be asked for beside the gates' names.
INSIDE = ("yes", "admitted", "refused", "no")
#: Where contacts are from; those who signed up with us are from nowhere else.
PLATFORMS = (*(each.value for each in Platform), SIGNUP)
#: Numbers follow the moments in which contacts came in, but for pages that were written at once.
_SLACK = timedelta(minutes=10)
_LAST = 2**62
_NEVER = datetime.min.replace(tzinfo=UTC)


class Wanted(NamedTuple):
    """Which contacts; what is None is not asked. Those without any act stand only under their label."""

    platform: str | None = None
    label: str | None = None
    account_id: int | None = None
    #: One of INSIDE, or the first gate that refuses.
    inside: str | None = None
    topic: str | None = None
    since: datetime | None = None
    oldest_first: bool = False


class Listed(NamedTuple):
    """A contact in a list."""

    id: int
    platform: str
    platform_id: str
    label: str
    handle: str | None
    display_name: str | None
    first_seen_at: datetime
    inside: bool
    refusal: str | None


class Page(NamedTuple):
    """A page: `after` leads to the next one, `short` says that it ends before the list does."""

    contacts: list[Listed]
    after: int | None = None
    short: bool = False


def newest_first(connection: Connection, wanted: Wanted, *, after: int | None, size: int) -> Page:
    """Return a page of contacts by their number, the newest first unless the oldest are wanted."""
    first = _first_since(connection, wanted.since) if wanted.since else 1
    place = after if after is not None else (first - 1 if wanted.oldest_first else _LAST)
    found: list[Listed] = []
    for part in PARTS:
        ids = _candidates(connection, wanted, place, first, part)
        found += _matching(connection, wanted, ids)
        if len(found) > size:
            return Page(found[:size], found[size - 1].id)
        if len(ids) < part:
            return Page(found)
        place = ids[-1]
    return Page(found, place, short=True)


def by_name(connection: Connection, typed: str, wanted: Wanted, *, after: int | None, size: int) -> Page:
    """Return a page of contacts whose name begins so, in the order of their names' letters."""
    start = name_search.place_of(connection, after) if after is not None else None
    found: list[Listed] = []
    looked = 0
    for part in name_search.walk(connection, typed, start, size=PARTS[0]):
        matching = {each.id: each for each in _matching(connection, wanted, part.found)}
        found += [matching[each] for each in part.found if each in matching]
        if len(found) > size:
            return Page(found[:size], found[size - 1].id)
        looked += len(part.read)
        if looked >= MOST_NAMED:
            return Page(found, part.read[-1].id, short=True)
    return Page(found)


def exactly(connection: Connection, typed: str, *, most: int) -> list[int]:
    """Return the contacts of that very key, number on a platform, or handle."""
    key, _, rest = typed.partition(":")
    if rest and key in PLATFORMS:
        return _of_keys(connection, [ContactKey(key, rest)])
    if typed.isdecimal() and (found := _of_keys(connection, [ContactKey(each, typed) for each in PLATFORMS])):
        return found
    rows = run(
        connection,
        "SELECT id FROM contacts WHERE handle IS NOT NULL AND lower(handle) = :handle LIMIT :most",
        handle=typed.removeprefix("@").lower(),
        most=most,
    )
    return sorted(row[0] for row in rows)


def listed(connection: Connection, ids: Sequence[int]) -> list[Listed]:
    """Return contacts by their numbers, the newest first."""
    return _matching(connection, Wanted(label="any"), ids)


def _of_keys(connection: Connection, keys: Iterable[ContactKey]) -> list[int]:
    rows = run(
        connection,
        f"SELECT c.id FROM {rows_of(connection, {'platform': 'text', 'platform_id': 'text'})} AS r "
        "CROSS JOIN contacts AS c WHERE c.platform = r.platform AND c.platform_id = r.platform_id",
        rows=as_parameter([*each] for each in keys),
    )
    return sorted(row[0] for row in rows)


def _candidates(connection: Connection, wanted: Wanted, after: int, first: int, size: int) -> list[int]:
    """Return the next numbers of one index or a few, beyond `after`, down to `first`."""
    beyond, order = (">", "ASC") if wanted.oldest_first else ("<", "DESC")
    parameters: dict[str, Any] = {"after": after, "first": first, "size": size}
    parts = []
    for number, (table, column, given) in enumerate(_sources(wanted)):
        parameters |= {f"{name}_{number}": value for name, value in given.items()}
        where = " AND ".join(f"{name} = :{name}_{number}" for name in given)
        parts.append(
            f"SELECT id FROM (SELECT {column} AS id FROM {table} WHERE {where} AND {column} {beyond} :after "
            f"AND {column} >= :first ORDER BY {column} {order} LIMIT :size) AS part_{number}"
        )
    statement = f"{' UNION ALL '.join(parts)} ORDER BY id {order} LIMIT :size"
    return [row[0] for row in run(connection, statement, **parameters)]


def _sources(wanted: Wanted) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Name the parts of an index in which all who are wanted stand: the table, its number, what is given."""
    if wanted.topic:
        yield "interests", "contact_id", {"topic": wanted.topic}
    elif wanted.inside in {"refused", *Gate}:
        for gate in Gate if wanted.inside == "refused" else (wanted.inside,):
            yield "admissions", "contact_id", {"refusal": str(gate)}
    else:
        labels = [wanted.label] if wanted.label else [each.word for each in Label if each is not Label.NONE]
        if not wanted.label and wanted.inside in ("yes", "admitted"):
            labels = [Label.REGULAR.word]
        for platform in (wanted.platform,) if wanted.platform else PLATFORMS:
            for label in labels:
                yield "contacts", "id", {"platform": platform, "label": label}


def _matching(connection: Connection, wanted: Wanted, ids: Sequence[int]) -> list[Listed]:
    """Return those of the contacts who are wanted, in the list's order."""
    if not ids:
        return []
    conditions, parameters = _conditions(connection, wanted)
    rows = run(
        connection,
        "SELECT c.id, c.platform, c.platform_id, c.label, c.handle, c.display_name, c.first_seen_at, "
        f"m.contact_id, a.refusal FROM {rows_of(connection, {'id': 'int'})} AS r CROSS JOIN contacts AS c "
        "LEFT JOIN messaging_contacts AS m ON m.contact_id = c.id "
        "LEFT JOIN admissions AS a ON a.contact_id = c.id "
        f"WHERE c.id = r.id{conditions} ORDER BY c.id {'ASC' if wanted.oldest_first else 'DESC'}",
        rows=as_parameter([each] for each in ids),
        **parameters,
    )
    return [
        Listed(*row[:6], moment_of(row[6]) or _NEVER, row[7] is not None, row[8])  # type: ignore[call-arg]  # six
        for row in rows
    ]


def _conditions(connection: Connection, wanted: Wanted) -> tuple[str, dict[str, Any]]:
    said: list[tuple[str, dict[str, Any]]] = []
    if wanted.platform:
        said.append(("c.platform = :platform", {"platform": wanted.platform}))
    if wanted.label is None:
        said.append(("c.label <> 'none'", {}))
    elif wanted.label != "any":
        said.append(("c.label = :label", {"label": wanted.label}))
    if wanted.account_id is not None:
        of_it = "SELECT 1 FROM signals AS s WHERE s.contact_id = c.id AND s.account_id = :account"
        said.append((f"EXISTS ({of_it})", {"account": wanted.account_id}))
    if wanted.topic:
        of_it = "SELECT 1 FROM interests AS i WHERE i.contact_id = c.id AND i.topic = :topic"
        said.append((f"EXISTS ({of_it})", {"topic": wanted.topic}))
    if wanted.since:
        moment = ":since" if connection.dialect.name == "sqlite" else "CAST(:since AS timestamptz)"
        said.append((f"c.first_seen_at >= {moment}", {"since": stamp(wanted.since)}))
    if wanted.inside in _PLACES:
        said.append((_PLACES[wanted.inside], {}))
    elif wanted.inside:
        said.append(("a.refusal = :refusal", {"refusal": wanted.inside}))
    conditions = "".join(f" AND {each}" for each, _ in said)
    return conditions, {name: value for _, given in said for name, value in given.items()}


_PLACES = {
    "yes": "m.contact_id IS NOT NULL",
    "admitted": "m.contact_id IS NOT NULL AND a.contact_id IS NOT NULL AND a.refusal IS NULL",
    "refused": "a.refusal IS NOT NULL",
    "no": "m.contact_id IS NULL",
}


def _first_since(connection: Connection, since: datetime) -> int:
    """Return about the first number that came in since a moment, by halving: numbers are given in order."""
    wanted = since - _SLACK
    low, high = 0, run(connection, "SELECT coalesce(max(id), 0) FROM contacts").scalar_one()
    while low < high:
        middle = (low + high) // 2
        row = run(
            connection,
            "SELECT first_seen_at FROM contacts WHERE id > :middle ORDER BY id LIMIT 1",
            middle=middle,
        ).first()
        if row is not None and moment_of(row[0]) < wanted:  # type: ignore[operator]  # never null
            low = middle + 1
        else:
            high = middle
    return low
