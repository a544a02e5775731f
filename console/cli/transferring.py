"""`regulars consents transfer`: who agreed to be passed on to a third party, with the proofs."""

import json as json_module
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Annotated, Any

import typer
from sqlalchemy import Connection

from console.cli.acting import enter
from console.cli.start import runtime
from console.cli.words import note, out, print_json
from console.visible import shown
from domain.contact import ContactKey
from domain.errors import RegularsError
from domain.journal import Act
from pipeline.transferring import Outcome, Transfer, agree
from store import recipients
from workers.runtime import system_user, utc_now

#: Lines that are taken in one transaction, and characters that one may hold.
AT_ONCE, MOST = 1_000, 20_000
_NEEDED = ("contact_key", "given_on", "source", "consent", "language")

To = Annotated[str, typer.Option("--to", help="A third party: a name of `regulars recipient list`.")]


def transfer(
    to: To,
    json: Annotated[bool, typer.Option("--json", help="For programs: one object.")] = False,
) -> None:
    """Record who agreed to be passed on to a third party; without that it gets nobody.

    Reads one JSON object a line from standard input, with contact_key, given_on (such as 2026-03-31), source
    (where it was said), consent (the words agreed to, which name the third party) and language (fr or en).
    A line that proves nothing is told with its number and loses no other. `consents withdraw` takes it back.
    """
    open_runtime, now = runtime(), utc_now()
    with open_runtime.database.read() as connection:
        recipient = recipients.called(connection, to.strip())
    by = system_user()
    new = 0
    wrong: list[tuple[int, str]] = []
    for lines in _slices():
        given: list[Transfer] = []
        places: list[int] = []
        for number, line in lines:
            try:
                given.append(_given(line, by))
            except ValueError as error:
                wrong.append((number, str(error)))
            else:
                places.append(number)

        def act(connection: Connection, given: list[Transfer] = given) -> Outcome:
            done = agree(connection, recipient, given, now=now)
            if done.contacts:
                one = next(iter(done.contacts)) if len(done.contacts) == 1 else None
                people = len(done.contacts)
                enter(connection, Act.TRANSFER_GIVEN, one, recipient=recipient.id, people=people)
            return done

        done = open_runtime.database.transact(act)
        new += len(done.contacts)
        wrong += [(places[place], clause) for place, clause in done.invalid]
    if json:
        print_json({"new": new, "wrong": [{"line": line, "because": why} for line, why in sorted(wrong)]})
    else:
        people = "1 contact agrees" if new == 1 else f"{new} contacts agree"
        out.print(f"{people} to be passed on to {shown(recipient.name)} from now on.", soft_wrap=True)
        for number, why in sorted(wrong):
            note(f"Line {number} was left out: {why}.")
    if wrong and not new:
        raise RegularsError(
            "No consent was recorded; `regulars consents transfer --help` says what a line is."
        )


def _slices() -> Iterator[list[tuple[int, str]]]:
    some: list[tuple[int, str]] = []
    number = 0
    while line := sys.stdin.readline(MOST + 1):
        number += 1
        if line.strip():
            some.append((number, line))
        if len(some) == AT_ONCE:
            yield some
            some = []
    yield some


def _given(line: str, by: str) -> Transfer:
    """Read a line; raises ValueError with a clause that says what is wrong and holds nothing of it."""
    try:
        said: Any = json_module.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("it is no JSON object") from None
    if not isinstance(said, dict) or set(said) != set(_NEEDED):
        raise ValueError(f"it must hold {', '.join(_NEEDED)}, and nothing else")
    if not all(isinstance(each, str) for each in said.values()):
        raise ValueError("each of its values must be text")
    try:
        at = datetime.combine(date.fromisoformat(said["given_on"].strip()), time(), UTC)
    except ValueError:
        raise ValueError("given_on must be a date such as 2026-03-31") from None
    try:
        key = ContactKey.parse(said["contact_key"])
    except ValueError:
        raise ValueError("contact_key is none, such as twitter:123") from None
    return Transfer(key, said["consent"].strip(), said["language"].strip(), said["source"].strip(), by, at)
