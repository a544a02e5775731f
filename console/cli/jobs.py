"""`regulars jobs`: what is done in the background beside harvests."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from console.cli.start import runtime
from console.cli.words import iso, local, note, out, print_json, print_table, shown
from store import jobs

app = typer.Typer(help="List what is done in the background beside harvests.", no_args_is_help=True)


def register(root: typer.Typer) -> None:
    """Add the group to the command line."""
    root.add_typer(app, name="jobs")


@app.command("list")
def listed(
    json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False,
    count: Annotated[int, typer.Option(help="How many, newest first.", min=1)] = 30,
) -> None:
    """List jobs, newest first: reclassifications, exports to REGULARS_EXPORT_DIR, expiries, scrubs."""
    with runtime().database.read() as connection:
        rows = jobs.listed(connection, count=count)
    if json:
        for each in rows:
            print_json(_as_json(each))
    elif rows:
        print_table(("job", "kind", "of", "state", "so far", "began", "ended"), map(_cells, rows))
        for each in rows:
            if each["error"]:
                out.print(shown(f"job {each['id']}: {each['error']}"), soft_wrap=True)
    else:
        note(
            "There was no job yet. Reclassifications, standing exports and expiries stand here; "
            "`regulars up` carries them out."
        )


def _as_json(row: Mapping[str, Any]) -> dict[str, Any]:
    facts = {name: row[name] for name in ("kind", "arguments", "reached", "state", "error")}
    moments = {name: iso(row[name]) for name in ("created_at", "started_at", "ended_at")}
    return {"job": row["id"], **facts, **moments}


def _cells(row: Mapping[str, Any]) -> tuple[object, ...]:
    of = row["arguments"].get("pack") or row["arguments"].get("folder")
    reached = row["reached"]
    people = reached.get("seen", reached.get("contacts", 0))
    total = row["arguments"].get("contacts")
    done = [f"{reached[each]} {each}" for each in ("texts", "posts") if each in reached]
    so_far = ", ".join([*done, f"{people} of {total} contacts" if total else f"{people} contacts"])
    if "clean" in reached:
        so_far = "clean" if reached["clean"] else f"not clean after {reached['tries']} tries"
    moments = (local(row["started_at"]), local(row["ended_at"]))
    return (row["id"], row["kind"], of, row["state"], so_far, *moments)
