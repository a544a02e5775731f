"""Areas: the partition is taken once, and one table of contacts by area is published a quarter."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from classifier.areas import shown
from classifier.policy import Policy
from domain.admission import Controller
from domain.area import UNKNOWN, Area, AreaError, AreaKind, AreaTable, fault, quarter_of
from domain.journal import Act, Detail, Entry
from pipeline.admit import review
from store import areas, halts, journal
from store.database import Database


def take_partition(
    connection: Connection, kind: AreaKind, given: Sequence[Area], actor: str, *, now: datetime
) -> None:
    """Take the areas by which contacts are counted, entered in the journal.

    Raises AreaError for a faulty one, and, once a table was published, for one that is cut otherwise: two
    tables of different areas would tell of the people in between. Names and other words may change.
    """
    wrong = fault(list(given))
    if wrong:
        raise AreaError(f"The partition is not taken. {wrong}")
    former, there = areas.partition(connection)
    same = former is kind and {each.code for each in there} == {each.code for each in given}
    if not same and areas.quarters(connection):
        raise AreaError(
            "A table by these areas was published: another partition beside it would tell of the people in "
            "between. Keep the same codes; names and other words may change."
        )
    areas.put_partition(connection, kind, given)
    details: dict[str, Detail] = {"kind": kind.value, "areas": len(given)}
    journal.record(connection, Entry(actor, Act.AREAS_TAKEN, now, details=details))


def publish_table(
    database: Database,
    policy: Policy,
    controller: Controller | None,
    actor: str,
    *,
    to_others: bool = False,
    now: datetime,
) -> AreaTable:
    """Publish the quarter's table of contacts by area, once, entered in the journal.

    Everybody's gates are asked before. Raises AreaError where there is no partition, where the quarter has
    its table, and where too few people filled in a form; HaltedError while anything is halted.
    """
    quarter = quarter_of(now)
    with database.read() as connection:
        halts.require_none(connection)
        _require_due(connection, quarter)
    review(database, policy, controller, now=now, to_others=to_others)

    def act(connection: Connection) -> AreaTable:
        halts.require_none(connection)
        _require_due(connection, quarter)
        kind, there = areas.partition(connection)
        counts, not_asked = areas.counted(connection)
        least = policy.number("aggregate_k")
        table = AreaTable(
            quarter,
            kind or AreaKind.COMMUNE,
            now,
            actor,
            least,
            sum(counts.values()),
            not_asked,
            shown(counts, least),
            {UNKNOWN: "", **{each.code: each.name for each in there}},
        )
        areas.publish(connection, table)
        hidden = sum(each is None for each in table.counts.values())
        details: dict[str, Detail] = {
            "quarter": quarter,
            "areas": len(there),
            "hidden": hidden,
            "least": least,
        }
        journal.record(connection, Entry(actor, Act.AREAS_PUBLISHED, now, details=details))
        return table

    return database.transact(act)


def _require_due(connection: Connection, quarter: str) -> None:
    if not areas.size(connection):
        raise AreaError("There is no partition yet: `regulars areas partition FILE` takes one.")
    if areas.published(connection, quarter) is not None:
        raise AreaError(
            f"The table of {quarter} is published: there is one a quarter, for two would tell of whoever "
            "came or left in between."
        )
