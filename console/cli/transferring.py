"""`regulars consents transfer`: who agreed to be passed on to a third party, with the proofs."""

import sys
from typing import Annotated

import typer
from sqlalchemy import Connection

from console.cli.acting import enter
from console.cli.start import runtime
from console.cli.words import note, out, print_json
from console.transfer_lines import slices, transfer_of
from console.visible import shown
from domain.errors import RegularsError
from domain.journal import Act
from domain.transfer import Transfer
from pipeline.transferring import Outcome, agree
from store import recipients
from workers.runtime import system_user, utc_now

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
    for lines in slices(sys.stdin):
        given: list[Transfer] = []
        places: list[int] = []
        for number, line in lines:
            try:
                given.append(transfer_of(line, by))
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
