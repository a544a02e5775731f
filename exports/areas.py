"""Areas: a published table as CSV, as GeoJSON with the operator's own shapes, and as plain values."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from domain.area import UNKNOWN, AreaTable
from domain.errors import RegularsError
from exports.forms import cell
from exports.whole import write_whole

#: As the view regular_contacts_by_area_v1 has them, but for the moment.
COLUMNS = ("quarter", "area_type", "area_code", "area_name", "contacts", "is_suppressed")


def cells(table: AreaTable) -> list[dict[str, Any]]:
    """Return the rows of a published table, those of unknown area first: their code and name are empty."""
    return [
        {
            "quarter": table.quarter,
            "area_type": table.kind.value,
            "area_code": code,
            "area_name": table.names[code],
            "contacts": number,
            "is_suppressed": number is None,
        }
        for code, number in table.counts.items()
    ]


def as_values(table: AreaTable) -> dict[str, Any]:
    """Return a published table for programs: its head, and its rows.

    `asked` are all rows together; `not_asked` are the regular contacts who filled in no form, of whom no area
    is ever known.
    """
    return {
        "quarter": table.quarter,
        "area_type": table.kind.value,
        "published_at": table.published_at,
        "smallest_shown": table.least,
        "asked": table.asked,
        "not_asked": table.not_asked,
        "areas": [
            {name: each[name] for name in COLUMNS if name not in {"quarter", "area_type"}}
            for each in cells(table)
        ],
    }


def as_csv(table: AreaTable) -> bytes:
    """Write a published table as CSV (RFC 4180, UTF-8); a number that is not shown is an empty cell."""
    text = io.StringIO(newline="")
    rows = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
    rows.writeheader()
    for each in cells(table):
        suppressed = "true" if each["is_suppressed"] else "false"
        rows.writerow({name: cell(value) for name, value in each.items()} | {"is_suppressed": suppressed})
    return text.getvalue().encode()


def as_geojson(table: AreaTable, shapes: Mapping[str, Any]) -> bytes:
    """Write a published table as GeoJSON (RFC 7946); the unknown have no shape."""
    features = [
        {"type": "Feature", "geometry": shapes.get(each["area_code"]), "properties": each}
        for each in cells(table)
    ]
    return orjson.dumps({"type": "FeatureCollection", "features": features}, option=orjson.OPT_APPEND_NEWLINE)


def write(table: AreaTable, folder: Path, shapes: Mapping[str, Any] | None = None) -> list[Path]:
    """Write the table to a folder, as GeoJSON too where shapes are given; returns the files.

    Raises RegularsError where the folder cannot be written.
    """
    contents = {f"areas-{table.quarter}.csv": as_csv(table)}
    if shapes is not None:
        contents[f"areas-{table.quarter}.geojson"] = as_geojson(table, shapes)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            write_whole(folder / name, lambda file, content=content: file.write(content) and 1)  # type: ignore[misc]
    except OSError as error:
        raise RegularsError(
            f"The table cannot be written to {folder}: {error.strerror}. Choose another folder."
        ) from error
    return [folder / each for each in contents]


def hidden(table: AreaTable) -> int:
    """Count the areas whose number is not shown."""
    return sum(number is None for code, number in table.counts.items() if code != UNKNOWN)
