"""`regulars areas`: how many regular contacts there are by area, for those who go door to door."""

from pathlib import Path
from typing import Annotated

import typer

from connectors.files import partition
from console.cli.start import runtime
from console.cli.words import iso, note, out, print_json, print_table
from console.visible import shown
from domain.area import UNKNOWN, AreaError, AreaKind, AreaTable
from exports.areas import as_values, hidden, write
from pipeline.areas import publish_table, take_partition
from store import areas
from workers.runtime import system_user, utc_now

app = typer.Typer(
    help="Regular contacts by area: one table a quarter, no small number.", no_args_is_help=True
)

Quarter = Annotated[
    str | None, typer.Option("--quarter", help="As 2026-Q4; the newest that is published otherwise.")
]
Code = Annotated[str, typer.Option(help="Column or GeoJSON property that holds an area's code.")]


def register(root: typer.Typer) -> None:
    """Add the group to the command line."""
    root.add_typer(app, name="areas")


@app.command("partition")
def take(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV with a head, or GeoJSON, in UTF-8.")],
    kind: Annotated[AreaKind, typer.Option(help="What its areas are.")] = AreaKind.COMMUNE,
    code: Code = "code",
    name: Annotated[str, typer.Option(help="Column or property that holds an area's name.")] = "name",
    also: Annotated[
        str, typer.Option(help="One that holds other words for it, such as postcodes, with | between.")
    ] = "also",
) -> None:
    """Take the areas by which contacts are counted from a file of yours; its shapes are not kept.

    Whoever named an area in its form is counted in it where what it wrote is the code, the name or another
    word of one area alone, else under unknown. Once a table was published the codes stay as they are.
    """
    given = partition.read(file.read_bytes(), code=code, name=name, also=also)
    with runtime().database.write() as connection:
        take_partition(connection, kind, given.areas, system_user(), now=utc_now())
    out.print(f"{len(given.areas)} areas; `regulars areas publish` counts by them.")


@app.command()
def publish() -> None:
    """Publish this quarter's table, once: it is never changed after, whoever leaves or is erased.

    Numbers below the pack's smallest are not shown, nor is the smallest above it, so that no difference tells
    them. A second table in the quarter would tell of whoever came or left in between: there is none.
    """
    open_runtime = runtime()
    with open_runtime.database.read() as connection:
        policy, to_others = open_runtime.policy_in_force(connection), open_runtime.to_others(connection)
    table = publish_table(
        open_runtime.database,
        policy,
        open_runtime.settings.controller,
        system_user(),
        to_others=to_others,
        now=utc_now(),
    )
    _told(table)


@app.command()
def show(
    quarter: Quarter = None,
    json: Annotated[bool, typer.Option("--json", help="The whole table as one object.")] = False,
) -> None:
    """Show a published table; before the first one, the areas that there are."""
    with runtime().database.read() as connection:
        table = areas.published(connection, quarter)
        _, there = areas.partition(connection)
    if table is not None and json:
        print_json({**as_values(table), "published_at": iso(table.published_at)})
    elif table is not None:
        rows = (
            (code, shown(table.names[code]) if code != UNKNOWN else "unknown", _number(table, code))
            for code in table.counts
        )
        print_table(("code", "area", "contacts"), rows)
        _told(table)
    elif quarter is not None:
        raise AreaError(f"No table of {quarter} was published.")
    elif json:
        print_json({"areas": [{"area_code": each.code, "area_name": each.name} for each in there]})
    elif there:
        print_table(("code", "area"), ((each.code, shown(each.name)) for each in there))
        note("No table is published yet; `regulars areas publish` does it.")
    else:
        note("There is no partition yet: `regulars areas partition FILE` takes one.")


@app.command()
def export(
    folder: Annotated[Path, typer.Option("--out", help="Folder to write to; made where it is missing.")],
    quarter: Quarter = None,
    geometry: Annotated[
        Path | None, typer.Option(help="GeoJSON file of yours with the areas' shapes, for a map.")
    ] = None,
    code: Code = "code",
) -> None:
    """Write a published table as CSV, and with --geometry as GeoJSON with your own shapes."""
    with runtime().database.read() as connection:
        table = areas.published(connection, quarter)
    if table is None:
        raise AreaError("No such table is published; `regulars areas publish` publishes this quarter's.")
    shapes = partition.read(geometry.read_bytes(), code=code).shapes if geometry else None
    for each in write(table, folder, shapes):
        out.print(str(each), soft_wrap=True)
    lacking = sum(each not in shapes for each in table.counts if each != UNKNOWN) if shapes is not None else 0
    if lacking:
        note(f"{lacking} areas have no shape in {geometry}.")


def _number(table: AreaTable, code: str) -> str:
    number = table.counts[code]
    return "not shown" if number is None else str(number)


def _told(table: AreaTable) -> None:
    out.print(
        f"{table.quarter}: {table.asked} filled in a form; {hidden(table)} of {len(table.counts) - 1} areas "
        f"are not shown (fewer than {table.least}, or beside such a one).",
        soft_wrap=True,
    )
    note(f"{table.not_asked} regular contacts filled in no form: where they live is not known.")
