"""CSV: in the encodings and with the separators that spreadsheets write in France and elsewhere."""

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from connectors.files.bombs import FileRefusedError
from connectors.files.size import MAX_CELL

#: Tried in this order: what is no UTF-8 was written by an Excel for Western Europe.
ENCODINGS = ("utf-8-sig", "cp1252")
_CHUNK = 1 << 16
_NAMES = {";": "semicolon", ",": "comma", "\t": "tab", "|": "bar"}


def rows(file: BinaryIO, encoding: str | None) -> tuple[Iterator[Sequence[str]], str]:
    """Read a CSV file row by row; returns how it was read besides. Raises FileRefusedError."""
    chosen = _encoding(file, encoding)
    file.seek(0)
    lines = io.TextIOWrapper(file, chosen, newline="")
    first = lines.readline(MAX_CELL * 10)
    separator = _separator(first)
    if not first.lower().startswith("sep="):  # a first line that tells Excel the separator is no header
        lines.seek(0)
    return _read(lines, separator), f"{chosen}, {_NAMES[separator]}"


def _read(lines: io.TextIOWrapper, separator: str) -> Iterator[Sequence[str]]:
    csv.field_size_limit(MAX_CELL * 10)  # of the whole process, where another library may have lifted it
    reader = csv.reader(lines, delimiter=separator)
    try:
        yield from reader
    except csv.Error:
        raise FileRefusedError(
            f"Line {reader.line_num} is in no row; a quotation mark before it may lack its other one."
        ) from None
    finally:
        if not lines.closed:
            lines.detach()  # the file is its opener's to close


def _encoding(file: BinaryIO, wished: str | None) -> str:
    if wished:
        try:
            "a".encode(wished)  # refuses also those that are no encodings of text
        except LookupError:
            raise FileRefusedError(f"There is no encoding {wished!r}; try utf-8 or cp1252.") from None
        candidates: tuple[str, ...] = (wished,)
    elif file.read(2) in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        candidates = ("utf-16",)
    else:
        candidates = ENCODINGS
    for each in candidates:
        if _decodes(file, each):
            return each
    raise FileRefusedError(
        "It is no text in UTF-8 or in Western Europe's encoding; save it as « CSV UTF-8 », or say --encoding."
    )


def _decodes(file: BinaryIO, encoding: str) -> bool:
    file.seek(0)
    try:
        decoder = codecs.getincrementaldecoder(encoding)()
        while chunk := file.read(_CHUNK):
            if "\x00" in decoder.decode(chunk):
                return False
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _separator(first: str) -> str:
    """Return the separator that a header line says or shows most often, outside of quotation marks."""
    if first.lower().startswith("sep=") and first[4:5] in _NAMES:
        return first[4]
    bare = "".join(first.split('"')[::2])
    return max(_NAMES, key=bare.count)
