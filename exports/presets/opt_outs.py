"""Opt-outs: whom a row of a target's own list names, by what our files wrote there or by the handle."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

from domain.contact import ContactKey, Platform
from domain.sign_up import SIGNUP
from exports.presets.preset import Preset

#: Somebody whom only the handle names: the platform and the handle.
Handle: TypeAlias = tuple[str, str]

#: What a truth looks like in the lists that targets write.
_YES = {"1", "y", "yes", "oui", "t", "true", "vrai"}
#: Columns by which a target's list of everybody says who opted out; a list without them is one of opt-outs.
_SAYS_NO: Mapping[str, Mapping[str, set[str]]] = {
    "nationbuilder": {"do_not_contact": _YES},
    "civicrm": {
        "is_opt_out": _YES,
        "do_not_email": _YES,
        "No Bulk Emails (User Opt Out)": _YES,
    },
    "salesforce": {"HasOptedOutOfEmail": _YES, "Email Opt Out": _YES},
    "creme": {"regulars_email": {"no"}},
}
#: Names of our columns as a target writes them above its own lists, where they differ.
_ALSO = {"creme": ("Web Site", "Site web"), "odoo": ("Reference", "Référence")}
#: What columns are made of that name their contact.
_NAMING = re.compile("contact_key$|platform")
_PROFILE = re.compile(r"https://x\.com/i/user/(\d+)/?")
_NOWHERE = re.compile(r"https://regulars\.invalid/([a-z]+)/([A-Za-z0-9/-]+)")
_PLATFORMS = {*Platform, SIGNUP}


class Reading(NamedTuple):
    """How a list is read: at which places keys or profiles stand, handles on X, and what says no."""

    keys: tuple[int, ...]
    handles: tuple[int, ...]
    says_no: Mapping[int, set[str]]


class Columns(NamedTuple):
    """What a list may call the columns with keys or profiles and with handles on X, and those that say no."""

    keys: tuple[str, ...]
    handles: tuple[str, ...]
    says_no: Mapping[str, set[str]]


def columns_of(preset: Preset | None) -> Columns:
    """Return the names of columns that are understood in the lists of a target, or in our own form."""
    if preset is None:
        return Columns(("contact_key",), ("twitter_handle",), {})
    keys = [each.name for each in preset.columns if _NAMING.match(each.field)]
    handles = [each.name for each in preset.columns if each.field.startswith("handle")]
    also = _ALSO.get(preset.name, ())
    return Columns((*keys, *also), tuple(handles), _SAYS_NO.get(preset.name, {}))


def reading_of(columns: Sequence[str], preset: Preset | None) -> Reading:
    """Find the columns that name people, and those that say who opted out, by a preset or in our own form.

    Without any column that names people nothing of the list can be read: both tuples are empty.
    """
    known = columns_of(preset)
    heads = [_folded(each) for each in columns]
    meant = {_folded(name): cells for name, cells in known.says_no.items()}
    return Reading(
        _places(heads, known.keys),
        _places(heads, known.handles),
        {place: meant[head] for place, head in enumerate(heads) if head in meant},
    )


def says_no(cells: Sequence[str], reading: Reading) -> bool:
    """Tell whether a row is of somebody who opted out: of a list of opt-outs, everybody is."""
    said = reading.says_no.items()
    return not said or any(cells[place].lower() in words for place, words in said)


def named_in(cells: Sequence[str], reading: Reading) -> ContactKey | Handle | None:
    """Return whom a row names: by key or profile, else by a handle on X; None where it names nobody."""
    for place in reading.keys:
        if found := _key(cells[place]):
            return found
    for place in reading.handles:
        handle = cells[place].removeprefix("@")
        if re.fullmatch(r"\w{1,50}", handle):
            return (Platform.TWITTER.value, handle)
    return None


def _key(cell: str) -> ContactKey | None:
    if profile := _PROFILE.fullmatch(cell):
        return ContactKey(Platform.TWITTER.value, profile[1])
    if made := _NOWHERE.fullmatch(cell):
        cell = f"{made[1]}:{made[2].replace('/', ':')}"
    platform, _, number = cell.partition(":")
    return (
        ContactKey(platform, number) if platform in _PLATFORMS and re.fullmatch(r"[!-~]+", number) else None
    )


def _folded(name: str) -> str:
    return re.sub(r"[^\w]|_", "", name).lower()


def _places(heads: Sequence[str], names: Sequence[str]) -> tuple[int, ...]:
    wanted = {_folded(each) for each in names}
    return tuple(place for place, head in enumerate(heads) if head in wanted)
