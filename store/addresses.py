"""Addresses: where people let themselves be written to, and whose each is."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, RowMapping, select

from domain.sign_up import EMAIL
from store.moments import stamp
from store.sets import as_parameter, rows_of, run
from store.tables import addresses, sign_ups


class Address(NamedTuple):
    """A contact's address on a channel and when its person gave it."""

    contact_id: int
    channel: str
    address: str
    at: datetime


class Holder(NamedTuple):
    """A contact who gave an address that was looked up; `email` is its own, whatever was looked up."""

    contact_id: int
    platform_id: str
    email: str | None


def holders(connection: Connection, given: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[Holder]]:
    """Return who gave these addresses, (channel, address); a phone may be that of several."""
    columns = {"channel": "text", "address": "text"}
    found = run(
        connection,
        "SELECT a.channel, a.address, c.id, c.platform_id, e.address "
        f"FROM {rows_of(connection, columns)} AS r CROSS JOIN addresses AS a CROSS JOIN contacts AS c "
        f"LEFT JOIN addresses AS e ON e.contact_id = c.id AND e.channel = '{EMAIL}' "
        "WHERE a.channel = r.channel AND a.address = r.address AND c.id = a.contact_id ORDER BY c.id",
        rows=as_parameter(sorted(set(given))),
    )
    by_address: dict[tuple[str, str], list[Holder]] = defaultdict(list)
    for channel, address, *holder in found:
        by_address[channel, address].append(Holder(*holder))
    return dict(by_address)


def keep(connection: Connection, given: Sequence[Address]) -> None:
    """Store addresses, one a contact and channel; one given earlier does not take a later one's place."""
    columns = {"contact_id": "int", "channel": "text", "address": "text", "at": "time"}
    run(
        connection,
        "INSERT INTO addresses (contact_id, channel, address, at) SELECT contact_id, channel, address, at "
        f"FROM {rows_of(connection, columns)} AS r WHERE true ON CONFLICT (contact_id, channel) "
        "DO UPDATE SET address = excluded.address, at = excluded.at WHERE addresses.at < excluded.at",
        rows=as_parameter([*each[:3], stamp(each.at)] for each in given),
    )


def given_by(connection: Connection, contact_id: int) -> tuple[Sequence[RowMapping], RowMapping | None]:
    """Return a contact's addresses, and what else it gave when it signed up."""
    listed = select(addresses).where(addresses.c.contact_id == contact_id).order_by(addresses.c.channel)
    form = select(sign_ups).where(sign_ups.c.contact_id == contact_id)
    return connection.execute(listed).mappings().all(), connection.execute(form).mappings().first()
