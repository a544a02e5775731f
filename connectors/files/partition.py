"""Partitions: a file of areas that an operator gives, as CSV or GeoJSON, and its shapes."""

import csv
import io
from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from domain.area import Area, AreaError

#: Bytes of a file at most; all polling areas of France with their shapes take some 300 MB.
MOST_BYTES = 500_000_000
#: What separates other words for an area in a CSV file.
BAR = "|"


class Partition(NamedTuple):
    """Areas in the order of the file, and the shape of each by its code where the file has shapes."""

    areas: list[Area]
    shapes: Mapping[str, Any]


def read(content: bytes, *, code: str = "code", name: str = "name", also: str = "also") -> Partition:
    """Read a CSV file with a head, or a GeoJSON FeatureCollection; raises AreaError for anything else.

    `code`, `name` and `also` are the columns or properties that hold these; `also` may lack. Shapes are taken
    as they stand.
    """
    if len(content) > MOST_BYTES:
        raise AreaError(f"The file has more than {MOST_BYTES:,} bytes.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise AreaError("The file is no text in UTF-8; save it as CSV UTF-8 or GeoJSON.") from error
    rows, shapes = _geojson(content) if text.lstrip().startswith("{") else (_csv(text), [])
    areas = []
    for each in rows:
        if each.get(code) in (None, ""):
            raise AreaError(f"An area has no {code!r}: say which column or property holds the code.")
        written = each.get(also) or ""
        words = tuple(map(str, written)) if isinstance(written, list) else _words(str(written))
        areas.append(Area(str(each[code]).strip(), str(each.get(name) or each[code]).strip(), words))
    found = {area.code: shape for area, shape in zip(areas, shapes, strict=False)}
    return Partition(areas, found)


def _words(written: str) -> tuple[str, ...]:
    return tuple(word for each in written.split(BAR) if (word := each.strip()))


def _csv(text: str) -> list[Mapping[str, Any]]:
    head = text.partition("\n")[0]
    delimiter = ";" if head.count(";") > head.count(",") else ","
    try:
        return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise AreaError("The file is no CSV table; save it anew as CSV UTF-8.") from error


def _geojson(content: bytes) -> tuple[list[Mapping[str, Any]], list[Any]]:
    try:
        read_ = orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise AreaError("The file is no JSON.") from error
    features = read_.get("features")
    if read_.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise AreaError("The file is no GeoJSON FeatureCollection (RFC 7946).")
    if not all(isinstance(each, dict) and isinstance(each.get("properties"), dict) for each in features):
        raise AreaError("One of its features has no properties.")
    return [each["properties"] for each in features], [each.get("geometry") for each in features]
