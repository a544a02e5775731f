"""Inform: the notice as it stands today, and the record of who was told."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from classifier.policy import Policy
from config.notice import NoticeText, build
from config.notice_fields import notice_fields
from config.settings import Settings
from domain.contact import ContactKey, Platform
from store import accounts, notices
from store.database import Database
from store.notices import Giving, Version

#: Contacts that the public notice covers in one transaction.
SLICE = 10_000


class Recorded(NamedTuple):
    """How many were told now, who had been before, and of whom we hold nothing."""

    told: int
    told_before: int
    unknown: frozenset[ContactKey]


def notice_of(
    connection: Connection, settings: Settings, controller: str | None, policy: Policy, language: str
) -> NoticeText:
    """Write the notice from what is configured and connected; raises NoticeError while anything is missing.

    `controller` is the kind of controller, None where it was not chosen.
    """
    ours = [
        (each.platform, public_name(each.platform, each.handle, each.name))
        for each in accounts.every(connection)
    ]
    return build(notice_fields(settings, controller, policy, ours, language), language)


def public_name(platform: str, handle: str | None, name: str) -> str:
    """Name an account as people see it, or as we call it where its handle is not known."""
    if not handle:
        return name
    return f"@{handle}" if platform == Platform.TWITTER else handle


def keep(connection: Connection, notice: NoticeText, *, now: datetime) -> None:
    """Keep a text of the notice, so that what was given can be shown later."""
    notices.keep_version(connection, Version(notice.version, notice.language, notice.text), now=now)


def record(
    connection: Connection, keys: Collection[ContactKey], giving: Giving, *, now: datetime
) -> Recorded:
    """Record that contacts were told by a kept text; those that we do not hold change nothing."""
    found = notices.ids_of(connection, keys)
    told = notices.give(connection, found.values(), giving, now=now)
    return Recorded(told, len(found) - told, frozenset(keys) - set(found))


def cover(database: Database, assessment: str, by: str, *, now: datetime) -> int:
    """Let the public notice cover everybody whose notice is due; returns how many.

    They stay not addressable and are not exported. Those whose notice is overdue are not covered.
    """
    covered = 0
    while True:
        with database.write() as connection:
            more = notices.cover(connection, assessment, by, now=now, size=SLICE)
        covered += more
        if more < SLICE:
            return covered
