"""`regulars tap`: the messaging store as a Singer tap."""

import sys
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from console.cli.start import runtime
from console.cli.words import note, reader_left
from console.tapping import Target
from console.tapping import tap as tell_target
from exports import singer
from exports.singer import Message, TapError
from store import recipients
from workers.runtime import system_user, utc_now

_FORM = orjson.OPT_APPEND_NEWLINE | orjson.OPT_OMIT_MICROSECONDS


#: How long the name of a target may be.
LONGEST = 60


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(tap)


def tap(
    config: Annotated[
        Path | None,
        typer.Option(
            help='A JSON file: {"recipient": "a name of `regulars recipient list`"}, with "target": "a name" '
            "beside it where the recipient has several targets."
        ),
    ] = None,
    catalog: Annotated[
        Path | None, typer.Option(help="What to read: a catalog of --discover. Without it: every field.")
    ] = None,
    state: Annotated[
        Path | None, typer.Option(help="How far the target was told: the last state that it gave.")
    ] = None,
    discover: Annotated[bool, typer.Option("--discover", help="Write the catalog and read nobody.")] = False,
) -> None:
    """Write the regular contacts for a Singer target: `regulars tap --config FILE | target-postgres …`.

    One stream, regular_contacts, each contact once by contact_key. With a state it holds who came in, changed
    or left since: who left is a record with op remove, whose other fields are empty. Without one, or with
    FULL_TABLE in the catalog, it holds everybody, and a version by which a target drops all others.
    """
    if discover:
        _tell(singer.catalog(), orjson.OPT_INDENT_2)
        return
    if config is None:
        raise TapError("Give --config: a JSON file that names the recipient.")
    said = _read(config)
    name, target_name = said.get("recipient"), said.get("target", "")
    if not isinstance(target_name, str) or len(target_name) > LONGEST:
        raise TapError(f'{config}: "target" is a name of {LONGEST} characters at most.')
    if not isinstance(name, str):
        raise TapError(
            f'{config} names no recipient: {{"recipient": "a name of `regulars recipient list`"}}.'
        )
    asked = singer.wanted(_read(catalog)) if catalog else singer.ALL
    place = singer.place_of(_read(state)) if state else None
    if asked is None:
        note("The catalog does not select regular_contacts: nothing is read.")
        return
    opened = runtime()
    with opened.database.read() as connection:
        found = recipients.called(connection, name)
    told = tell_target(
        opened, Target(found, asked, place, system_user(), target_name.strip()), _tell, now=utc_now()
    )
    halted = " Deliveries are halted: removals alone were told." if told.removals_only else ""
    note(f"{told.contacts} contacts, {told.removals} removals.{halted}")


def _tell(message: Message, form: int = 0) -> None:
    try:
        sys.stdout.buffer.write(orjson.dumps(message, option=_FORM | form))
    except BrokenPipeError:
        reader_left()


def _read(path: Path) -> dict[str, Any]:
    """Read a JSON object; an empty file is an empty one, as runners leave it before the first state."""
    try:
        content = path.read_bytes().strip()
        read = orjson.loads(content) if content else {}
    except OSError as error:
        raise TapError(f"{path} cannot be read ({error.strerror}).") from error
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise TapError(f"{path} holds no JSON object.")
    return read
