"""`regulars object --file`: the opt-outs of another system become objections here."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from rich.progress import BarColumn, Progress, TextColumn

from connectors.files.bombs import FileRefusedError
from connectors.files.rejects import RejectsFile
from console.cli.acting import enter
from console.cli.copies import tell_of
from console.cli.rejected import note_rejects
from console.cli.start import runtime
from console.cli.words import err, note, out, print_json
from console.opt_out_lists import Person, look_at, open_list, people_of, slices
from console.visible import shown
from domain.contact import ContactKey
from domain.errors import RegularsError
from domain.journal import Act
from pipeline.opting_out import Foreseen, opt_out
from pipeline.scrubbing import follow_up
from workers.runtime import Runtime, utc_now


class Manner(NamedTuple):
    """How a list is carried out."""

    dry_run: bool
    even_most: bool
    json: bool


class _Listed(NamedTuple):
    """Who is on a list, each once; how many of its rows opted out of nothing, and what was rejected."""

    people: Sequence[Person]
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
    with open_runtime.database.read() as connection:
        seen = look_at(connection, listed.people, open_runtime.suppressor_of(connection))
    foreseen = seen.foreseen
    if not manner.dry_run:
        if seen.takes_most and not manner.even_most:
            raise RegularsError(
                f"The list takes out {foreseen.inside} of {seen.inside} regular contacts for good. Look "
                "whether it holds opt-outs alone; if it does, say --even-most."
            )
        _carry_out(open_runtime, listed.people, preset)
    _tell(listed, foreseen, manner)


def _read(file: Path, preset: str | None) -> _Listed:
    try:
        opened = file.open("rb")
    except OSError as error:
        raise FileRefusedError(f"{file} cannot be read ({error.strerror}).") from error
    with opened:
        read, reading = open_list(opened, file.name, preset)
        with RejectsFile(file, read.columns) as rejects:
            try:
                people, staying = people_of(read, reading, rejects.add)
            finally:
                note_rejects(rejects)
    return _Listed(people, staying, rejects.count, rejects.path)


def _carry_out(open_runtime: Runtime, people: Sequence[Person], preset: str | None) -> None:
    gone: set[ContactKey] = set()
    bars = (TextColumn("objections"), BarColumn(), TextColumn("{task.completed} of {task.total}"))
    with Progress(*bars, console=err, disable=not err.is_terminal) as progress:
        bar = progress.add_task("", total=len(people))
        for keys, handles in slices(people):
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
