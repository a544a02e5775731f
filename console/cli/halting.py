"""`regulars halt` and `resume`: the one stop."""

from typing import Annotated

import typer

from console.cli.acting import enter
from console.cli.start import runtime
from console.cli.words import note, out
from console.visible import shown
from domain.journal import Act
from pipeline import halting
from store import accounts, halts
from workers.runtime import system_user, utc_now

Which = Annotated[
    str | None, typer.Option("--account", help="Name or platform id of one account; unset: everything.")
]


def register(root: typer.Typer) -> None:
    """Add the commands to the command line."""
    root.command()(halt)
    root.command()(resume)


def halt(
    why: Annotated[str, typer.Option("--why", help="Everybody who opens the console reads it; name nobody.")],
    account: Which = None,
) -> None:
    """Stop harvests, additions to the messaging store, and every file, within seconds.

    With --account only the harvests of one account stop and what comes through it, and every file all the
    same, for it holds its people. Removals go on: who unfollows, objects or is deleted leaves as ever.
    """
    with runtime().database.write() as connection:
        found = accounts.find(connection, account) if account else None
        halting.halt(connection, found, system_user(), why, now=utc_now())
        enter(connection, Act.HALTED, why=why, account=found.key if found else "")
    out.print(f"{shown(found.name) if found else 'Everything'} is halted; `regulars resume` ends it.")


def resume(
    account: Which = None,
    why: Annotated[str, typer.Option("--why", help="The reason, for the journal; name nobody in it.")] = "",
) -> None:
    """End a halt: harvests go on from where they are, and whoever was met meanwhile comes in."""
    open_runtime = runtime()
    with open_runtime.database.write() as connection:
        found = accounts.find(connection, account) if account else None
        halting.resume(connection, found)
        enter(connection, Act.RESUMED, why=why, account=found.key if found else "")
    came = halting.admit_waiting(open_runtime.database, open_runtime.policy_in_force, now=utc_now())
    out.print(f"{shown(found.name) if found else 'Everything'} goes on; {came} contacts came in.")
    with open_runtime.database.read() as connection:
        for each in halts.every(connection):
            note(shown(f"Still halted: {each.sentence}"))
