"""Addresses that people gave: e-mail and phone, written one way so that the same one is known again."""

import re

#: Longest address that mail can carry (RFC 5321, 4.5.3.1).
MAX_EMAIL, MAX_LOCAL = 254, 64

_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])")
_BETWEEN_DIGITS = re.compile(r"[\s.\-/\u2010-\u2015\u202a-\u202e\u2060\ufeff]+")
_DIGITS = re.compile(r"\+[1-9][0-9]{7,14}")
#: Country codes of what begins so in the French plan; all else there is 33 (Arcep, numbering plan). Numbers
#: from 06 39 98 are nobody's: they are for stories, and for our tests.
_OVERSEAS = {
    "063998": "33",
    "0262": "262", "0263": "262", "0269": "262", "0639": "262", "0692": "262", "0693": "262",
    "0590": "590", "0690": "590", "0691": "590",
    "0594": "594", "0694": "594",
    "0596": "596", "0696": "596", "0697": "596",
}  # fmt: skip


def email_of(written: str) -> str | None:
    """Return an e-mail address as it is kept: lower case, its domain in ASCII; None where it is none."""
    local, at, domain = written.strip().lower().rpartition("@")
    if not at:
        return None
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    address = f"{local}@{domain}"
    if len(address) > MAX_EMAIL or len(local) > MAX_LOCAL:
        return None
    return address if _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain) else None


def phone_of(written: str) -> str | None:
    """Return a phone number as it is kept, such as +33639980001; None where its country cannot be known.

    A number of ten digits that begins with 0 is French. One that lost its 0 in a spreadsheet is refused:
    nobody guesses whose it might be.
    """
    bare = _BETWEEN_DIGITS.sub("", written.replace("(0)", "")).translate({40: None, 41: None})
    if bare.startswith("00"):
        bare = f"+{bare[2:]}"
    elif re.fullmatch(r"0[1-9][0-9]{8}", bare):
        code = _OVERSEAS.get(bare[:6]) or _OVERSEAS.get(bare[:4], "33")
        bare = f"+{code}{bare[1:]}"
    if not _DIGITS.fullmatch(bare):
        return None
    return bare if not bare.startswith("+33") or re.fullmatch(r"\+33[1-9][0-9]{8}", bare) else None


def takes_messages(phone: str) -> bool:
    """Tell whether a number can receive an SMS, as far as it shows: in France 06 and 07 do."""
    return not phone.startswith("+33") or phone[3] in "67"
