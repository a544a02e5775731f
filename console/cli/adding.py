"""`regulars contacts add`: one person who agreed to be written to, with the proof of it."""

import json as json_module
import sys
from datetime import UTC, date, datetime, time
from typing import Annotated, Any

import typer

from console.cli.acting import enter
from console.cli.start import runtime
from console.cli.words import out, print_json
from console.visible import shown
from domain.contact import ContactKey
from domain.errors import RegularsError
from domain.journal import Act
from domain.sign_up import CHANNELS, SIGNUP, SignUp
from pipeline.signing_up import sign_up
from store import contacts
from workers.runtime import system_user, utc_now

#: Characters that standard input may hold.
MOST = 100_000
#: What may be said of a person, in the order of the questions. Those with a mark must be.
QUESTIONS = {
    "name": "Who agreed (their name)?*",
    "given_on": "When (such as 2026-03-31)?*",
    "source": "Where (such as: met at the market)?*",
    "consent": "What was said (the words agreed to)?*",
    "email": "E-mail address, if they agreed to e-mails?",
    "phone": "Mobile number, if they agreed to messages on it?",
    "topics": "Topics that they named, with commas?",
    "area": "Where they live, as they wrote it?",
    "language": "Their language, fr or en?*",
}
NEEDED = tuple(name for name, question in QUESTIONS.items() if question.endswith("*"))
WHAT = {
    "name": "who agreed",
    "given_on": "when",
    "source": "where",
    "consent": "what was said",
    "language": "in which language",
}


def add(
    as_json: Annotated[
        bool, typer.Option("--json", help="For programs: one object with the contact's key.")
    ] = False,
) -> None:
    """Add one person who agreed to be written to: who, when, where, and what was said.

    Asks at a terminal; else reads one JSON object from standard input, with name, given_on, source, consent
    and language, and of email, phone, topics (a list) and area what there is. Who gave an e-mail address or
    a phone agreed to that; leave out what they did not agree to. Nothing of it stands in the command line.
    """
    said = _asked() if sys.stdin.isatty() else _read()
    signed = _signed(said)
    open_runtime = runtime()
    now = utc_now()

    def act(connection: Any) -> ContactKey:
        policy, suppressor = open_runtime.policy_in_force(connection), open_runtime.suppressor_of(connection)
        outcome = sign_up(connection, [signed], policy, suppressor, now=now)
        if outcome.invalid:
            raise RegularsError(f"Nobody was added: {outcome.invalid[0][1]}.")
        if outcome.suppressed:
            raise RegularsError("Nobody was added: this person objected, and only they can take that back.")
        (contact_id,) = outcome.contact_ids.values()
        key = ContactKey(SIGNUP, contacts.by_id(connection, [contact_id])[contact_id].platform_id)
        enter(connection, Act.CONTACT_ADDED, key, known=bool(outcome.known))
        return key

    key = open_runtime.database.transact(act)
    if as_json:
        print_json({"contact_key": str(key)})
    else:
        out.print(f"{key} is a regular contact, with the proof of its consent.")


def _asked() -> dict[str, Any]:
    said: dict[str, Any] = {
        name: typer.prompt(question.removesuffix("*"), default="", show_default=False, err=True)
        for name, question in QUESTIONS.items()
    }
    said["topics"] = said["topics"].replace(",", " ").split()
    return said


def _read() -> dict[str, Any]:
    written = sys.stdin.read(MOST + 1)
    try:
        said = json_module.loads(written) if len(written) <= MOST else None
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise RegularsError(
            "Standard input must hold one JSON object; `regulars contacts add --help` says which."
        )
    unknown = sorted(set(said) - set(QUESTIONS))
    if unknown:
        raise RegularsError(f"Nothing is kept under {shown(unknown[0])!r}; there are {', '.join(QUESTIONS)}.")
    return said


def _signed(said: dict[str, Any]) -> SignUp:
    topics = said.get("topics") or []
    texts = {name: value for name, value in said.items() if name != "topics" and value is not None}
    wrong = [name for name, value in texts.items() if not isinstance(value, str)]
    if wrong or not (isinstance(topics, list) and all(isinstance(each, str) for each in topics)):
        raise RegularsError(f"{(wrong or ['topics'])[0]} must be text, and topics a list of texts.")
    missing = [WHAT[name] for name in NEEDED if not texts.get(name, "").strip()]
    if missing:
        raise RegularsError(f"Without proof nobody is added: say {', '.join(missing)}.")
    email, phone = (texts.get(name, "").strip() or None for name in ("email", "phone"))
    given = dict(zip(CHANNELS, (email, phone), strict=True))
    return SignUp(
        texts["name"].strip(),
        email,
        phone,
        texts["language"].strip(),
        tuple(channel for channel, address in given.items() if address),
        tuple(topics),
        texts.get("area", "").strip() or None,
        texts["consent"].strip(),
        texts["source"].strip(),
        system_user(),
        _moment(texts["given_on"].strip()),
    )


def _moment(written: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(written), time(), UTC)
    except ValueError:
        raise RegularsError("given_on must be a date such as 2026-03-31.") from None
