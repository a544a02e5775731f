"""The forms: what was sent is read into values, or into the names of the sentences that say what is wrong."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from config.consent_texts import wording
from domain.address import email_of, phone_of, takes_messages
from domain.contact import Platform
from domain.sign_up import EMAIL, FOR_TOPICS, SMS, SignUp
from domain.topic import TOPICS

#: A field that people do not see: whoever fills it in is a program.
TRAP = "website"
MAX_LINE = 100
#: What a page of a person is called at both platforms; ids of profiles without a name are digits.
_HANDLE = re.compile(r"[A-Za-z0-9_.]{1,50}")
_PROFILE = re.compile(
    r"(?:https?://)?(?:www\.|m\.|mobile\.)?(?:x|twitter|facebook)\.com/([^/?#]+)/?(?:[?#].*)?", re.IGNORECASE
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")

Sent = Mapping[str, list[str]]


class Joining(NamedTuple):
    """A sign-up form as it was sent, and what is wrong with it, as names of words."""

    signed: SignUp
    wrong: list[str]


def first(sent: Sent, name: str) -> str:
    """Return a field's value, "" where it was not sent."""
    return sent.get(name, [""])[0].strip()


def handle_of(sent: Sent) -> tuple[str, str] | None:
    """Return platform and handle; None where they are none."""
    platform, written = first(sent, "platform"), first(sent, "handle")
    profile = _PROFILE.fullmatch(written)
    handle = (profile[1] if profile else written).removeprefix("@")
    if platform not in set(Platform) or not _HANDLE.fullmatch(handle):
        return None
    return platform, handle


def joining_of(sent: Sent, language: str, controller: str, *, now: datetime) -> Joining:
    """Read a sign-up form."""
    name, area = first(sent, "name"), first(sent, "area")
    email, phone = first(sent, "email"), first(sent, "phone")
    channels = tuple(each for each in (EMAIL, SMS) if each in sent.get("consent", []))
    topics = tuple(each for each in TOPICS if each in sent.get("topic", []))
    kept_phone = phone_of(phone)
    for_topics = FOR_TOPICS in sent.get("consent", [])
    checks = {
        "text_bad": any(len(each) > MAX_LINE or _CONTROL.search(each) for each in (name, area)),
        "email_bad": email_of(email) is None,
        "phone_bad": bool(phone) and (kept_phone is None or not takes_messages(kept_phone)),
        "email_consent_missing": EMAIL not in channels,
        "sms_consent_missing": bool(phone) and SMS not in channels,
        "phone_missing": not phone and SMS in channels,
        "topics_consent_missing": bool(topics) and not for_topics,
    }
    signed = SignUp(
        name=name or None,
        email=email_of(email),
        phone=kept_phone,
        language=language,
        channels=channels,
        topics=topics,
        area=area or None,
        consent=agreed(language, channels, topics, controller),
        source="join page",
        taken_by="page",
        at=now,
    )
    return Joining(signed, [each for each, is_wrong in checks.items() if is_wrong])


def agreed(language: str, channels: tuple[str, ...], topics: tuple[str, ...], controller: str) -> str:
    """Return the words that somebody agrees to who ticks these."""
    return wording(language, (*channels, *((FOR_TOPICS,) if topics else ())), controller)
