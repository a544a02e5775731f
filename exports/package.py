"""Package: what stands beside the files of an export, so that a program can read and check them."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from store.exports import File

NAME, SIGNATURE = "datapackage.json", "datapackage.json.sig"
_TYPES: Mapping[str, Mapping[str, Any]] = {
    "seq": {"type": "integer", "constraints": {"required": True}},
    "contact_key": {"type": "string", "constraints": {"required": True, "unique": True}},
    "op": {"type": "string", "constraints": {"required": True, "enum": ["upsert", "remove"]}},
    "regular_since": {"type": "datetime", "format": "any"},
    "last_confirmed_at": {"type": "datetime", "format": "any"},
    "at": {"type": "datetime", "format": "any"},
}
_LISTS = {"topics", "declared_topics", "addressable"}
_OBJECTS = {"not_addressable_because", "consents"}
_MEDIA = {
    "csv": "text/csv",
    "ndjson": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
    "vcf": "text/vcard",
}


class About(NamedTuple):
    """What a package tells of its files: what they show of the feed, under which pack, until when."""

    form: str
    seq: int
    since: int
    epoch: str
    pack: str
    use_before: str | None
    recipient: str | None
    contacts: int
    tombstones: int
    rejects: int
    public_key: str | None
    segment: str | None = None


def package(
    about: About,
    files: Sequence[File],
    tables: Mapping[str, tuple[str, ...]],
    dialect: Mapping[str, str],
) -> bytes:
    """Write a Frictionless Data Package (specs.frictionlessdata.io, version 1).

    `tables` are the columns of the files that are tables, `dialect` is how they are written where that is not
    as usual. The moment of writing does not stand in it: the same state of the store gives the same bytes.
    """
    told = {name: value for name, value in about._asdict().items() if name != "segment" or value}
    listed = [_resource(each, tables.get(each.name, ()), dialect) for each in files]
    content = {"profile": "data-package", "name": "regular-contacts", "resources": listed, "regulars": told}
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _resource(file: File, columns: tuple[str, ...], dialect: Mapping[str, str]) -> dict[str, Any]:
    stem, _, ending = file.name.rpartition(".")
    resource: dict[str, Any] = {
        "name": stem,
        "path": file.name,
        "format": ending,
        "mediatype": _MEDIA.get(ending, "application/octet-stream"),
        "bytes": file.size,
        "hash": f"sha256:{file.sha256}",
        # "rows" is a table's word; who checks it counts lines of what is none.
        "rows" if columns else "records": file.records,
    }
    if columns and ending != "parquet":  # which holds its own types
        ours = "contact_key" in columns and "seq" in columns
        schema: dict[str, Any] = {"fields": [_field(each, ending, typed=ours) for each in columns]}
        schema |= {"primaryKey": ["contact_key"]} if ours else {}
        resource |= {"profile": "tabular-data-resource", "encoding": "utf-8", "schema": schema}
    if ending == "csv":
        usual = {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"'}
        resource["dialect"] = {**usual, **dialect}
    elif ending == "ndjson" and columns:
        # A line leaves out what nobody gave, so the first does not show every column.
        resource["dialect"] = {"json": {"keyed": True, "keys": [*columns]}}
    return resource


def _field(name: str, ending: str, *, typed: bool) -> dict[str, Any]:
    if not typed:
        return {"name": name, "type": "string"}
    if ending == "ndjson" and name in _LISTS:
        return {"name": name, "type": "array"}
    if ending == "ndjson" and name in _OBJECTS:
        return {"name": name, "type": "object"}
    return {"name": name, **_TYPES.get(name, {"type": "string"})}
