"""Cards: a contact as a vCard 3.0 (RFC 2426) or 4.0 (RFC 6350, social profiles by RFC 9554)."""

import re

from exports.presets.columns import WORDS, email_of, phone_of, platform_of, url_of
from exports.presets.preset import Record

#: Octets of a line at most; longer ones go on behind a line break and a space.
_WIDTH = 75
_CONTROLS = re.compile("[\x00-\x1f\x7f]")


def card(record: Record, version: str) -> str:
    """Return a contact's card, its lines ended by CR LF.

    Its UID is the contact's key, by which an address book knows it again. Text stays as it is where a card
    can carry it: no spreadsheet reads it.
    """
    four = version == "4.0"
    name = _plain(record.get("display_name") or record.get("handle") or record["contact_key"])
    lines = [
        "BEGIN:VCARD",
        f"VERSION:{version}",
        f"UID:{_text(_plain(record['contact_key']))}",
        f"FN:{_text(name or record['contact_key'])}",
        *([] if four else [f"N:{_text(name or record['contact_key'])};;;;"]),
        *_profile(record, four=four),
    ]
    if email := email_of(record):
        lines.append(f"EMAIL{'' if four else ';TYPE=INTERNET'}:{_text(email)}")
    if number := (phone_of(record) or "").strip("()"):
        lines.append(f"TEL;TYPE=cell;VALUE=uri:tel:{number}" if four else f"TEL;TYPE=CELL:{number}")
    if four and (language := _text(_plain(record.get("language") or ""))):
        lines.append(f"LANG:{language}")
    topics = [_text(topic) for each in record.get("declared_topics", ()) if (topic := _plain(each))]
    lines += [f"CATEGORIES:{','.join(['regulars', *topics])}", "END:VCARD"]
    return "".join(f"{_folded(each)}\r\n" for each in lines)


def _profile(record: Record, *, four: bool) -> list[str]:
    url = url_of(record)
    if url is None:
        return []
    service, handle = WORDS[platform_of(record)], _plain(record.get("handle") or "").replace('"', "")
    user = f';{"USERNAME" if four else "x-user"}="{handle}"' if handle else ""
    if four:
        return [f"SOCIALPROFILE;SERVICE-TYPE={service}{user}:{url}"]
    return [f"X-SOCIALPROFILE;TYPE={service.lower()}{user}:{url}", f"URL:{url}"]


def _plain(text: str) -> str:
    """Return a text as one line: cards can hold breaks, but no reader of names expects them."""
    return " ".join(_CONTROLS.sub(" ", _fit(text)).split())


def _fit(text: str) -> str:
    return text if text.isascii() and len(text) <= 1_000 else text[:1_000].encode("utf-8", "ignore").decode()


def _text(text: str) -> str:
    """Escape a text as both versions ask."""
    return text.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;").replace("\n", "\\n")


def _folded(line: str) -> str:
    """Fold a line at 75 octets, between characters."""
    if len(line) <= _WIDTH and line.isascii():
        return line
    parts, room = [""], _WIDTH
    for each in line:
        size = len(each.encode())
        if size > room:
            parts.append(" ")
            room = _WIDTH - 1
        parts[-1] += each
        room -= size
    return "\r\n".join(parts)
