"""A preset: a table of a target's columns and the few facts that its importer asks for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias

#: A record or a tombstone as `exports.record` makes it, with optional keys.
Record: TypeAlias = Mapping[str, Any]
Read: TypeAlias = Callable[[Record], str | None]


class Column(NamedTuple):
    """A column of the target.

    `read` makes its cell of a record, None where the record has nothing for it; `field` names what it is made
    of. Contacts who have nothing for an `optional` column stand in a file without it, for an empty cell may
    erase what the target knows; one that has nothing for another column cannot be held. Files are named by
    the optional columns that they have, of the `usual` ones by those that they have not.
    """

    name: str
    field: str
    read: Read
    optional: bool = False
    usual: bool = False


class Choice(NamedTuple):
    """How a target keeps what a person chose for a channel; None where it has no column or file for it.

    `channel` is `email` or `sms`. The cells are set beside the key: an empty mapping means that being in the
    file says it, by what is chosen at the import.
    """

    channel: str
    opt_in: Mapping[str, str] | None
    opt_out: Mapping[str, str] | None


class Leaving(StrEnum):
    """What a removal asks of the target."""

    #: Our fields and tags go; what the target knows besides stays.
    LEFT = "left"
    #: The person is not written to any more.
    OBJECTED = "objected"
    #: The record goes, if we created it.
    ERASED = "erased"


class Form(StrEnum):
    """The forms of files."""

    CSV = "csv"
    VCARD = "vcf"
    LINES = "ndjson"


@dataclass(frozen=True, slots=True)
class Preset:
    """How one target takes contacts.

    `takes` are the channels of which one must be open, empty where the target holds anybody. `merges_on` are
    the fields by which the target may find a record that was there before us. `columns` make a contact's row,
    `removal` what a removal sets by what it asks, beside `removal_key`. `removal_text`
    writes a removal's cells as a line where the target takes removals in another form than a table. Files
    hold at most `max_rows` rows and `max_bytes` bytes. `checked_on` is when the facts were read at `source`.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    removal_key: tuple[Column, ...]
    removal: Mapping[Leaving, Mapping[str, str]]
    source: str
    takes: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    choice_key: tuple[Column, ...] = ()
    merges_on: tuple[str, ...] = ()
    max_rows: int = 1_000_000
    max_bytes: int = 20_000_000
    form: Form = Form.CSV
    delimiter: str = ","
    quote_all: bool = False
    line_end: str = "\r\n"
    encoding: str = "utf-8"
    checked_on: str = "2026-11-23"
    removal_text: Callable[[Mapping[str, str]], str] | None = None


#: What a reason in the feed asks of a target. A reason that stands not here takes our fields away.
ASKS: Mapping[str, Leaving] = {
    **dict.fromkeys(
        (
            "objected", "said_stop", "met_again", "suppressed", "blocked", "minor", "under_age", "opted_out",
            "consent_withdrawn",
        ),
        Leaving.OBJECTED,
    ),
    **dict.fromkeys(
        (
            "erased", "deletion", "deauthorisation", "platform_deletion", "platform_gone", "expired",
            "campaign_over", "notice_overdue", "kept_too_long", "forgotten",
            # A third party has no ground any more to hold what it got of us.
            "transfer_withdrawn",
        ),
        Leaving.ERASED,
    ),
}  # fmt: skip


def asks(reason: str) -> Leaving:
    """Return what a removal for this reason asks of a target."""
    return ASKS.get(reason, Leaving.LEFT)
