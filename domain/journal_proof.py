"""Whether a journal is whole: its chain, its texts, and the anchors that were kept elsewhere."""

import json
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from domain.journal import GENESIS, SALT_BYTES, Act, Text, commitment_of, link_of, numbers_in


class Anchor(NamedTuple):
    """The number and the link of an entry, kept where nobody who can change the journal can change it."""

    seq: int
    link: bytes


class Kept(NamedTuple):
    """An entry as a database holds it; `text` is None where it was deleted."""

    seq: int
    at: str
    commitment: bytes
    link: bytes
    text: Text | None


class Fault(StrEnum):
    """What can be wrong with an entry."""

    MISSING = "missing"
    CHANGED = "changed or moved; it does not follow from the entries before it"
    TEXT_CHANGED = "says something else than was written"
    TEXT_REMOVED = "its text was removed, and no deletion was entered"
    TEXT_BACK = "its text was deleted and is back, as from an old copy"
    ALONE = "a text without an entry"
    CUT_OFF = "missing, and an anchor knows it: the end was cut off"
    OTHER = "another one than an anchor knows"


class Finding(NamedTuple):
    """What is wrong, and with which entries: from `first` to `last`."""

    first: int
    last: int
    fault: Fault


class Verdict(NamedTuple):
    """What was found of a journal.

    `deleted` counts the texts that are gone by request or by age; `proven` is the newest entry that an
    anchor vouches for, with all before it: 0 where there is none or anything is wrong.
    """

    entries: int
    deleted: int
    proven: int
    findings: tuple[Finding, ...]


def prove(entries: Iterable[Kept], anchors: Iterable[Anchor] = ()) -> Verdict:
    """Go through a journal in the order of its numbers and find whatever was done to it.

    Without an anchor a whole chain is consistent and no more: whoever can write every row can write another
    chain, or leave the end of this one away.
    """
    wanted = sorted(anchors)
    known = {each.seq for each in wanted}
    links = {0: GENESIS}
    findings: list[Finding] = []
    told: set[int] = set()
    silent: set[int] = set()
    deleted: set[int] = set()
    before = Anchor(0, GENESIS)
    for each in entries:
        fault = _fault_of_chain(each, before)
        if fault is Fault.MISSING:
            findings.append(Finding(before.seq + 1, each.seq - 1, fault))
        elif fault:
            findings.append(Finding(each.seq, each.seq, fault))
        (silent if each.text is None else told).add(each.seq)
        if _text_holds(each):
            deleted |= _deleted_by(each)
        else:
            findings.append(Finding(each.seq, each.seq, Fault.TEXT_CHANGED))
        before = Anchor(each.seq, each.link)
        if each.seq in known:
            links[each.seq] = each.link
    findings += _of_texts(silent - deleted, Fault.TEXT_REMOVED)
    findings += _of_texts(deleted & told, Fault.TEXT_BACK)
    for anchor in wanted:
        if anchor.seq > before.seq:
            findings.append(Finding(before.seq + 1, anchor.seq, Fault.CUT_OFF))
        elif links.get(anchor.seq, anchor.link) != anchor.link:
            findings.append(Finding(anchor.seq, anchor.seq, Fault.OTHER))
    proven = wanted[-1].seq if wanted and not findings else 0
    return Verdict(len(told) + len(silent), len(silent & deleted), proven, tuple(sorted(findings)))


def _fault_of_chain(entry: Kept, before: Anchor) -> Fault | None:
    if entry.seq > before.seq + 1:
        return Fault.MISSING  # what it follows is not there, so that cannot be looked at
    follows = link_of(before.link, entry.seq, entry.at, entry.commitment)
    # The lengths of what is hashed together are fixed, or the same bytes could be cut elsewhere.
    whole = entry.seq == before.seq + 1 and len(entry.commitment) == len(GENESIS)
    return None if whole and entry.link == follows else Fault.CHANGED


def _text_holds(entry: Kept) -> bool:
    if entry.text is None:
        return True
    return len(entry.text.salt) == SALT_BYTES and commitment_of(entry.text, entry.at) == entry.commitment


def _deleted_by(entry: Kept) -> set[int]:
    """Return the older entries whose texts were deleted when this one was written."""
    if entry.text is None or entry.text.act != Act.TEXTS_DELETED:
        return set()
    try:
        return numbers_in(json.loads(entry.text.details)["entries"], below=entry.seq)
    except (ValueError, TypeError, KeyError, AttributeError):
        return set()  # whatever it is, we did not write it


def _of_texts(numbers: Iterable[int], fault: Fault) -> list[Finding]:
    return [Finding(each, each, fault) for each in numbers]
