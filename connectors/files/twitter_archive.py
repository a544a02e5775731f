"""X's archive: JavaScript that assigns JSON; it proves whose it is and holds the ids of followers."""

import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from connectors.files.archive import Archive, Member, of_list, parsed, rows_of, text_of
from connectors.files.bombs import FileRefusedError
from domain.contact import Platform


def read(archive: zipfile.ZipFile, members: Sequence[Member]) -> Archive:
    """Read whose archive it is, when it was made, and the followers of all its parts, each once."""
    found = Archive(Platform.TWITTER)
    manifest, *others = of_list(members, "manifest")
    if others:
        raise FileRefusedError("It holds several archives; import each by itself.")
    assigned = _assigned(archive, manifest)
    user, info = (_under(assigned, each) for each in ("userInfo", "archiveInfo"))
    found.platform_id = user.get("accountId")
    found.made_at = _moment(info.get("generationDate"))
    if not isinstance(found.platform_id, str) or found.made_at is None:
        raise FileRefusedError("Its manifest does not say whose archive it is and when it was made.")
    ids: dict[str, None] = {}
    for member in of_list(members, "follower"):
        for row in rows_of(_assigned(archive, member)):
            platform_id = _under(row, "follower").get("accountId")
            if isinstance(platform_id, str) and platform_id.isascii() and platform_id.isdigit():
                ids[platform_id] = None
            else:
                found.unread += 1
    found.followers = list(ids)
    return found


def _assigned(archive: zipfile.ZipFile, member: Member) -> Any:
    """Read what a file assigns; the name before it changed over the years, what follows is JSON."""
    _, _, value = text_of(archive, member).partition("=")
    return parsed(value.strip().removesuffix(";"), member)


def _under(value: Any, name: str) -> dict[str, Any]:
    held = value.get(name) if isinstance(value, dict) else None
    return held if isinstance(held, dict) else {}


def _moment(written: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(written)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None
