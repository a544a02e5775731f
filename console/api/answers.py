"""Answers: JSON with a strong ETag of what its reader sees, packed where the reader takes that."""

import gzip
import re
from hashlib import sha256
from typing import Any

import orjson
from fastapi import Request, Response

#: Bodies from this size on are packed.
WORTH_PACKING = 1_000
_REFUSED = re.compile(r"gzip\s*;\s*q=0(\.0*)?\s*(,|$)")


def answer(request: Request, told: Any, *, status: int = 200) -> Response:
    """Answer with a value, or with 304 where the reader has it already."""
    body = orjson.dumps(told)
    packs = len(body) >= WORTH_PACKING and _takes_gzip(request)
    # Another form of the same has another strong ETag (RFC 9110, 8.8.3).
    tag = f'"{sha256(body).hexdigest()[:32]}{"-gzip" if packs else ""}"'
    headers = {"etag": tag, "vary": "accept-encoding, authorization"}
    if request.method == "GET" and tag in _known(request):
        return Response(None, 304, headers)
    if packs:
        body = gzip.compress(body, 1, mtime=0)
        headers["content-encoding"] = "gzip"
    return Response(body, status, headers, media_type="application/json")


def _takes_gzip(request: Request) -> bool:
    wanted = request.headers.get("accept-encoding", "").lower()
    return "gzip" in wanted and not _REFUSED.search(wanted)


def _known(request: Request) -> set[str]:
    return {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
