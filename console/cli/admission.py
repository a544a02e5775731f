"""`regulars contacts explain` and `override`: every gate with its answer, an operator's word on a label."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import typer
from sqlalchemy import Connection

from classifier.refusals import LANGUAGES, say_channel, say_gate
from console.cli.acting import enter
from console.cli.contact_key import Key, key_of
from console.cli.start import runtime
from console.cli.words import iso, out, print_table
from domain.admission import Admission, OverrideFacts
from domain.channel import ChannelAnswer
from domain.errors import RegularsError
from domain.journal import Act
from domain.label import Label
from pipeline import override as verbs
from pipeline.admit import asked
from workers.runtime import Runtime, system_user, utc_now

Language = Annotated[
    str | None, typer.Option("--language", help="en or fr; by default that of your system, else en.")
]


def language_of(given: str | None, environment: Mapping[str, str]) -> str:
    """Return the language to speak; raises RegularsError for one that is not spoken."""
    if given is not None:
        if given not in LANGUAGES:
            raise RegularsError(f"{given!r} is not spoken here; choose {' or '.join(LANGUAGES)}.")
        return given
    told = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := environment.get(name))), "")
    return told[:2] if told[:2] in LANGUAGES else "en"


def gates_of(open_runtime: Runtime, connection: Connection, contact_id: int, language: str) -> dict[str, Any]:
    """Ask every gate and channel of a contact, ready to be written as JSON."""
    now = utc_now()
    policy = open_runtime.policy_in_force(connection)
    controller, to_others = open_runtime.settings.controller, open_runtime.to_others(connection)
    _, admission, channels = asked(connection, contact_id, policy, controller, now=now, to_others=to_others)
    return {
        "admitted": admission.admitted,
        "gates": _gates(admission, language, now),
        "channels": _channels(channels, language),
    }


def tell_gates(asked_of: Mapping[str, Any]) -> None:
    """Show the gates and the channels as tables."""
    print_table(
        ("gate", "answer", "date", "source"),
        (
            (each["gate"], each["sentence"], _day(each["at"]), f"{each['source']} ({each['checked_on']})")
            for each in asked_of["gates"]
        ),
    )
    print_table(
        ("channel", "answer", "date", "source"),
        (
            (each["channel"], each["sentence"], _day(each["at"]), f"{each['source']} ({each['checked_on']})")
            for each in asked_of["channels"]
        ),
    )


def override(
    key: Key,
    to: Annotated[
        str | None, typer.Option("--to", help="none or occasional; regular needs a stored consent.")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why, in words that others understand.")] = "",
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Confirm what another user of the system wants to raise.")
    ] = False,
    take_back: Annotated[
        bool, typer.Option("--take-back", help="Forget the override: the contact's acts decide again.")
    ] = False,
) -> None:
    """Decide a contact's label yourself; later harvests respect it.

    Lowering holds at once. Raising to regular is done for one contact at a time, needs a stored proof of its
    consent, and waits until a second person, signed in as another user of the system, says --confirm. Your
    name on this system is kept with the reason. No override outweighs an objection.
    """
    if sum((to is not None, confirm, take_back)) != 1:
        raise RegularsError("Give one of --to, --confirm and --take-back.")
    contact, open_runtime, now = key_of(key), runtime(), utc_now()
    with open_runtime.database.write() as connection:
        policy = open_runtime.policy_in_force(connection)
        if confirm:
            label = verbs.confirm(connection, contact, system_user(), policy, now=now)
        elif take_back:
            label = verbs.take_back(connection, contact, policy, now=now)
        else:
            word = OverrideFacts(_label(to), now, system_user(), reason)
            label = verbs.override(connection, contact, word, policy, now=now)
        what = to or ("confirmed" if confirm else "taken back")
        enter(connection, Act.LABEL_OVERRIDDEN, contact, reason, to=what)
    if to == Label.REGULAR.word:
        out.print("This waits for a second person: regulars contacts override KEY --confirm")
    else:
        out.print(f"The contact is {label.word} now.")


def _label(word: str | None) -> Label:
    choices = {each.word: each for each in (Label.NONE, Label.OCCASIONAL, Label.REGULAR)}
    if word not in choices:
        raise RegularsError(f"There is no label {word!r} to give; there are {', '.join(choices)}.")
    return choices[word]


def _gates(admission: Admission, language: str, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "gate": each.gate.value,
            "passed": each.passed,
            "sentence": say_gate(each, language=language, now=now),
            "at": iso(each.at),
            "source": each.source,
            "checked_on": each.checked_on.isoformat(),
        }
        for each in admission.answers
    ]


def _channels(answers: tuple[ChannelAnswer, ...], language: str) -> list[dict[str, Any]]:
    return [
        {
            "channel": each.channel.value,
            "addressable": each.addressable,
            "because": each.hindrance.value if each.hindrance else None,
            "sentence": say_channel(each, language=language),
            "at": iso(each.at),
            "source": each.source,
            "checked_on": each.checked_on.isoformat(),
        }
        for each in answers
    ]


def _day(moment: str | None) -> str:
    return moment[:10] if moment else ""
