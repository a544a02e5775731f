"""Archives in tests, as X and Facebook make them."""

import io
import json
import zipfile
from collections.abc import Sequence
from typing import Any

from tests.unit.connectors.files.workbooks import zipped

MADE_AT = "2026-10-20T10:11:12.345Z"


def of_x(
    *parts: Sequence[str], owner: str = "5000", made_at: str | None = MADE_AT, below: str = ""
) -> io.BytesIO:
    """Make X's archive with these followers in each part, below a folder."""
    manifest = {
        "userInfo": {"accountId": owner, "userName": "club"},
        "archiveInfo": {"generationDate": made_at},
    }
    members = [(f"{below}data/manifest.js", f"window.__THAR_CONFIG = {json.dumps(manifest, indent=2)}")]
    for number, ids in enumerate(parts):
        rows = [
            {"follower": {"accountId": each, "userLink": f"https://x.example/i?user_id={each}"}}
            for each in ids
        ]
        name = f"follower-part{number}.js" if number else "follower.js"
        members.append(
            (f"{below}data/{name}", f"window.YTD.follower.part{number} = {json.dumps(rows, indent=2)}")
        )
    return zipped(*((name, text.encode()) for name, text in members))


def of_facebook(*members: tuple[str | zipfile.ZipInfo, Any]) -> io.BytesIO:
    """Make Facebook's archive of these lists."""
    return zipped(*((name, json.dumps(value).encode()) for name, value in members))


def written_twice(text: str) -> str:
    """Write a text as Facebook does: a character for each byte of UTF-8."""
    return text.encode().decode("latin-1")
