"""Parquet: records as typed columns, in groups of rows, for the tools of analysts."""

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import IO, Any, NamedTuple, cast

from arro3.core import (
    Array,
    DataType,
    Field,
    RecordBatch,
    RecordBatchReader,
    Schema,
    list_array,
    struct_array,
)
from arro3.io import write_parquet as write_columns

from domain.channel import Channel
from domain.sign_up import PURPOSES

#: Records that are turned into columns at once, and records of a group of rows: one is held in memory.
AT_ONCE, GROUP = 5_000, 50_000
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


class _Kind(NamedTuple):
    """A type of Parquet, and what makes a column of it."""

    type: DataType
    column: Callable[[Sequence[Any]], Array]


def _plain(kind: DataType) -> _Kind:
    return _Kind(kind, lambda values: Array(values, type=kind))


def _moments(values: Sequence[Any]) -> Array:
    counted = [None if each is None else (each - _EPOCH) // _MICROSECOND for each in values]
    return Array(counted, type=DataType.int64()).cast(_MOMENT)


def _lists(values: Sequence[Any]) -> Array:
    ends = [0]
    for each in values:
        ends.append(ends[-1] + len(each or ()))
    flat = Array([item for each in values for item in each or ()], type=_TEXT)
    return list_array(Array(ends, type=DataType.int32()), flat, type=_LIST, mask=_absent(values))


def _struct(parts: Mapping[str, _Kind]) -> _Kind:
    fields = [Field(name, part.type) for name, part in parts.items()]

    def column(values: Sequence[Any]) -> Array:
        arrays = [
            part.column([None if each is None else _of(each, name) for each in values])
            for name, part in parts.items()
        ]
        return struct_array(arrays, fields=fields, mask=_absent(values))

    return _Kind(DataType.struct(fields), column)


def _of(value: Any, name: str) -> Any:
    return value.get(name)


def _absent(values: Sequence[Any]) -> Array:
    return Array([each is None for each in values], type=DataType.bool())


_TEXT, _MOMENT = DataType.string(), DataType.timestamp("us", tz="UTC")
_LIST = DataType.list(Field("element", _TEXT))
_words, _at, _listed = _plain(_TEXT), _Kind(_MOMENT, _moments), _Kind(_LIST, _lists)
_KINDS: Mapping[str, _Kind] = {
    "seq": _plain(DataType.int64()),
    "regular_since": _at,
    "last_confirmed_at": _at,
    "at": _at,
    "topics": _listed,
    "declared_topics": _listed,
    "addressable": _listed,
    "not_addressable_because": _struct(dict.fromkeys(map(str, Channel), _words)),
    "consents": _struct(dict.fromkeys(PURPOSES, _struct({"given_at": _at, "withdrawn_at": _at}))),
}


def write_parquet(
    file: IO[bytes],
    fields: tuple[str, ...],
    records: Iterable[Mapping[str, Any]],
    progress: Callable[[int], None],
) -> int:
    """Write a table with typed columns; returns how many rows.

    Moments are UTC to the microsecond, lists are lists, what hinders by channel and the consents by purpose
    are columns within a column. The same records make the same bytes.
    """
    kinds = {name: _KINDS.get(name, _words) for name in fields}
    schema = Schema([Field(name, kind.type) for name, kind in kinds.items()])
    guard = _Guard(file)

    def batches() -> Iterator[RecordBatch]:
        for some in guard.taken(records):
            columns = [kind.column([each.get(name) for each in some]) for name, kind in kinds.items()]
            yield RecordBatch.from_arrays(columns, schema=schema)
            progress(guard.count)

    reader = RecordBatchReader.from_batches(schema, guard.keep(batches()))
    write_columns(
        reader,
        cast("IO[bytes]", guard),
        compression="zstd(3)",
        max_row_group_size=GROUP,
        skip_arrow_metadata=True,
    )
    guard.raise_kept()
    return guard.count


class _Guard(io.RawIOBase):
    """Keeps what went wrong while the writer worked, which knows no exceptions, to raise it afterwards."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__()
        self._file = file
        self._kept: BaseException | None = None
        self.count = 0

    def taken(self, records: Iterable[Mapping[str, Any]]) -> Iterator[Sequence[Mapping[str, Any]]]:
        waiting = iter(records)
        while some := list(islice(waiting, AT_ONCE)):
            self.count += len(some)
            yield some

    def keep(self, batches: Iterator[RecordBatch]) -> Iterator[RecordBatch]:
        try:
            for each in batches:
                if self._kept is not None:
                    return
                yield each
        except BaseException as error:  # noqa: BLE001  # raised again once the writer has ended
            self._kept = error

    def write(self, content: Any) -> int:
        if self._kept is None:
            try:
                self._file.write(content)
            except OSError as error:
                self._kept = error
        return len(content)

    def raise_kept(self) -> None:
        if self._kept is not None:
            raise self._kept
