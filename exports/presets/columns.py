"""Columns that presets share: each takes the target's name for it and reads one thing of a record."""

import re
from collections.abc import Callable
from functools import lru_cache, partial
from typing import TypeAlias

from domain.contact import Platform
from domain.sign_up import SIGNUP
from exports.presets.cells import MAX_CHARS, clean, exact, named, within
from exports.presets.preset import Column, Read, Record

#: What a text comes to, in a target's measure.
Size: TypeAlias = Callable[[str], int]

#: Set in the field for our topics where a contact has none: an empty cell is not understood by every target.
NONE = "none"
#: Languages as most targets write them, by ours.
TAGS = {"fr": "fr", "en": "en"}
LOCALES = {"fr": "fr_FR", "en": "en_US"}
#: How people see a platform called.
WORDS = {Platform.TWITTER: "X", Platform.FACEBOOK: "Facebook", SIGNUP: "sign-up"}


def key(name: str, most: int = MAX_CHARS) -> Column:
    """Make the column of the contact's key, the one thing by which a target knows it again."""
    return Column(name, "contact_key", partial(_key, most=most))


def whole_name(name: str, most: int = MAX_CHARS, size: Size = len) -> Column:
    """Make the column of the whole name; who has none is called by handle or key.

    `most` is what `size` may come to: characters, or bytes.
    """
    said = "display_name, else handle, else contact_key"
    return Column(name, said, lambda record: within(name_of(record, most), most, size))


def first_word(name: str, most: int = MAX_CHARS) -> Column:
    """Make the column of a name's first word, for targets that want two."""
    return Column(name, "first word of display_name", partial(_first, most=most))


def other_words(name: str, most: int = MAX_CHARS) -> Column:
    """Make the column of the rest of a name; the platform in brackets where it is one word."""
    return Column(name, "rest of display_name, else the platform", partial(_rest, most=most))


def url(name: str) -> Column:
    """Make the column of the address of the contact's profile on X; the others have none."""
    return Column(name, "platform_id, of contacts on X", url_of, optional=True)


def x_handle(name: str) -> Column:
    """Make the column of the handle on X, without @; one that a spreadsheet would change is left out."""
    return Column(name, "handle, of contacts on X", _x_handle, optional=True)


def email(name: str, *, optional: bool = True) -> Column:
    """Make the column of the e-mail address of those who may be written to there."""
    return Column(name, "email, where addressable", email_of, optional)


def known_email(name: str) -> Column:
    """Make the column of an e-mail address that is still known, whether or not it may be written to."""
    return Column(name, "email, while it is known", lambda record: exact(record.get("email") or "", 254))


def phone(name: str, read: Read | None = None, *, optional: bool = True) -> Column:
    """Make the column of the phone number of those who may be sent an SMS."""
    return Column(name, "phone, where addressable", read or phone_of, optional)


def language(name: str, written: dict[str, str] = TAGS) -> Column:
    """Make the column of the language that the contact chose."""
    return Column(name, "language", lambda record: written.get(record.get("language") or ""), optional=True)


def area(name: str) -> Column:
    """Make the column of the area as the contact wrote it; a postcode stays one in a spreadsheet."""
    return Column(name, "area", lambda record: named(record.get("area") or "", "area") or None, optional=True)


def since(name: str) -> Column:
    """Make the column of the day from which the contact is regular, as YYYY-MM-DD."""
    return Column(name, "regular_since", _since, optional=True, usual=True)


def topics(name: str, between: str = ", ", most: int = MAX_CHARS, size: Size = len) -> Column:
    """Make the column of what the contact said it is interested in, in a field that is ours alone."""
    return Column(name, "declared_topics", partial(_topics, between=between, most=most, size=size))


def says(name: str, word: str) -> Column:
    """Make a column that says the same of everybody."""
    return Column(name, f"always `{word}`", lambda _: word)


def name_of(record: Record, most: int = MAX_CHARS) -> str:
    """Return what a contact is called, never nothing."""
    return named(_given(record), _where(record), most)


def platform_of(record: Record) -> str:
    """Return the platform of a record or tombstone."""
    return str(record["contact_key"]).partition(":")[0]


def email_of(record: Record) -> str | None:
    """Return the e-mail address, where the contact may be written to there and a spreadsheet leaves it."""
    return exact(record.get("email") or "", 254) if "email" in record.get("addressable", ()) else None


def phone_of(record: Record) -> str | None:
    """Return the phone number in brackets, for no cell may begin with a plus sign."""
    number = record.get("phone") or ""
    is_one = re.fullmatch(r"\+[0-9]{4,15}", number)
    return f"({number})" if is_one and "sms" in record.get("addressable", ()) else None


def digits_of(record: Record) -> str | None:
    """Return the phone number as its digits, country first."""
    number = phone_of(record)
    return number.strip("(+)") if number else None


def url_of(record: Record) -> str | None:
    """Return the address of a profile on X by its id, which outlives the handle.

    A contact on Facebook has none: what we hold of it is an id for one page alone.
    """
    platform, _, number = str(record["contact_key"]).partition(":")
    return f"https://x.com/i/user/{number}" if platform == Platform.TWITTER and number.isdecimal() else None


def bytes_of(text: str) -> int:
    """Return how many bytes a text takes."""
    return len(text.encode())


#: What reads the address of a channel that is open.
READS: dict[str, Read] = {"email": email_of, "sms": phone_of}


def _key(record: Record, most: int) -> str | None:
    return exact(record["contact_key"], most)


def _given(record: Record) -> str:
    given = (record.get("display_name"), record.get("handle"), record["contact_key"])
    return next((name for each in given if each and (name := clean(each))), "contact")


def _where(record: Record) -> str:
    return WORDS.get(platform_of(record), "contact")


def _first(record: Record, most: int) -> str:
    return named(_given(record).partition(" ")[0], _where(record), most)


def _rest(record: Record, most: int) -> str:
    return named(_given(record).partition(" ")[2], _where(record), most) or f"({_where(record)})"


def _x_handle(record: Record) -> str | None:
    if platform_of(record) != Platform.TWITTER:
        return None
    return exact((record.get("handle") or "").removeprefix("@"))


def _since(record: Record) -> str | None:
    at = record.get("regular_since")
    day = (at if isinstance(at, str) else at.isoformat())[:10] if at else ""
    return day if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", day) else None


def _topics(record: Record, between: str, most: int, size: Size) -> str:
    kept = [each for topic in record.get("declared_topics", ()) if (each := _topic(topic, between))]
    while size(between.join(kept)) > most:
        kept.pop()
    return between.join(kept) or NONE


@lru_cache(maxsize=1_000)
def _topic(topic: str, between: str) -> str:
    return named(clean(topic).replace(between.strip() or between, " "), "topic").strip()
