"""Expiring: what is past its date, listed in parts, and deleted."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import Connection

from classifier.keeping import Limits
from domain.contact import ContactKey
from store.moments import stamp
from store.sets import as_parameter, rows_of, run
from store.tables import SIGNED

_ID = {"id": "int"}
_NOT_DUE = (
    "EXISTS (SELECT 1 FROM contacts AS k WHERE k.id = s.contact_id "
    "AND (k.keep_until IS NULL OR k.keep_until > {now}))"
)
_TOO_OLD = "(s.keep_until <= {now} OR (s.keep_until IS NULL AND s.ended_at <= {ended_before}))"
_UNCONFIRMED = (
    "s.kind IN " + SIGNED + " AND s.ended_at IS NULL AND s.seen_at <= {inactive_before} "
    "AND (s.started_at IS NULL OR s.started_at <= {inactive_before})"
)
# Who consented to more than this campaign stays when all of it ends (NS-34, art. 5); the sign-ups end where
# their own account is named.
CONSENTED = (
    "(s.kind = 'signed_up' AND EXISTS (SELECT 1 FROM consents AS g WHERE g.contact_id = s.contact_id "
    "AND g.withdrawn_at IS NULL))"
)
_CAMPAIGN_OVER = (
    "EXISTS (SELECT 1 FROM campaign_ends AS e WHERE (e.account_id = s.account_id "
    "OR (e.account_id = 0 AND NOT " + CONSENTED + ")) "
    "AND e.purge_at <= {now} AND e.purged_at IS NULL)"
)
# A follow that a whole walk has shown since is a sign of life: only its walk's row is written anew.
_ALIVE = (
    "EXISTS (SELECT 1 FROM signals AS s WHERE s.contact_id = c.id AND (s.seen_at > {inactive_before} "
    "OR s.started_at > {inactive_before} OR (s.ended_at IS NULL AND EXISTS (SELECT 1 FROM walks AS w "
    "WHERE w.account_id = s.account_id AND w.kind = s.kind AND w.post = s.item AND w.whole "
    "AND w.state = 'done' AND w.began_at > {inactive_before}))))"
)
# The newest step of whoever is shown stays: it is what the feed says of them.
_SPENT = (
    "c.at <= {steps_before} AND (c.op = 'remove' OR EXISTS (SELECT 1 FROM changes AS n WHERE "
    "n.platform = c.platform AND n.platform_id = c.platform_id AND n.seq > c.seq))"
)
# Where clocks disagreed, only what stands before the first younger entry.
_OLD_ENTRY = (
    "t.seq < coalesce((SELECT min(y.seq) FROM journal_chain AS y WHERE y.at >= {journal_before}), "
    "9223372036854775807)"
)

#: By rule: where a place in its order is found, and how many rows are too old there.
_LISTINGS = {
    "steps": "SELECT c.seq AS place, 1 FROM changes AS c WHERE c.seq > :after AND " + _SPENT,
    # Not told in time (GDPR art. 14(3)): forgotten, and never written to.
    "notices": "SELECT n.contact_id AS place, 1 FROM notices AS n JOIN contacts AS c ON c.id = n.contact_id "
    "WHERE n.contact_id > :after AND n.given_at IS NULL AND n.due_at < {now} AND c.label <> 'suppressed'",
    "texts": "SELECT t.contact_id AS place, count(*) FROM texts AS t WHERE t.contact_id > :after "
    "AND t.expires_at <= {now} GROUP BY t.contact_id",
    # Most days no campaign ends, which is asked first: else every act would be looked at.
    "campaigns": "SELECT s.contact_id AS place, count(*) FROM signals AS s WHERE s.contact_id > :after "
    "AND EXISTS (SELECT 1 FROM campaign_ends WHERE purge_at <= {now} AND purged_at IS NULL) AND "
    + _CAMPAIGN_OVER
    + " GROUP BY s.contact_id",
    "occasional_contacts": "SELECT c.id AS place, 1 FROM contacts AS c WHERE c.id > :after "
    "AND c.keep_until <= {now} AND c.label = 'occasional'",
    "ended_contacts": "SELECT c.id AS place, 1 FROM contacts AS c WHERE c.id > :after "
    "AND c.keep_until <= {now} AND c.label <> 'occasional'",
    "inactive_contacts": "SELECT c.id AS place, 1 FROM contacts AS c WHERE c.id > :after "
    "AND c.label = 'regular' AND c.first_seen_at <= {inactive_before} "
    "AND (c.alive_at IS NULL OR c.alive_at <= {inactive_before}) AND NOT " + _ALIVE,
    "sign_ups": "SELECT s.contact_id AS place, count(*) FROM signals AS s WHERE s.contact_id > :after "
    "AND " + _UNCONFIRMED + " GROUP BY s.contact_id",
    "acts": "SELECT s.contact_id AS place, count(*) FROM signals AS s WHERE s.contact_id > :after "
    "AND " + _TOO_OLD + " AND " + _NOT_DUE + " GROUP BY s.contact_id",
    # What the journal says of longer ago, all at once: what stands before the first younger entry.
    "old_journal": "SELECT place, texts FROM (SELECT 1 AS place, count(*) AS texts FROM journal_texts AS t "
    "WHERE " + _OLD_ENTRY + ") AS o WHERE place > :after AND texts > 0",
    # What the journal says of people whom we hold no more; its chain stays.
    "journal": "SELECT t.seq AS place, 1 FROM journal_texts AS t WHERE t.seq > :after AND NOT ("
    + _OLD_ENTRY
    + ") "
    "AND t.subject_key IS NOT NULL AND NOT EXISTS (SELECT 1 FROM contacts AS c WHERE "
    "c.platform = substr(t.subject_key, 1, {colon} - 1) "
    "AND c.platform_id = substr(t.subject_key, {colon} + 1))",
    # Ends name nobody, so they go all at once.
    "ended_acts": "SELECT place, ends FROM (SELECT 1 AS place, count(*) AS ends FROM ended_acts "
    "WHERE forget_at <= {now}) AS e WHERE place > :after AND ends > 0",
}


class Due(NamedTuple):
    """How many rows are too old at one place: a contact's id, or a number of the feed."""

    place: int
    rows: int


def due(
    connection: Connection,
    rule: str,
    limits: Limits,
    *,
    after: int = 0,
    size: int = 1_000,
    only: Collection[int] | None = None,
) -> list[Due]:
    """List what a rule finds too old behind a place, in its order; `only` at these places where given."""
    listing = _LISTINGS[rule].format(**_moments(connection))
    parameters = {**_stamps(listing, limits), "after": after, "size": size}
    if only is not None:
        listing = f"SELECT * FROM ({listing}) AS d WHERE d.place IN {_ids(connection)}"
        parameters["rows"] = as_parameter([each] for each in only)
    found = run(connection, f"{listing} ORDER BY place LIMIT :size", **parameters)
    return [Due(*row) for row in found]


def forget_steps(connection: Connection, places: Iterable[int]) -> None:
    """Delete steps of the feed."""
    _delete(connection, "changes", "seq IN {ids}", places)


def forget_texts(connection: Connection, contact_ids: Iterable[int], limits: Limits) -> None:
    """Delete the texts of contacts that are past their date."""
    _delete(connection, "texts", "contact_id IN {ids} AND expires_at <= {now}", contact_ids, limits)


def forget_acts(connection: Connection, contact_ids: Iterable[int], limits: Limits) -> None:
    """Delete the acts of contacts that are too old; of each contact the newest moment of them stays."""
    newest = "SELECT max(s.seen_at) FROM signals AS s WHERE s.contact_id = contacts.id AND " + _TOO_OLD
    newest = newest.format(**_moments(connection))
    run(
        connection,
        f"UPDATE contacts SET alive_at = ({newest}) WHERE id IN {_ids(connection)} "
        f"AND (alive_at IS NULL OR alive_at < ({newest}))",
        **_stamps(newest, limits),
        rows=as_parameter([each] for each in contact_ids),
    )
    _delete(connection, "signals AS s", "s.contact_id IN {ids} AND " + _TOO_OLD, contact_ids, limits)


def forget_sign_ups(connection: Connection, contact_ids: Iterable[int], limits: Limits) -> None:
    """Delete the sign-ups of contacts that were not confirmed anew in time."""
    _delete(connection, "signals AS s", "s.contact_id IN {ids} AND " + _UNCONFIRMED, contact_ids, limits)


def forget_campaign(connection: Connection, contact_ids: Iterable[int], limits: Limits) -> None:
    """Delete what contacts did towards accounts whose campaign is over."""
    for table in ("texts", "signals"):
        _delete(
            connection, f"{table} AS s", "s.contact_id IN {ids} AND " + _CAMPAIGN_OVER, contact_ids, limits
        )


def only_of_campaign(connection: Connection, contact_ids: Iterable[int], limits: Limits) -> set[int]:
    """Return those of the contacts who did nothing else."""
    over = _CAMPAIGN_OVER.format(**_moments(connection))
    found = run(
        connection,
        f"SELECT r.id FROM {rows_of(connection, _ID)} AS r WHERE NOT EXISTS "
        f"(SELECT 1 FROM signals AS s WHERE s.contact_id = r.id AND NOT {over})",
        **_stamps(over, limits),
        rows=as_parameter([each] for each in contact_ids),
    )
    return {row[0] for row in found}


def idle(connection: Connection, contact_ids: Iterable[int]) -> set[int]:
    """Return those of the contacts of whom no act is left."""
    found = run(
        connection,
        f"SELECT r.id FROM {rows_of(connection, _ID)} AS r "
        "WHERE NOT EXISTS (SELECT 1 FROM signals AS s WHERE s.contact_id = r.id)",
        rows=as_parameter([each] for each in contact_ids),
    )
    return {row[0] for row in found}


def keys(connection: Connection, contact_ids: Iterable[int]) -> dict[int, ContactKey]:
    """Return the keys of contacts by our ids."""
    found = run(
        connection,
        f"SELECT c.id, c.platform, c.platform_id FROM {rows_of(connection, _ID)} AS r "
        "CROSS JOIN contacts AS c WHERE c.id = r.id",
        rows=as_parameter([each] for each in contact_ids),
    )
    return {row[0]: ContactKey(row[1], row[2]) for row in found}


def unfounded(connection: Connection, contact_ids: Iterable[int]) -> set[int]:
    """Return those of the contacts whose newest decision rests on an act that is gone."""
    found = run(
        connection,
        f"SELECT d.contact_id FROM {rows_of(connection, _ID)} AS r CROSS JOIN decisions AS d "
        "WHERE d.contact_id = r.id AND d.id = "
        f"(SELECT max(n.id) FROM decisions AS n WHERE n.contact_id = r.id) AND {_GROUNDLESS}",
        rows=as_parameter([each] for each in contact_ids),
    )
    return {row[0] for row in found}


def forget_decisions(connection: Connection, contact_ids: Iterable[int]) -> None:
    """Delete the former decisions of contacts that rest on acts which are gone."""
    former = "d.id < (SELECT max(n.id) FROM decisions AS n WHERE n.contact_id = d.contact_id)"
    where = f"d.contact_id IN {{ids}} AND {former} AND {_GROUNDLESS}"
    _delete(connection, "decisions AS d", where, contact_ids)


def to_reconfirm(connection: Connection, limits: Limits, *, count: int = 1_000) -> list[ContactKey]:
    """Return contacts with a sign-up that is to be confirmed anew, the oldest contact first."""
    moments = _moments(connection)
    aged = _UNCONFIRMED.replace("inactive_before", "reconfirm_before").format(**moments)
    found = run(
        connection,
        "SELECT c.platform, c.platform_id FROM contacts AS c WHERE EXISTS (SELECT 1 FROM signals AS s "
        f"WHERE s.contact_id = c.id AND {aged}) AND NOT EXISTS (SELECT 1 FROM signals AS s "
        f"WHERE s.contact_id = c.id AND s.kind IN {SIGNED} AND s.ended_at IS NULL AND NOT ({aged})) "
        "ORDER BY c.id LIMIT :size",
        reconfirm_before=stamp(limits.reconfirm_before),
        size=count,
    )
    return [ContactKey(*row) for row in found]


_GROUNDLESS = (
    "d.kind IS NOT NULL AND NOT EXISTS (SELECT 1 FROM signals AS s WHERE s.contact_id = d.contact_id "
    "AND s.account_id = d.account_id AND s.kind = d.kind AND s.item = d.item)"
)


def _delete(
    connection: Connection, table: str, where: str, ids: Iterable[int], limits: Limits | None = None
) -> None:
    where = where.format(**_moments(connection), ids=_ids(connection))
    parameters = _stamps(where, limits) if limits else {}
    run(
        connection,
        f"DELETE FROM {table} WHERE {where}",
        **parameters,
        rows=as_parameter([each] for each in ids),
    )


def _ids(connection: Connection) -> str:
    return f"(SELECT id FROM {rows_of(connection, _ID)} AS r)"


def _moments(connection: Connection) -> dict[str, str]:
    cast = "{}" if connection.dialect.name == "sqlite" else "CAST({} AS timestamptz)"
    found = "instr" if connection.dialect.name == "sqlite" else "strpos"
    colon = {"colon": f"{found}(t.subject_key, ':')"}
    return {each: cast.format(f":{each}") for each in Limits._fields} | colon


def _stamps(statement: str, limits: Limits) -> dict[str, str]:
    return {name: stamp(moment) for name, moment in limits._asdict().items() if f":{name}" in statement}
