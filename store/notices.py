"""Notices: by when contacts must be told, who was and how, and the texts that were given."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, RowMapping, select

from classifier.notices import Notice, Status
from domain.contact import ContactKey
from store import sets
from store.moments import stamp
from store.sets import as_parameter, rows_of, run
from store.signals import moment_of
from store.tables import contacts, notice_versions, notices

# Of whoever objected only the key is held, so that the objection is kept to: nothing to be told of it.
_OPEN = "n.given_at IS NULL AND c.label <> 'suppressed'"


class Version(NamedTuple):
    """A text of the notice; `version` is its SHA-256 in hexadecimal."""

    version: str
    language: str
    text: str


class Giving(NamedTuple):
    """How contacts were told: individually or at a form, by which version, recorded by whom."""

    how: Status
    version: str
    by: str


class AtForm(NamedTuple):
    """Who was told by a form, when, and who took it; the words that were shown stand with the consent."""

    contact_id: int
    told_by: str
    told_at: datetime


def begin(connection: Connection, contact_ids: Iterable[int], due_at: datetime) -> None:
    """Give new contacts their due date, in the transaction that first stores them; one statement."""
    run(
        connection,
        f"INSERT INTO notices (contact_id, due_at) SELECT id, {_moment(connection, 'due_at')} "
        f"FROM {rows_of(connection, {'id': 'int'})} AS r WHERE true ON CONFLICT (contact_id) DO NOTHING",
        due_at=stamp(due_at),
        rows=as_parameter([each] for each in sorted(contact_ids)),
    )


def bring_forward(connection: Connection, contact_ids: Iterable[int], due_at: datetime) -> int:
    """Let contacts who were not told be told by `due_at` at the latest; returns how many those are.

    For a first message, or a first disclosure to another recipient (GDPR art. 14(3)(b)-(c)).
    """
    moved = run(
        connection,
        f"UPDATE notices SET due_at = {_moment(connection, 'due_at')} WHERE given_at IS NULL "
        f"AND due_at > {_moment(connection, 'due_at')} "
        f"AND contact_id IN (SELECT id FROM {rows_of(connection, {'id': 'int'})} AS r)",
        due_at=stamp(due_at),
        rows=as_parameter([each] for each in contact_ids),
    )
    return moved.rowcount


def ids_of(connection: Connection, keys: Iterable[ContactKey]) -> dict[ContactKey, int]:
    """Look up contacts by their keys; those that we do not hold are left out."""
    wanted = rows_of(connection, {"platform": "text", "platform_id": "text"})
    found = run(
        connection,
        f"SELECT c.platform, c.platform_id, c.id FROM {wanted} AS w CROSS JOIN contacts AS c "
        "WHERE c.platform = w.platform AND c.platform_id = w.platform_id",
        rows=as_parameter([*each] for each in keys),
    )
    return {ContactKey(platform, platform_id): contact_id for platform, platform_id, contact_id in found}


def give(connection: Connection, contact_ids: Iterable[int], giving: Giving, *, now: datetime) -> int:
    """Record that contacts were told; returns how many were not before.

    Whoever was told keeps the record of the first time; a public notice tells nobody, so it gives way.
    """
    given = run(
        connection,
        f"UPDATE notices SET given_at = {_moment(connection, 'now')}, how = :how, given_by = :by, "
        "version = :version, assessment = NULL WHERE (how IS NULL OR how = 'public_notice') "
        f"AND contact_id IN (SELECT id FROM {rows_of(connection, {'id': 'int'})} AS r)",
        now=stamp(now),
        how=str(giving.how),
        by=giving.by,
        version=giving.version,
        rows=as_parameter([each] for each in contact_ids),
    )
    return given.rowcount


def give_at_forms(connection: Connection, told: Iterable[AtForm]) -> None:
    """Record that contacts were told by the forms that they filled in; who was told before keeps that."""
    first = {each.contact_id: each for each in sorted(told, key=lambda each: each.told_at, reverse=True)}
    columns = {"contact": "int", "told_by": "text", "told_at": "time"}
    run(
        connection,
        "UPDATE notices SET given_at = r.told_at, how = 'given_at_form', given_by = r.told_by, "
        f"assessment = NULL FROM {rows_of(connection, columns)} AS r "
        "WHERE notices.contact_id = r.contact AND (notices.how IS NULL OR notices.how = 'public_notice')",
        rows=as_parameter([each.contact_id, each.told_by, stamp(each.told_at)] for each in first.values()),
    )


def cover(connection: Connection, assessment: str, by: str, *, now: datetime, size: int) -> int:
    """Let the public notice cover the next contacts whose notice is due; returns how many.

    Those whose notice is overdue are not covered: it comes too late for them.
    """
    covered = run(
        connection,
        f"UPDATE notices SET given_at = {_moment(connection, 'now')}, how = 'public_notice', "
        "given_by = :by, assessment = :assessment WHERE contact_id IN "
        f"(SELECT n.contact_id FROM notices AS n JOIN contacts AS c ON c.id = n.contact_id WHERE {_OPEN} "
        f"AND n.due_at >= {_moment(connection, 'now')} ORDER BY n.due_at, n.contact_id LIMIT :size) "
        "AND given_at IS NULL",
        now=stamp(now),
        assessment=assessment,
        by=by,
        size=size,
    )
    return covered.rowcount


def facts(connection: Connection, contact_ids: Iterable[int]) -> dict[int, Notice]:
    """Return what is recorded of contacts' notices; `classifier.notices.status` reads it."""
    found = run(
        connection,
        "SELECT contact_id, due_at, given_at, how, version, assessment FROM notices WHERE contact_id IN "
        f"(SELECT id FROM {rows_of(connection, {'id': 'int'})} AS r)",
        rows=as_parameter([each] for each in contact_ids),
    )
    return {row[0]: _notice(*row[1:]) for row in found}


def listed(
    connection: Connection, *, overdue: bool, now: datetime, most: int | None = None
) -> Iterator[RowMapping]:
    """Read the queue of notices due, the most urgent first; `overdue` for those alone, `most` of them."""
    statement = (
        select(
            notices.c.contact_id,
            contacts.c.platform,
            contacts.c.platform_id,
            contacts.c.label,
            notices.c.due_at,
        )
        .join(contacts, contacts.c.id == notices.c.contact_id)
        .where(notices.c.given_at.is_(None), contacts.c.label != "suppressed")
        .order_by(notices.c.due_at, notices.c.contact_id)
    )
    if overdue:
        statement = statement.where(notices.c.due_at < now)
    if most is not None:
        statement = statement.limit(most)
    yield from connection.execute(statement.execution_options(yield_per=2_000)).mappings()


def counts(connection: Connection, *, now: datetime) -> Mapping[Status, int]:
    """Count contacts by how they stand with their notice."""
    counted = run(
        connection,
        "SELECT n.how, n.given_at IS NULL AND n.due_at < "
        f"{_moment(connection, 'now')} AS late, count(*) FROM notices AS n "
        "JOIN contacts AS c ON c.id = n.contact_id WHERE c.label <> 'suppressed' GROUP BY 1, 2",
        now=stamp(now),
    )
    found = {Status(how or ("overdue" if late else "due")): int(count) for how, late, count in counted}
    return {each: found.get(each, 0) for each in Status}


def keep_version(connection: Connection, version: Version, *, now: datetime) -> None:
    """Keep a text of the notice, once."""
    sets.add(connection, notice_versions, {**version._asdict(), "built_at": now})


def version(connection: Connection, begin_of_hash: str) -> Version | None:
    """Return the kept text whose hash begins so; None where none or more than one does."""
    found = connection.execute(
        select(notice_versions.c.version, notice_versions.c.language, notice_versions.c.text)
        .where(notice_versions.c.version.startswith(begin_of_hash, autoescape=True))
        .limit(2)
    ).all()
    return Version(*found[0]) if len(found) == 1 else None


def _notice(
    due_at: Any, given_at: Any, how: str | None, version: str | None, assessment: str | None
) -> Notice:
    due = moment_of(due_at)
    return Notice(due, moment_of(given_at), Status(how) if how else None, version, assessment)  # type: ignore[arg-type]  # it is never empty


def _moment(connection: Connection, name: str) -> str:
    return f":{name}" if connection.dialect.name == "sqlite" else f"CAST(:{name} AS timestamptz)"
