"""Writing: contacts and removals become the files that one target imports."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from domain.sign_up import SIGNUP
from exports.presets.cards import card
from exports.presets.cells import clean
from exports.presets.choices import ADDRESSES, Known, choice_of, opted_out
from exports.presets.columns import READS, platform_of
from exports.presets.preset import Column, Form, Leaving, Preset, Record, asks
from exports.presets.sheets import Sheets, Written

NOTHING_KNOWN = Known()
#: Columns of the contacts that the target cannot hold, and of the removals that it takes by hand alone.
REJECTS = ("contact_key", "reason", "sentence")
BY_HAND = ("contact_key", "asks", "sentence")
#: Where the target may hold a record under the key that somebody else made, it is to be looked at first.
IF_IMPORTED = "erased_if_imported"


class _Place(NamedTuple):
    part: str
    holds: str


def write(  # noqa: PLR0913  # a folder, what goes into it, what is known, and the limits
    preset: Preset,
    records: Iterable[Record],
    tombstones: Iterable[Record],
    folder: Path,
    *,
    known: Known = NOTHING_KNOWN,
    max_rows: int | None = None,
    max_bytes: int | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> list[Written]:
    """Write the files of a preset into a folder that is there; returns them by name.

    The same input makes the same bytes. No more than a row is held in memory. `progress` is called with the
    contacts read so far. Raises OSError where the folder cannot be written; then no file is changed.
    """
    with Sheets(preset, folder, max_rows, max_bytes) as sheets:
        sheets.open("rejects", "rejects", REJECTS)
        for count, record in enumerate(records, start=1):
            _contact(sheets, preset, record, known)
            if count % 2_000 == 0:
                progress(count)
        for tombstone in tombstones:
            _removal(sheets, preset, tombstone)
    return sheets.written


def reject_of(preset: Preset, record: Record, known: Known = NOTHING_KNOWN) -> tuple[str, str] | None:
    """Return why a target cannot hold a contact, as a word and a sentence; None where it can."""
    return _unreached(preset, record, known) or _lacking(
        preset, [each.read(record) for each in preset.columns]
    )


def _unreached(preset: Preset, record: Record, known: Known) -> tuple[str, str] | None:
    if not preset.takes or any(_is_open(record, each, known) for each in preset.takes):
        return None
    hindered = _hindrance(record, preset.takes[0], known)
    ways = " or ".join(preset.takes)
    return hindered, f"{preset.title} takes only whom {ways} may reach: {hindered.replace('_', ' ')}."


def _lacking(preset: Preset, cells: Sequence[str | None]) -> tuple[str, str] | None:
    for column, cell in zip(preset.columns, cells, strict=True):
        if not cell and not column.optional:
            sentence = f"{preset.title} needs {column.name} and this contact has none that a file can carry."
            return f"no_{_word(column.name)}", sentence
    return None


def _contact(sheets: Sheets, preset: Preset, record: Record, known: Known) -> None:
    for choice in preset.choices:
        said = choice_of(record, choice.channel, known)
        sets = choice.opt_in if said else choice.opt_out if said is False else None
        if sets is not None:
            place = _Place(f"opt-{'in' if said else 'out'}-{choice.channel}", "opt_in" if said else "opt_out")
            _row(sheets, place, preset.choice_key or preset.removal_key, record, sets)
    shut = {each for each in ADDRESSES if opted_out(record, each, known)}
    if shut:  # whoever opted out there keeps no open address in what we write
        open_ones = [each for each in record.get("addressable", ()) if each not in shut]
        record = {**record, "addressable": open_ones}
    cells = [each.read(record) for each in preset.columns]
    rejected = _unreached(preset, record, known) or _lacking(preset, cells)
    if rejected:
        sheets.row("rejects", "rejects", REJECTS, [clean(record["contact_key"]), *map(clean, rejected)])
    elif preset.form is Form.VCARD:
        sheets.text("", "contacts", card(record, "4.0"), Form.VCARD)
        sheets.text("v3", "contacts", card(record, "3.0"), Form.VCARD)
    else:
        part, columns = sheets.parts(tuple(map(bool, cells)), partial(_part, preset))
        sheets.row(part, "contacts", columns, [cell for cell in cells if cell])


def _part(preset: Preset, there: tuple[bool, ...]) -> tuple[str, tuple[str, ...]]:
    """Name the file of those who have something for these columns, and its header."""
    given = zip(preset.columns, there, strict=True)
    told = [each for each, is_there in given if each.optional and each.usual is not is_there]
    part = "-".join(f"no-{_word(each.name)}" if each.usual else _word(each.name) for each in told)
    header = tuple(each.name for each, is_there in zip(preset.columns, there, strict=True) if is_there)
    return (f"with-{part}" if part else ""), header


def _removal(sheets: Sheets, preset: Preset, tombstone: Record) -> None:
    if preset.takes and platform_of(tombstone) != SIGNUP:  # who never gave an address was never there
        return
    asked = asks(tombstone["reason"])
    held_before = preset.merges_on and (platform_of(tombstone) == SIGNUP or "handle" in preset.merges_on)
    word = IF_IMPORTED if asked is Leaving.ERASED and held_before else asked.value
    place = _Place(word.replace("_", "-"), word)
    if preset.removal_text and (cells := _cells(preset.removal_key, tombstone)):
        text = preset.removal_text({**cells, **preset.removal[asked]})
        sheets.text(place.part, place.holds, text, Form.LINES)
    elif not _row(sheets, place, preset.removal_key, tombstone, preset.removal[asked]):
        sentence = f"{preset.title} finds no record by what a removal holds: search it by the key."
        sheets.row("by-hand", "by_hand", BY_HAND, [clean(tombstone["contact_key"]), asked.value, sentence])


def _row(
    sheets: Sheets, place: _Place, key: Sequence[Column], record: Record, said: Mapping[str, str]
) -> bool:
    cells = _cells(key, record)
    if cells:
        sheets.row(place.part, place.holds, [*cells, *said], [*cells.values(), *said.values()])
    return bool(cells)


def _cells(columns: Sequence[Column], record: Record) -> dict[str, str]:
    """Return the cells by column; none where any is lacking."""
    cells = {each.name: cell for each in columns if (cell := each.read(record))}
    return cells if len(cells) == len(columns) else {}


def _is_open(record: Record, channel: str, known: Known) -> bool:
    return READS[channel](record) is not None and not opted_out(record, channel, known)


def _hindrance(record: Record, channel: str, known: Known) -> str:
    if opted_out(record, channel, known):
        return f"{channel}_opted_out"
    if channel not in record.get("addressable", ()):
        hindered = record.get("not_addressable_because", {}).get(channel, "not_addressable")
        return f"{channel}_{hindered}"
    return f"{channel}_missing" if not record.get(ADDRESSES[channel]) else f"{channel}_unfit"


def _word(column: str) -> str:
    return "_".join(re.findall(r"[a-z0-9]+", column.lower()))
