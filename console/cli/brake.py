"""`regulars brake`: people whom one walk missed in numbers, and what an operator says of them."""

from typing import Annotated

import typer
from sqlalchemy import Connection

from console.cli.acting import Why, enter
from console.cli.start import runtime
from console.cli.words import iso, local, note, out, print_json, print_table
from console.visible import shown
from domain.journal import Act
from pipeline import brake
from store import accounts, withheld
from workers.runtime import utc_now

app = typer.Typer(help="Decide on people who were missing in numbers at once.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="ACCOUNT", help="Name or platform id of the account.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def register(root: typer.Typer) -> None:
    """Add the group to the command line."""
    root.add_typer(app, name="brake")


@app.command("list")
def listed(json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False) -> None:
    """List how many people are withheld, by account and the run that did not show them.

    They are out of messaging, and have not left: a second walk decides, or an operator.
    """
    with runtime().database.read() as connection:
        rows = withheld.listed(connection)
    if json:
        for each in rows:
            facts = {name: each[name] for name in ("account", "kind", "people")}
            print_json({**facts, "run": each["run_id"], "since": iso(each["since"])})
    elif rows:
        print_table(
            ("account", "act", "people", "missing since run", "since"),
            (
                (each["account"], each["kind"], each["people"], each["run_id"], local(each["since"]))
                for each in rows
            ),
        )
    else:
        note(
            "Nobody is withheld. If many are missing at once from a list, they stand here until a "
            "second walk or your word."
        )


@app.command()
def confirm(account: Name, yes: Yes = False, why: Why = "") -> None:
    """Say that all who are withheld have left; their acts end."""
    if yes or typer.confirm("Take all of them to have left?"):
        name, count = _settle(account, brake.confirm, Act.DEPARTURES_CONFIRMED, why)
        out.print(f"{count} acts towards {name} have ended.")


@app.command()
def release(account: Name, yes: Yes = False, why: Why = "") -> None:
    """Say that the list was short; all who are withheld come back into messaging."""
    if yes or typer.confirm("Let all of them back into messaging?"):
        name, count = _settle(account, brake.release, Act.DEPARTURES_RELEASED, why)
        out.print(f"{count} contacts of {name} are back in messaging.")


def _settle(account: str, verb: brake.Verb, act: Act, why: str) -> tuple[str, int]:
    """Carry out a verb on an account's withheld people; returns the account's name and what it says."""
    open_runtime = runtime()
    database = open_runtime.database
    with database.read() as connection:
        found = accounts.find(connection, account)
        policy = open_runtime.policy_in_force(connection)

    def entering(connection: Connection, count: int) -> None:
        enter(connection, act, why=why, account=found.key, people=count)

    return shown(found.name), brake.settle(database, verb, found, policy, entering, now=utc_now())
