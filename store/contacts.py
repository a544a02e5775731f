"""Contacts: looked up, added, relabelled and renamed in sets."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, text

from domain.contact import Profile
from domain.label import Label
from store.moments import stamp
from store.sets import as_parameter, rows_of, run

LABEL_OF_WORD = {each.word: each for each in Label}


class Known(NamedTuple):
    """A contact as the store holds it now."""

    id: int
    platform_id: str
    label: Label
    profile: Profile


class Fresh(NamedTuple):
    """A contact to add, already with its label."""

    platform_id: str
    label: Label
    profile: Profile
    keep_until: datetime | None


class Relabelled(NamedTuple):
    """A known contact's new label, and what may be kept of it from now on."""

    id: int
    label: Label
    profile: Profile
    keep_until: datetime | None


def known(connection: Connection, platform: str, platform_ids: Iterable[str]) -> dict[str, Known]:
    """Look up contacts by their platform's ids and lock them to the end of the transaction."""
    wanted = rows_of(connection, {"platform_id": "text"})
    # CROSS JOIN keeps SQLite from walking all contacts for each id (measured: 500 against 100,000 a second).
    found = run(
        connection,
        f"SELECT c.id, c.platform_id, c.label, c.handle, c.display_name FROM {wanted} AS w "
        "CROSS JOIN contacts AS c WHERE c.platform = :platform AND c.platform_id = w.platform_id"
        + _locking(connection),
        platform=platform,
        rows=as_parameter([each] for each in platform_ids),
    )
    return {row[1]: _known(row) for row in found}


#: The operator keeps SQLite off the index of platforms, by which it would look at all of one.
NAMED = (
    "SELECT platform_id FROM contacts "
    "WHERE lower(handle) = :handle AND handle IS NOT NULL AND platform || '' = :platform"
)


def named(connection: Connection, platform: str, handle: str) -> list[str]:
    """Return the platform's ids of those who bear a handle there, however its letters are written."""
    found = run(
        connection,
        NAMED,
        platform=platform,
        handle=handle.lower(),
    )
    return [row[0] for row in found]


def named_any(connection: Connection, platform: str, handles: Iterable[str]) -> set[str]:
    """Return the platform's ids of those who bear one of these handles, however their letters are written."""
    wanted = rows_of(connection, {"handle": "text"})
    found = run(
        connection,
        f"SELECT c.platform_id FROM {wanted} AS w CROSS JOIN contacts AS c WHERE lower(c.handle) = w.handle "
        "AND c.handle IS NOT NULL AND c.platform || '' = :platform",
        platform=platform,
        rows=as_parameter([each.lower()] for each in handles),
    )
    return {row[0] for row in found}


def identities_after(
    connection: Connection, after: int, size: int, *, ending: str = ""
) -> list[tuple[int, str, str]]:
    """Return the next contacts by id whose platform's id ends so, each with its key's two parts."""
    found = run(
        connection,
        "SELECT id, platform, platform_id FROM contacts WHERE id > :after AND platform_id LIKE :ending "
        "ORDER BY id LIMIT :size",
        after=after,
        ending=f"%{ending}",
        size=size,
    )
    return [(row[0], row[1], row[2]) for row in found]


def ids_between(
    connection: Connection, platform: str, after: int, upto: int | None, size: int
) -> list[tuple[int, str]]:
    """Return the next contacts of a platform by our id, with the platform's; `upto` is the last of them."""
    found = run(
        connection,
        "SELECT id, platform_id FROM contacts WHERE platform = :platform AND id > :after "
        f"{'AND id <= :upto ' if upto is not None else ''}ORDER BY id LIMIT :size",
        platform=platform,
        after=after,
        size=size,
        **({"upto": upto} if upto is not None else {}),
    )
    return [(row[0], row[1]) for row in found]


def count(connection: Connection) -> int:
    """Count all contacts."""
    counted: int = connection.execute(text("SELECT count(*) FROM contacts")).scalar_one()
    return counted


def by_id(connection: Connection, ids: Iterable[int]) -> dict[int, Known]:
    """Look up contacts by our ids and lock them to the end of the transaction."""
    wanted = rows_of(connection, {"id": "int"})
    found = run(
        connection,
        f"SELECT c.id, c.platform_id, c.label, c.handle, c.display_name FROM {wanted} AS w "
        "CROSS JOIN contacts AS c WHERE c.id = w.id" + _locking(connection),
        rows=as_parameter([each] for each in ids),
    )
    return {row[0]: _known(row) for row in found}


def add(connection: Connection, platform: str, fresh: Sequence[Fresh], *, now: datetime) -> dict[str, int]:
    """Insert contacts; returns their new ids. One that another transaction added first is left out."""
    columns = {
        "platform_id": "text",
        "label": "text",
        "handle": "text",
        "display_name": "text",
        "regular_since": "time",
        "keep_until": "time",
    }
    moment = stamp(now)
    listed = [
        [
            each.platform_id,
            each.label.word,
            *each.profile,
            moment if each.label is Label.REGULAR else None,
            stamp(each.keep_until) if each.keep_until else None,
        ]
        for each in sorted(fresh)
    ]
    added = run(
        connection,
        "INSERT INTO contacts (platform, platform_id, label, handle, display_name, regular_since, "
        "first_seen_at, keep_until) SELECT :platform, platform_id, label, handle, display_name, "
        f"regular_since, {_time(connection)}, keep_until FROM {rows_of(connection, columns)} AS r WHERE true "
        "ON CONFLICT (platform, platform_id) DO NOTHING RETURNING platform_id, id",
        platform=platform,
        now=moment,
        rows=as_parameter(listed),
    )
    return {row[0]: row[1] for row in added.all()}


def relabel(connection: Connection, changed: Sequence[Relabelled], *, now: datetime) -> None:
    """Give known contacts their new label, profile and keeping date."""
    columns = {
        "id": "int",
        "label": "text",
        "handle": "text",
        "display_name": "text",
        "keep_until": "time",
    }
    listed = [
        [each.id, each.label.word, *each.profile, stamp(each.keep_until) if each.keep_until else None]
        for each in changed
    ]
    run(
        connection,
        "UPDATE contacts SET label = r.label, handle = r.handle, display_name = r.display_name, "
        "keep_until = r.keep_until, regular_since = CASE WHEN r.label = 'regular' "
        f"THEN coalesce(contacts.regular_since, {_time(connection)}) END "
        f"FROM {rows_of(connection, columns)} AS r WHERE contacts.id = r.id",
        now=stamp(now),
        rows=as_parameter(listed),
    )


def rename(connection: Connection, changed: Sequence[tuple[int, Profile]]) -> None:
    """Bring the profiles of known contacts up to date."""
    columns = {"id": "int", "handle": "text", "display_name": "text"}
    run(
        connection,
        "UPDATE contacts SET handle = r.handle, display_name = r.display_name "
        f"FROM {rows_of(connection, columns)} AS r WHERE contacts.id = r.id",
        rows=as_parameter([each, *profile] for each, profile in changed),
    )


def forget_idle(connection: Connection, ids: Iterable[int]) -> int:
    """Delete those of the contacts of whom no act is left; returns how many."""
    gone = run(
        connection,
        f"DELETE FROM contacts WHERE id IN (SELECT id FROM {rows_of(connection, {'id': 'int'})} AS r) "
        "AND NOT EXISTS (SELECT 1 FROM signals AS s WHERE s.contact_id = contacts.id)",
        rows=as_parameter([each] for each in ids),
    )
    return gone.rowcount


def keep_longer(connection: Connection, ids: Iterable[int], until: datetime) -> None:
    """Move the keeping date of occasional contacts who acted again."""
    run(
        connection,
        f"UPDATE contacts SET keep_until = {_time(connection)} WHERE label = 'occasional' AND keep_until < "
        f"{_time(connection)} AND id IN (SELECT id FROM {rows_of(connection, {'id': 'int'})} AS r)",
        now=stamp(until),
        rows=as_parameter([each] for each in ids),
    )


def _known(row: Sequence[object]) -> Known:
    contact_id, platform_id, label, handle, display_name = row
    return Known(contact_id, platform_id, LABEL_OF_WORD[label], Profile(handle, display_name))  # type: ignore[arg-type, index]  # the columns' types are the table's


def _locking(connection: Connection) -> str:
    # Every transaction locks in the order of ids, so two of them cannot wait for each other.
    return "" if connection.dialect.name == "sqlite" else " ORDER BY c.id FOR NO KEY UPDATE OF c"


def _time(connection: Connection) -> str:
    return ":now" if connection.dialect.name == "sqlite" else "CAST(:now AS timestamptz)"
