"""`regulars runs`: what harvests did, are doing, and wait for."""

import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import Annotated, Any

import typer
from rich.live import Live

from console.cli.acting import enter
from console.cli.keeping import warn_of_ends
from console.cli.runs_table import fitting_runs, shown_runs
from console.cli.start import runtime
from console.cli.words import iso, local, note, out, print_json, print_table
from domain.budget import micro_of
from domain.errors import RegularsError
from domain.journal import Act, as_ranges
from pipeline.begin import resume_run
from store import halts, runs
from workers.runtime import Runtime, utc_now

app = typer.Typer(help="List, show, resume and cancel harvest runs.", no_args_is_help=True)


def register(root: typer.Typer) -> None:
    """Add the group to the command line."""
    root.add_typer(app, name="runs")


_NOTHING = "Nothing was harvested yet. `regulars harvest ACCOUNT --wait` begins."
#: Seconds between two looks of --watch.
LOOK_S = 1.0


@app.command("list")
def listed(
    json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False,
    count: Annotated[int, typer.Option(help="How many, newest first.", min=1)] = 30,
    watch: Annotated[
        bool, typer.Option("--watch", help="Show again every second until all have ended, or Ctrl-C.")
    ] = False,
) -> None:
    """List runs, newest first: state, progress, cost, and what each waits for until when."""
    open_runtime = runtime()
    if watch:
        _watch(open_runtime, count)
        return
    rows = _read(open_runtime, count)
    warn_of_ends(open_runtime, now=utc_now())
    if json:
        for each in rows:
            print_json(as_json(each))
    elif rows:
        out.print(shown_runs(rows, now=utc_now(), width=out.width))
    else:
        note(_NOTHING)


@app.command()
def show(
    run: Annotated[int, typer.Argument(metavar="RUN", help="Number of the run.")],
    json: Annotated[bool, typer.Option("--json", help="One object.")] = False,
) -> None:
    """Show one run."""
    with runtime().database.read() as connection:
        row = runs.get(connection, run)
    if json:
        print_json(as_json(row))
        return
    facts = as_json(row)
    facts["started_at"], facts["ended_at"] = local(row["started_at"]), local(row["ended_at"])
    print_table(("", ""), facts.items())


@app.command()
def resume(
    run: Annotated[int, typer.Argument(metavar="RUN", help="Number of the run.")],
    budget_usd: Annotated[
        str | None, typer.Option("--budget-usd", help="Dollars that it may cost from now on, at most.")
    ] = None,
) -> None:
    """Let a run that stopped at a budget go on from its last page; what was read is not paid again."""
    budget = micro_usd(budget_usd)
    open_runtime = runtime()
    with open_runtime.database.write() as connection:
        halts.require_none_over(connection, runs.get(connection, run)["account_id"])
        resumed = resume_run(connection, run, budget, now=utc_now())
        enter(connection, Act.RUN_RESUMED, runs=as_ranges(resumed), budget_micro_usd=budget)
    out.print(f"Going on: {', '.join(f'run {each}' for each in resumed)}.")


@app.command()
def cancel(run: Annotated[int, typer.Argument(metavar="RUN", help="Number of the run.")]) -> None:
    """Stop a run before its next page; what it read stays, and nobody is taken to have left."""
    with runtime().database.write() as connection:
        runs.cancel(connection, run, now=utc_now())
        enter(connection, Act.RUN_CANCELLED, run=run)
    out.print(f"Run {run} is cancelled.")


def as_json(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a run as programs read it."""
    return {
        "run": row["id"],
        "harvest": row["harvest_id"],
        "account": row["account"],
        "platform": row["platform"],
        "stream": row["stream"],
        "state": row["state"],
        "pages": row["pages"],
        "requests": row["requests"],
        "contacts_seen": row["contacts_seen"],
        "regular": row["regular"],
        "occasional": row["occasional"],
        "quarantined": row["quarantined"],
        "unattributed": row["unattributed"],
        "skipped_posts": row["skipped_posts"],
        "passed_over": row["passed_over"],
        "left": row["left"],
        "spend_usd": row["spend_micro_usd"] / 1_000_000,
        "uncertain_usd": row["uncertain_micro_usd"] / 1_000_000,
        "waiting_for": row["waiting_for"],
        "due_at": iso(row["due_at"]),
        "created_at": iso(row["created_at"]),
        "started_at": iso(row["started_at"]),
        "ended_at": iso(row["ended_at"]),
        "error": row["error"],
    }


def micro_usd(written: str | None) -> int | None:
    """Read an amount in dollars from the command line; raises RegularsError with a sentence."""
    try:
        return None if written is None else micro_of(written)
    except ValueError as error:
        raise RegularsError(str(error)) from None


def _watch(open_runtime: Runtime, count: int) -> None:
    """Look every second; without a terminal only what has changed is printed."""
    if not _read(open_runtime, 1):
        note(_NOTHING)
        return
    before: Sequence[Mapping[Any, Any]] = []
    with Live(console=out, auto_refresh=False, transient=True) if out.is_terminal else nullcontext() as live:
        while True:
            rows = _read(open_runtime, count)
            if live is not None:
                fitting = fitting_runs(rows, now=utc_now(), width=out.width, height=out.height)
                live.update(fitting, refresh=True)
            elif rows != before:
                out.print(shown_runs(rows, now=utc_now(), width=out.width))
            if all(each["state"] not in runs.ACTIVE for each in rows):
                break
            before = rows
            time.sleep(LOOK_S)
    if live is not None:
        out.print(shown_runs(rows, now=utc_now(), width=out.width))


def _read(open_runtime: Runtime, count: int) -> Sequence[Mapping[Any, Any]]:
    with open_runtime.database.read() as connection:
        return runs.listed(connection, count=count)
