"""The notice: its text in French or English, with every field of GDPR art. 14(1)-(2), or none at all."""

import hashlib
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from config.templates import render
from domain.errors import RegularsError

LANGUAGES = ("fr", "en")
#: Each field, and what fills it in where it is empty.
FIELDS: Mapping[str, str] = {
    "title": "",
    "objection": "",
    "objection_url": "set REGULARS_PUBLIC_URL to the public address under which people can object",
    "controller": "set REGULARS_CONTROLLER_NAME",
    "contact": "set REGULARS_CONTROLLER_ADDRESS to a postal and an e-mail address",
    "dpo": "set REGULARS_DPO to the officer's contact, or to none",
    "purposes": "",
    "legal_basis": "say what kind of controller answers for the data",
    "legitimate_interest": "say what kind of controller answers for the data",
    "categories": "",
    "source": "connect an account with `regulars account add`",
    "public_access": "",
    "recipients": "set REGULARS_RECIPIENTS to who else gets the data, or to none",
    "transfers": "set REGULARS_TRANSFERS to the countries and safeguards, or to none",
    "keeping": "",
    "rights": "",
    "withdrawal": "",
    "complaint": "",
    "automated": "",
    "notice_url": "set REGULARS_NOTICE_URL to the public address of the notice",
}


class NoticeError(RegularsError):
    """Raised when the text of a notice would lack something that the law asks for."""


class NoticeText(NamedTuple):
    """A text that may be given, and its version: the SHA-256 of its UTF-8, in hexadecimal."""

    language: str
    text: str
    version: str


def build(fields: Mapping[str, Any], language: str) -> NoticeText:
    """Write the notice; raises NoticeError that names the first field which is missing or empty."""
    if language not in LANGUAGES:
        raise NoticeError(f"There is no notice in {language!r}; there are fr and en.")
    for name, remedy in FIELDS.items():
        if _is_empty(fields.get(name)):
            what_to_do = remedy or "fill it in"
            raise NoticeError(f"The notice lacks its field {name} (GDPR art. 13-14); {what_to_do}.")
    text = render(f"notices/{language}.md.j2", fields)
    return NoticeText(language, text, hashlib.sha256(text.encode()).hexdigest())


@cache
def words(language: str) -> Mapping[str, Any]:
    """Return the sentences of the notice that are the same for everybody."""
    return tomllib.loads(files("config").joinpath("notices", f"{language}.toml").read_text(encoding="utf-8"))


def _is_empty(value: Any) -> bool:
    if isinstance(value, str):
        return not value.strip()
    return not value or any(_is_empty(each) for each in value)
