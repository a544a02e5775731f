"""Facebook's archive: names without ids, in the shapes of many years; none of them makes a contact."""

import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.files.archive import Archive, Member, Proposal, parsed, rows_of, text_of
from connectors.text import clean
from domain.contact import Platform
from domain.signal import SignalKind

_KINDS = {"friends": SignalKind.FRIEND, "followers": SignalKind.FOLLOWS}


def read(archive: zipfile.ZipFile, members: Sequence[Member]) -> Archive:
    """Read the friends and followers of all parts, each once; the same name on another day is somebody else.

    A row without a name is that of somebody who left Facebook; it is passed over.
    """
    found = Archive(Platform.FACEBOOK)
    names: dict[Proposal, None] = {}
    for member in members:
        if not member.info.filename.endswith(".json"):
            continue
        for row in rows_of(parsed(text_of(archive, member), member)):
            if not isinstance(row, dict):
                found.unread += 1
                continue
            name, at = _read(row)
            if name:
                names[Proposal(name, _KINDS[member.list], at)] = None
    found.proposals = list(names)
    return found


def _read(row: dict[str, Any]) -> tuple[str, datetime | None]:
    """Read a row in any of its shapes: `name`, `label_values`, or `string_list_data` under a title."""
    name, at = row.get("name") or row.get("title"), row.get("timestamp")
    for each in _listed(row.get("label_values")):
        if repaired(each.get("label")) in {"Name", "Nom"}:
            name = each.get("value")
    for each in _listed(row.get("string_list_data")):
        name, at = name or each.get("value"), at or each.get("timestamp")
    return " ".join(clean(repaired(name)).split()), _moment(at)


def repaired(text: Any) -> str:
    """Return a text as it was meant: Facebook writes each byte of UTF-8 as a character of its own."""
    if not isinstance(text, str):
        return ""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def _listed(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _moment(seconds: Any) -> datetime | None:
    if isinstance(seconds, bool) or not isinstance(seconds, int) or seconds <= 0:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None
