"""`regulars deletions`: what the platforms told us to delete, and when that was done."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

import typer

from console.cli.acting import enter
from console.cli.start import runtime
from console.cli.words import iso, local, note, out, print_json, print_table
from domain.contact import Platform
from domain.errors import RegularsError
from domain.journal import Act
from pipeline.checking import begin_checking
from store import accounts, deletions, jobs
from workers.runtime import utc_now

app = typer.Typer(
    help="See what the platforms told us to delete, and ask X now who is gone.", no_args_is_help=True
)


def register(root: typer.Typer) -> None:
    """Add the group to the command line."""
    root.add_typer(app, name="deletions")


@app.command("list")
def listed(
    json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False,
    count: Annotated[int, typer.Option(help="How many, newest first.", min=1)] = 30,
) -> None:
    """Show what the platforms asked for and when it was done: counts and moments, nobody's id.

    Facebook asks by callbacks, one person each; X answers when it is asked, twice a day.
    """
    open_runtime = runtime()
    with open_runtime.database.read() as connection:
        rows = deletions.listed(connection, count=count)
        hours = open_runtime.policy_in_force(connection).number("platform_deletion_hours")
        last = jobs.newest(connection, jobs.DELETIONS)
        on_x = any(each.platform == Platform.TWITTER for each in accounts.every(connection))
        may_ask = accounts.with_app_token(connection, Platform.TWITTER) is not None
    if json:
        for each in rows:
            print_json(_as_json(dict(each), hours))
        return
    if rows:
        print_table(
            ("platform", "asked for", "contacts", "asked", "done", "in time"),
            (
                (
                    each["platform"],
                    each["kind"],
                    "one person" if each["contacts"] is None else each["contacts"],
                    local(each["asked_at"]),
                    local(each["done_at"]),
                    "yes" if _in_time(dict(each), hours) else f"no, later than {hours} h",
                )
                for each in rows
            ),
        )
    else:
        note(
            "No platform has asked for any deletion yet. What they ask stands here, with when it was "
            "done; `regulars deletions check` asks X now."
        )
    if on_x and not may_ask:
        note(
            "X is not asked who is gone, for no account has its app's token: connect one again with "
            "--app-token-file."
        )
    elif last is not None:
        out.print(f"X was last asked {local(last['created_at'])}: {last['state']}.")


@app.command()
def check() -> None:
    """Ask X now who of the contacts is gone; workers carry it out (`regulars jobs list`).

    X charges nothing for it. It is asked by itself, too, when half of the policy pack's hours have passed.
    """
    with runtime().database.write() as connection:
        if accounts.with_app_token(connection, Platform.TWITTER) is None:
            raise RegularsError(
                "No X account has its app's token, and X says to nobody else who is gone: connect one again "
                "with --app-token-file."
            )
        job_id = begin_checking(connection, now=utc_now())
        running = jobs.running(connection, jobs.DELETIONS)
        enter(connection, Act.DELETIONS_ASKED)
    if job_id is not None:
        out.print(f"Job {job_id} asks X who is gone. See: regulars jobs list")
    elif running is not None:
        out.print(f"Job {running['id']} is asking already. See: regulars jobs list")


def _in_time(row: Mapping[str, Any], hours: int) -> bool:
    return bool(row["done_at"] - row["asked_at"] <= timedelta(hours=hours))


def _as_json(row: Mapping[str, Any], hours: int) -> dict[str, Any]:
    named = {name: row[name] for name in ("platform", "kind", "contacts")}
    return {
        **named,
        "asked_at": iso(row["asked_at"]),
        "done_at": iso(row["done_at"]),
        "in_time": _in_time(row, hours),
    }
