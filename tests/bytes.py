"""Bytes: whether a value stands anywhere in files, however it may be written."""

import base64
import gzip
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

_GAP = bytes(64)
_EMPTY = re.compile(rb"\0{64,}")


def writings(value: str) -> set[bytes]:
    """Return how a value may be written: UTF-8 and 16, JSON escapes, base64 at any place, packed numbers."""
    plain = value.encode()
    found = {plain, value.encode("utf-16-le"), value.encode("utf-16-be"), json.dumps(value)[1:-1].encode()}
    for shift in range(3):  # of base64 what does not depend on its neighbours
        whole = base64.b64encode(b"\0" * shift + plain)
        start, end = -(-shift * 8 // 6), len(whole) - 4
        found |= {whole[start:end], whole[start:end].replace(b"+", b"-").replace(b"/", b"_")}
    if value.isdecimal() and 2**31 < int(value) < 2**63:
        found |= {struct.pack(order, int(value)) for order in ("<q", ">q")}
    return {each for each in found if len(each) > 3}


def where(values: dict[str, str], folder: Path) -> set[tuple[str, str]]:
    """Return which values (by name) stand in which files of a folder."""
    written = {name: writings(value) for name, value in values.items()}
    return {
        (name, str(path.relative_to(folder)))
        for path in folder.rglob("*")
        if path.is_file()
        for content in _unpacked(path.read_bytes())
        for name, forms in written.items()
        if any(form in content for form in forms)
    }


def _unpacked(content: bytes) -> Iterator[bytes]:
    yield _EMPTY.sub(_GAP, content)  # databases reserve much room that they do not fill
    if content[:2] == b"\x1f\x8b":
        yield from _unpacked(gzip.decompress(content))
    if content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(BytesIO(content)) as archive:
            for each in archive.namelist():
                yield from _unpacked(archive.read(each))
    if content[:4] == b"PAR1":
        for place in range(len(content) - 2):
            if content[place : place + 2] == b"\x1f\x8b":
                yield zlib.decompressobj(31).decompress(content[place:])
