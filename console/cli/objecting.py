"""`regulars object --file`: the opt-outs of another system become objections here."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from rich.progress import BarColumn, Progress, TextColumn

from connectors.files import table
from connectors.files.bombs import FileRefusedError
from connectors.files.rejects import RejectsFile
from connectors.files.sign_up_list import Reject
from connectors.files.table import Table
from console.cli.acting import enter
from console.cli.copies import tell_of
from console.cli.rejected import note_rejects
from console.cli.start import runtime
from console.cli.words import err, note, out, print_json
from console.visible import shown
from domain.contact import ContactKey
from domain.errors import RegularsError
from domain.journal import Act
from exports.presets import PRESETS
from exports.presets.opt_outs import Handle, Reading, named_in, reading_of, says_no
from pipeline.opting_out import Foreseen, foresee, inside_count, opt_out
from pipeline.scrubbing import follow_up
from workers.runtime import Runtime, utc_now

#: People whose objections are carried out in one transaction.
AT_ONCE = 500


class Manner(NamedTuple):
    """How a list is carried out."""

    dry_run: bool
    even_most: bool
    json: bool


class _Listed(NamedTuple):
    """Who is on a list, each once; how many of its rows opted out of nothing, and what was rejected."""

    people: Sequence[ContactKey | Handle]
    staying: int
    rejected: int
    rejects: Path | None


def object_listed(file: Path, preset: str | None, manner: Manner) -> None:
    """Read a list, tell what it does, and carry it out unless it is only looked at.

    Raises FileRefusedError where it cannot be read or names nobody by a column, RegularsError where it takes
    out more than half of the messaging store and nobody said that it may.
    """
    open_runtime = runtime()
    listed = _read(file, preset)
    foreseen, inside = _foresee(open_runtime, listed.people)
    if not manner.dry_run:
        if foreseen.inside * 2 > inside and foreseen.inside > 1 and not manner.even_most:
            raise RegularsError(
                f"The list takes out {foreseen.inside} of {inside} regular contacts for good. Look whether "
                "it holds opt-outs alone; if it does, say --even-most."
            )
        _carry_out(open_runtime, listed.people, preset)
    _tell(listed, foreseen, manner)


def _read(file: Path, preset: str | None) -> _Listed:
    try:
        opened = file.open("rb")
    except OSError as error:
        raise FileRefusedError(f"{file} cannot be read ({error.strerror}).") from error
    with opened:
        read = table.read(opened, file.name)
        reading = reading_of(read.columns, PRESETS[preset] if preset else None)
        if not reading.keys and not reading.handles:
            raise FileRefusedError(
                f"{file.name} has no column by which people are known here; export the list with the column "
                "of our keys (docs/presets names it), or call one contact_key or twitter_handle."
            )
        with RejectsFile(file, read.columns) as rejects:
            try:
                people, staying = _people(read, reading, rejects)
            finally:
                note_rejects(rejects)
    return _Listed(people, staying, rejects.count, rejects.path)


def _people(read: Table, reading: Reading, rejects: RejectsFile) -> tuple[list[ContactKey | Handle], int]:
    people: dict[ContactKey | Handle, None] = {}
    staying = 0
    for row in read.rows:
        named = named_in(row.cells, reading)
        if not row.fits:
            rejects.add(Reject(row, "It has more cells than there are columns."))
        elif not says_no(row.cells, reading):
            staying += 1
        elif named is None:
            rejects.add(Reject(row, "It names nobody: it has neither a key of ours nor a handle on X."))
        else:
            people[named] = None
    return list(people), staying


def _foresee(open_runtime: Runtime, people: Sequence[ContactKey | Handle]) -> tuple[Foreseen, int]:
    total = Foreseen(0, 0, 0)
    with open_runtime.database.read() as connection:
        suppressor = open_runtime.suppressor_of(connection)
        for keys, handles in _slices(people):
            found = foresee(connection, keys, handles, suppressor)
            total = Foreseen(*(a + b for a, b in zip(total, found, strict=True)))
        return total, inside_count(connection)


def _carry_out(open_runtime: Runtime, people: Sequence[ContactKey | Handle], preset: str | None) -> None:
    gone: set[ContactKey] = set()
    bars = (TextColumn("objections"), BarColumn(), TextColumn("{task.completed} of {task.total}"))
    with Progress(*bars, console=err, disable=not err.is_terminal) as progress:
        bar = progress.add_task("", total=len(people))
        for keys, handles in _slices(people):
            with open_runtime.database.write() as connection:
                suppressor = open_runtime.suppressor_of(connection)
                gone |= opt_out(connection, keys, handles, suppressor, now=utc_now())
                enter(connection, Act.OBJECTED, people=len(keys) + len(handles), preset=preset)
            progress.advance(bar, len(keys) + len(handles))
    if people:
        left_behind = follow_up(open_runtime.road("cli"), *sorted(gone), now=utc_now())
        note(f"The last backup and log that may hold them are over by {left_behind.gone_by:%Y-%m-%d}.")
        if not left_behind.clean:
            note("Workers write the database's files over within the hour, `regulars db scrub` at once.")
        tell_of(left_behind.files)


def _slices(
    people: Sequence[ContactKey | Handle],
) -> Iterator[tuple[list[ContactKey], list[Handle]]]:
    """Cut people into slices, each as those named by keys and those named by handles."""
    for start in range(0, len(people), AT_ONCE):
        some = people[start : start + AT_ONCE]
        keys = [each for each in some if isinstance(each, ContactKey)]
        yield keys, [each for each in some if not isinstance(each, ContactKey)]


def _tell(listed: _Listed, foreseen: Foreseen, manner: Manner) -> None:
    counts = {"objections": len(listed.people), **foreseen._asdict(), "staying": listed.staying}
    if manner.json:
        where = str(listed.rejects) if listed.rejects else None
        done = {"rejected": listed.rejected, "rejects_file": where, "done": not manner.dry_run}
        print_json({**counts, **done})
        return
    would = "would object" if manner.dry_run else "objected"
    out.print(
        f"{len(listed.people)} people {would}: {foreseen.known} were stored here, {foreseen.inside} of them "
        f"as regular contacts; {foreseen.before} had objected before.",
        soft_wrap=True,
    )
    if listed.staying:
        note(f"{listed.staying} rows say that nobody opted out; they change nothing.")
    if listed.rejected:
        note(f"{listed.rejected} rows stand in {shown(str(listed.rejects))} with the reason.")
