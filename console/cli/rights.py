"""`regulars object` and `regulars forget`: what a person asks of us, carried out at once."""

import typer

from console.cli.contact_key import Key, key_of
from console.cli.start import runtime
from console.cli.words import note
from pipeline.rights import ERASED, OBJECTED, end_contact
from workers.runtime import utc_now


def register(root: typer.Typer) -> None:
    """Add the commands to the command line."""
    root.command("object")(object_)
    root.command("forget")(forget)


def object_(key: Key) -> None:
    """Carry out an objection: the contact goes everywhere and is never stored or written to again.

    What stays is a keyed hash by which every later harvest passes the person over (GDPR art. 21). The key may
    be one that we never met. Works twice.
    """
    _end(key, OBJECTED)


def forget(key: Key) -> None:
    """Carry out an erasure: as an objection, for a person who asks to be erased (GDPR art. 17)."""
    _end(key, ERASED)


def _end(written: str, reason: str) -> None:
    key = key_of(written)
    open_runtime = runtime()
    with open_runtime.database.write() as connection:
        suppressor = open_runtime.suppressor_of(connection)
        left = end_contact(connection, [key], suppressor, reason, now=utc_now())
    inside = "was in the messaging store and has left it" if left else "was not in the messaging store"
    note(f"Done: the contact {inside}; nothing is stored any more, and no harvest brings it back.")
