"""Figures of what is stored, for the record of processing: counts alone, nobody's identity."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, func, inspect, select, text

from store.tables import (
    declared_topics,
    interests,
    kept_counts,
    messaging_contacts,
    signals,
    suppressions,
    texts,
)

_COUNTED = {
    "messaging": messaging_contacts,
    "texts": texts,
    "suppressions": suppressions,
    "declared_topics": declared_topics,
    "interests": interests,
}


class Acts(NamedTuple):
    """How many acts of a kind are stored with their contact, and how many were only counted."""

    stored: int
    counted: int


def acts(connection: Connection) -> Mapping[str, Acts]:
    """Count acts by kind; kinds of which there is none are left out."""
    stored = dict(_pairs(connection, select(signals.c.kind, func.count()).group_by(signals.c.kind)))
    counted = dict(
        _pairs(
            connection, select(kept_counts.c.kind, func.sum(kept_counts.c.count)).group_by(kept_counts.c.kind)
        )
    )
    return {each: Acts(stored.get(each, 0), counted.get(each, 0)) for each in sorted({*stored, *counted})}


def held(connection: Connection) -> Mapping[str, int]:
    """Count what else is held: places in the messaging store, texts, suppressions, topics."""
    return {
        name: connection.scalar(select(func.count()).select_from(each)) or 0
        for name, each in _COUNTED.items()
    }


def erases_freed_space(connection: Connection) -> bool | None:
    """Tell whether deleted rows are overwritten in the file; None where the database is no file of ours."""
    if connection.dialect.name != "sqlite":
        return None
    return connection.exec_driver_sql("PRAGMA secure_delete").scalar() == 1


def is_link_encrypted(connection: Connection) -> bool | None:
    """Tell whether this connection to the database is encrypted; None where it leaves no machine."""
    if connection.dialect.name == "sqlite":
        return None
    found = connection.scalar(
        text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND inet_client_addr() IS NOT NULL")
    )
    return None if found is None else bool(found)


def refuses_irregular(connection: Connection) -> bool:
    """Tell whether the database itself keeps all but regular contacts out of the messaging store."""
    name = "ck_messaging_contacts_only_regular"
    found = inspect(connection).get_check_constraints("messaging_contacts")
    return any(each["name"] == name for each in found)


def _pairs(connection: Connection, statement: Select[*tuple[Any, ...]]) -> list[tuple[str, int]]:
    return [(str(kind), int(count)) for kind, count in connection.execute(statement)]
