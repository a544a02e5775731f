"""Passing over all contacts in the order of their ids: some at a time, and of those whom a pack would touch.

Most stay what they are under another pack. The database finds them by itself, so that only the others are
read, decided and written.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, exists, select

from classifier.policy import Keep, Policy
from domain.label import Label
from store.moments import stamp
from store.sets import run
from store.tables import overrides, topic_holders, withheld


class Span(NamedTuple):
    """Contacts in a row: those behind the id `after` up to `upto`, so many."""

    after: int
    upto: int
    contacts: int


def next_span(connection: Connection, after: int, size: int) -> Span | None:
    """Return the next contacts, at most so many, locked to the transaction's end; None behind the last."""
    locking = "" if connection.dialect.name == "sqlite" else " FOR NO KEY UPDATE"
    found = run(
        connection,
        "SELECT max(id), count(*) FROM (SELECT id FROM contacts WHERE id > :after ORDER BY id "
        f"LIMIT :size{locking}) AS c",
        after=after,
        size=size,
    ).one()
    return Span(after, found[0], found[1]) if found[1] else None


def shorter(connection: Connection, span: Span, upto: int) -> Span:
    """End a span at one of its contacts."""
    counted = run(
        connection,
        "SELECT count(*) FROM contacts WHERE id > :after AND id <= :upto",
        after=span.after,
        upto=upto,
    )
    return Span(span.after, upto, counted.scalar_one())


def touched(
    connection: Connection, span: Span, policy: Policy, most: int, *, now: datetime
) -> dict[int, str]:
    """Return the first of a span's contacts, at most so many, whom deciding under a pack may change.

    With their platforms. Those are whoever has another label than its acts bring, a name that none of them
    lets us keep, or acts that may only be counted; and whoever an operator decided about, whose acts are in
    doubt, or whose interests are due to be found anew.
    """
    moment = ":now" if connection.dialect.name == "sqlite" else "CAST(:now AS timestamptz)"
    holds = f"(s.ended_at IS NULL OR s.ended_at > {moment})"
    rules = {each: rule for each, rule in policy.rules.items() if rule.keep is Keep.STORE}
    label = _highest({each: int(rule.label) for each, rule in rules.items()}, holds)
    named = _highest({each: int(rule.profile) for each, rule in rules.items()}, holds)
    counted = _highest({each: 1 for each, rule in policy.rules.items() if rule.keep is Keep.COUNT}, "true")
    word = " ".join(f"WHEN '{each.word}' THEN {int(each)}" for each in Label)
    unlawful = f"({named} = 0 OR {label} = {int(Label.SUPPRESSED)})"
    reasons = [
        f"{label} <> CASE c.label {word} END",
        f"((c.handle IS NOT NULL OR c.display_name IS NOT NULL) AND {unlawful})",
        f"{counted} = 1",
    ]
    for table, which in ((overrides, ""), (withheld, ""), (topic_holders, " AND o.found_at IS NULL")):
        if connection.scalar(select(exists().select_from(table))):
            where = f"o.contact_id = c.id{which}"
            reasons.append(f"EXISTS (SELECT 1 FROM {table.name} AS o WHERE {where})")
    found = run(
        connection,
        "SELECT c.id, c.platform FROM contacts AS c LEFT JOIN signals AS s ON s.contact_id = c.id "
        "AND s.contact_id > :after AND s.contact_id <= :upto WHERE c.id > :after AND c.id <= :upto "
        f"GROUP BY c.id HAVING {' OR '.join(reasons)} ORDER BY c.id LIMIT :most",
        after=span.after,
        upto=span.upto,
        most=most,
        now=stamp(now),
    )
    return {row[0]: row[1] for row in found}


def _highest(of_kind: Mapping[str, int], where: str) -> str:
    """Return the SQL of the highest number among a contact's acts; 0 where none has any."""
    cases = " ".join(f"WHEN s.kind IN ({_listed(kinds)}) THEN {number}" for number, kinds in _by(of_kind))
    return f"coalesce(max(CASE WHEN {where} THEN CASE {cases} ELSE 0 END ELSE 0 END), 0)" if cases else "0"


def _by(of_kind: Mapping[str, int]) -> Iterable[tuple[int, list[str]]]:
    for number in sorted(set(of_kind.values()) - {0}):
        yield number, [kind for kind, own in of_kind.items() if own == number]


def _listed(kinds: Iterable[str]) -> str:
    return ", ".join(f"'{each}'" for each in sorted(kinds))
