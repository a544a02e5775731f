"""`regulars failures`: what went wrong, why, what to do; replay or drop it."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from console.cli.acting import enter
from console.cli.start import runtime
from console.cli.words import iso, local, note, out, print_json, print_table
from console.visible import shown
from domain.errors import RegularsError
from domain.journal import Act, as_ranges
from pipeline.failing import settle
from store import failures
from workers.runtime import utc_now
from workers.supervisor import road_is_up

app = typer.Typer(help="List, show, replay and drop failures.", no_args_is_help=True)


def register(root: typer.Typer) -> None:
    """Add the group to the command line."""
    root.add_typer(app, name="failures")


_FACTS = ("id", "run_id", "job_id", "account", "stream", "cause", "sentence", "advice", "attempts")

Which = Annotated[list[int] | None, typer.Argument(metavar="NUMBER", help="Numbers of the failures.")]
Every = Annotated[bool, typer.Option("--all", help="All open failures.")]


@app.command("list")
def listed(
    json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Also those replayed or dropped.")] = False,
) -> None:
    """List failures, newest first: cause, what to do, attempts."""
    with runtime().database.read() as connection:
        rows = failures.listed(connection, state=None if every else "open")
    if json:
        for each in rows:
            print_json({name: each[name] for name in (*_FACTS, "state")} | {"at": iso(each["at"])})
    elif rows:
        for each in rows:
            tries = f"{each['attempts']} tries" if each["attempts"] > 1 else "1 try"
            parts = (_of(each), each["cause"], tries, local(each["at"]), each["state"])
            out.print(shown(f"{each['id']:>4}  {', '.join(parts)}"), soft_wrap=True)
            out.print(shown(f"      {each['sentence']}"), soft_wrap=True)
            out.print(shown(f"      What to do: {each['advice']}"), soft_wrap=True)
    else:
        note("No failure is open. A run or job that cannot go on stands here, with what to do.")


def _of(row: Mapping[Any, Any]) -> str:
    if row["job_id"]:
        return f"job {row['job_id']}"
    return f"run {row['run_id']}, {row['account']} {row['stream']}"


@app.command()
def show(
    shape: Annotated[
        bool, typer.Option("--shape", help="The shapes of quarantined items, without their values.")
    ] = False,
) -> None:
    """Show quarantined items: why each could not be read and, with --shape, a fixture in its shape."""
    with runtime().database.read() as connection:
        rows = failures.quarantined(connection)
    if not rows:
        note(
            "Nothing is in quarantine. Items of a platform that could not be read stand here, in "
            "their shape; `regulars failures show --shape` then gives what a report of it needs."
        )
    elif shape:
        for each in rows:
            out.print(each["shape"], soft_wrap=True)
    else:
        print_table(
            ("run", "platform", "stream", "items", "reason", "at"),
            (
                (
                    *(each[name] for name in ("run_id", "platform", "stream", "count", "reason")),
                    local(each["at"]),
                )
                for each in rows
            ),
        )


@app.command()
def replay(ids: Which = None, every: Every = False) -> None:
    """Let failed runs and jobs go on from where they came to."""
    _settle(ids, "replayed", every=every)


@app.command()
def drop(ids: Which = None, every: Every = False) -> None:
    """Close failures without replaying them; what was read stays."""
    _settle(ids, "dropped", every=every)


def _settle(ids: list[int] | None, state: str, *, every: bool) -> None:
    if not ids and not every:
        raise RegularsError("Say which failures, by number (`regulars failures list`), or --all.")
    open_runtime = runtime()
    with open_runtime.database.write() as connection:
        wanted = [each["id"] for each in failures.listed(connection)] if every else ids or []
        settle(connection, wanted, state, now=utc_now())
        if wanted:
            act = Act.FAILURES_REPLAYED if state == "replayed" else Act.FAILURES_DROPPED
            enter(connection, act, failures=as_ranges(wanted))
    out.print(f"{len(wanted)} {state}.")
    if wanted and state == "replayed" and not road_is_up(open_runtime):
        note("No worker is at work yet: `regulars up` carries them out.")
