"""Lists of who opted out in another system: read, looked at, and carried out, by a command or a page."""

from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO, NamedTuple, TypeAlias

from sqlalchemy import Connection

from config.suppression import Suppressor
from connectors.files import table
from connectors.files.bombs import FileRefusedError
from connectors.files.sign_up_list import Reject
from connectors.files.table import Table
from domain.contact import ContactKey
from exports.presets import PRESETS
from exports.presets.opt_outs import Handle, Reading, named_in, reading_of, says_no
from pipeline.opting_out import Foreseen, foresee, inside_count

#: Somebody on a list, by a key of ours or by a handle.
Person: TypeAlias = ContactKey | Handle
#: People whose objections are carried out in one transaction.
AT_ONCE = 500


class Sight(NamedTuple):
    """What the objections of a list would do, beside how many are in the messaging store."""

    foreseen: Foreseen
    inside: int

    @property
    def takes_most(self) -> bool:
        """Whether it takes out more than half of the messaging store: perhaps it holds everybody."""
        return self.foreseen.inside * 2 > self.inside and self.foreseen.inside > 1


def open_list(file: BinaryIO, name: str, preset: str | None) -> tuple[Table, Reading]:
    """Open a list as a target's, or as one of our own form; raises FileRefusedError."""
    read = table.read(file, name)
    reading = reading_of(read.columns, PRESETS[preset] if preset else None)
    if not reading.keys and not reading.handles:
        raise FileRefusedError(
            f"{name} has no column by which people are known here; export the list with the column "
            "of our keys (docs/presets names it), or call one contact_key or twitter_handle."
        )
    return read, reading


def people_of(read: Table, reading: Reading, reject: Callable[[Reject], None]) -> tuple[list[Person], int]:
    """Return who opted out, each once, and how many rows say no such thing; `reject` takes faulty ones."""
    people: dict[Person, None] = {}
    staying = 0
    for row in read.rows:
        named = named_in(row.cells, reading)
        if not row.fits:
            reject(Reject(row, "It has more cells than there are columns."))
        elif not says_no(row.cells, reading):
            staying += 1
        elif named is None:
            reject(Reject(row, "It names nobody: it has neither a key of ours nor a handle on X."))
        else:
            people[named] = None
    return list(people), staying


def look_at(connection: Connection, people: Sequence[Person], suppressor: Suppressor) -> Sight:
    """Count what the objections of a list would do; changes nothing."""
    total = Foreseen(0, 0, 0)
    for keys, handles in slices(people):
        found = foresee(connection, keys, handles, suppressor)
        total = Foreseen(*(a + b for a, b in zip(total, found, strict=True)))
    return Sight(total, inside_count(connection))


def slices(people: Sequence[Person]) -> Iterator[tuple[list[ContactKey], list[Handle]]]:
    """Cut people into slices, each as those named by keys and those named by handles."""
    for start in range(0, len(people), AT_ONCE):
        some = people[start : start + AT_ONCE]
        keys = [each for each in some if isinstance(each, ContactKey)]
        yield keys, [each for each in some if not isinstance(each, ContactKey)]
