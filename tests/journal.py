"""A journal without a database: entries in memory, and every way to do something to one of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from domain.contact import ContactKey
from domain.journal import GENESIS, Act, Entry, commitment_of, link_of, text_of, written_at
from domain.journal_proof import Kept
from tests.cast import ADA, BO, NOW

SALT = bytes(range(32))
WORDS = st.text(st.characters(codec="utf-8"), max_size=12)
DETAILS = st.dictionaries(WORDS, st.none() | st.booleans() | st.integers() | WORDS, max_size=3)
#: Any act but that of deleting texts, whose details mean something.
ACTS = st.sampled_from([each for each in Act if each is not Act.TEXTS_DELETED])
SUBJECTS = st.none() | st.sampled_from([ADA, BO]) | st.builds(ContactKey, st.just("facebook"), WORDS)
ENTRIES = st.builds(
    Entry,
    actor=WORDS,
    act=ACTS,
    at=st.integers(0, 10**12).map(lambda each: NOW + timedelta(microseconds=each)),
    subject=SUBJECTS,
    why=WORDS,
    details=DETAILS,
)
SHOWN = Entry("cli:ada", Act.CONTACT_SHOWN, NOW, ADA, "she asked", {"run": 7})


def shown(number: int, subject: ContactKey | None = ADA) -> Entry:
    """Make an entry that differs from others by its number."""
    return replace(SHOWN, subject=subject, details={"run": number}, at=NOW + timedelta(seconds=number))


def kept(entries: Sequence[Entry]) -> list[Kept]:
    """Chain entries as a database would hold them; salts follow from their places."""
    rows: list[Kept] = []
    link = GENESIS
    for seq, each in enumerate(entries, start=1):
        text, at = text_of(each, bytes([seq % 256]) * 32), written_at(each.at)
        commitment = commitment_of(text, at)
        link = link_of(link, seq, at, commitment)
        rows.append(Kept(seq, at, commitment, link, text))
    return rows


def another(value: Any) -> Any:
    """Return a value of the same kind that differs in one place."""
    if isinstance(value, bytes):
        return bytes([value[0] ^ 1]) + value[1:] if value else b"\0"
    if isinstance(value, int):
        return value + 1
    return "another" if value is None else f"{value}x"
