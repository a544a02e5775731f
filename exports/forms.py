"""Forms: a file of records as CSV, NDJSON or Parquet, written as it is read."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from types import NoneType
from typing import IO, Any, NamedTuple

import orjson

#: What makes a spreadsheet read a cell as a formula (OWASP, CSV injection).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
#: One of them at the begin of a text or, to be on the safe side, of a line.
_FORMULA = re.compile(rf"\n[{re.escape(''.join(_FORMULA_STARTS))}]")
#: What a cell is quoted for.
_QUOTED = re.compile('[",\r\n]')
_QUOTE = '"'
_TEXTS, _MOMENTS, _DICTS = {str, NoneType}, {datetime, NoneType}, {dict, NoneType}
#: Records between two words on how far it is.
EVERY = 2_000

Progress = Callable[[int], None]
Record = Mapping[str, Any]
Records = Iterable[Record]
Write = Callable[[IO[bytes], tuple[str, ...], Records, Progress], int]


class ByLine(NamedTuple):
    """A form whose files are a head and lines: of some records after others, what of all at once would be."""

    head: Callable[[tuple[str, ...]], bytes]
    lines: Callable[[tuple[str, ...], Sequence[Record]], bytes]

    def write(
        self, file: IO[bytes], fields: tuple[str, ...], records: Records, progress: Progress = lambda _: None
    ) -> int:
        """Write records; returns how many."""
        file.write(self.head(fields))
        count, left = 0, iter(records)
        while some := list(islice(left, EVERY)):
            file.write(self.lines(fields, some))
            count += len(some)
            progress(count)
        return count


def _objects(_fields: tuple[str, ...], some: Sequence[Record]) -> bytes:
    form = orjson.OPT_APPEND_NEWLINE | orjson.OPT_OMIT_MICROSECONDS
    return b"".join([orjson.dumps(each, option=form) for each in some])


def _rows(fields: tuple[str, ...], some: Sequence[Record]) -> bytes:
    # By columns: most hold plain texts or nothing, which is seen of a whole one at once.
    return _lines([_cells([each.get(field) for each in some]) for field in fields])


#: One JSON object a line.
NDJSON = ByLine(lambda _: b"", _objects)
#: A table with a head (RFC 4180, UTF-8).
CSV = ByLine(lambda fields: _lines([[each] for each in fields]), _rows)


def _cells(column: list[Any]) -> list[str]:
    """Write a column of values as texts that no spreadsheet runs."""
    kinds = set(map(type, column))
    if kinds == {NoneType}:
        return [""] * len(column)
    if kinds == {int}:
        return list(map(str, column))
    if kinds == {list}:
        column, kinds = list(map("|".join, column)), {str}
    elif datetime in kinds and kinds <= _MOMENTS:
        # In the form of `cell`, ten times as fast.
        return [
            each or "" for each in orjson.loads(orjson.dumps(column, option=orjson.OPT_OMIT_MICROSECONDS))
        ]
    elif dict in kinds and kinds <= _DICTS:
        return _same_once(column)
    if kinds <= _TEXTS and not _FORMULA.search("\n".join(["", *filter(None, column)])):
        return column if NoneType not in kinds else [each or "" for each in column]
    return [_text(cell(each)) for each in column]


def _same_once(column: list[Any]) -> list[str]:
    """Write values of which many are the same."""
    written: dict[bytes, str] = {}
    keys = list(map(orjson.dumps, column))
    for key, each in zip(keys, column, strict=True):
        if key not in written:
            written[key] = _text(cell(each))
    return [written[key] for key in keys]


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _lines(columns: list[list[str]]) -> bytes:
    """Write columns as lines: what `csv.writer` writes, in a third of its time where little is quoted."""
    if len(columns) == 1:  # where an empty cell would be no line
        columns = [['""' if each == "" else each for each in _quoted(columns[0])]]
    else:
        columns = list(map(_quoted, columns))
    return "".join([",".join(row) + "\r\n" for row in zip(*columns, strict=True)]).encode()


def _quoted(column: list[str]) -> list[str]:
    if not _QUOTED.search("".join(column)):
        return column
    return [f'"{each.replace(_QUOTE, _QUOTE * 2)}"' if _QUOTED.search(each) else each for each in column]


def _write_parquet(file: IO[bytes], fields: tuple[str, ...], records: Records, progress: Progress) -> int:
    from exports.parquet import write_parquet  # noqa: PLC0415  # 35 MB of libraries that few exports need

    return write_parquet(file, fields, records, progress)


#: By the name of the form, which is how its files end, too.
BY_LINE: Mapping[str, ByLine] = {"csv": CSV, "ndjson": NDJSON}
FORMS: Mapping[str, Write] = {name: each.write for name, each in BY_LINE.items()} | {
    "parquet": _write_parquet
}


def cell(value: object) -> object:
    """Write times in ISO 8601, lists with bars; keep a text from being run as a formula by a spreadsheet."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, list):
        value = "|".join(value)
    elif isinstance(value, dict):
        value = "|".join(f"{name}:{_said(said)}" for name, said in value.items())
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value


def _said(value: object) -> object:
    """Write what is told of a consent: since when it stands or stands no more."""
    if not isinstance(value, dict):
        return value
    given, withdrawn = value.get("given_at"), value.get("withdrawn_at")
    if withdrawn is not None and (given is None or withdrawn >= given):
        return f"no since {withdrawn.isoformat(timespec='seconds')}"
    return f"yes since {given.isoformat(timespec='seconds')}" if given else "unknown"
