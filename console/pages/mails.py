"""The mail that confirms a sign-up: nothing that a stranger wrote into the form stands in it."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import NamedTuple

from console.pages.words import words


class Letter(NamedTuple):
    """What goes into the mail; `receiver` is an address as `domain.address` keeps it: it adds no header."""

    sender: str
    receiver: str
    controller: str
    language: str
    link: str
    objected: bool
    #: Whether somebody who signed up long ago is asked anew.
    again: bool = False


def confirmation(letter: Letter, *, now: datetime) -> EmailMessage:
    """Write the mail."""
    said = words(letter.language)
    mail = EmailMessage()
    mail["From"] = Address(display_name=letter.controller, addr_spec=letter.sender)
    mail["To"] = Address(addr_spec=letter.receiver)
    mail["Subject"] = said["again_subject" if letter.again else "mail_subject"]
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = make_msgid(domain=letter.sender.rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no robot answers it
    text = said["again_text" if letter.again else "mail_text"] + (
        said["mail_objected"] if letter.objected else ""
    )
    mail.set_content(text.replace("{controller}", letter.controller).replace("{link}", letter.link))
    return mail
