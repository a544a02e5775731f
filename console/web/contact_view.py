"""One contact: all that may be seen of it, in sentences; that it was read is entered in the journal."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from fastapi import FastAPI, HTTPException, Response
from sqlalchemy import Connection, RowMapping

from classifier.explanation import say_act
from classifier.notices import Notice, status
from classifier.refusals import say_channel, say_gate
from classifier.topic_rules import Inferred, inferable
from console.telling import sentence_of
from console.visible import shown
from console.web import formats
from console.web.access import Operator
from console.web.desk import Desk, Visit
from console.web.rendering import page
from domain.admission import Admission, Facts
from domain.channel import ChannelAnswer
from domain.contact import ContactKey
from domain.journal import Act, Entry
from domain.label import Label
from domain.signal import Signal, SignalKind
from domain.topic import TOPICS
from pipeline.admit import asked
from store import choices, consents, decisions, interests, journal, notices, reading
from store.choices import PINNED
from store.database import Database

#: Acts on a page at first, and when more are asked for; earlier decisions.
ACTS, MORE_ACTS, DECISIONS = 30, 500, 20
#: What is said above a contact after something was done.
DONE = ("why", "override", "waits", "confirm", "take_back", "topics")


def add_routes(app: FastAPI) -> None:
    """Add the routes."""
    desk: Desk = app.state.desk

    @app.get("/contacts/{contact_id}")
    def show(visit: Operator, contact_id: str) -> Response:
        return contact_page(desk, visit, number_of(contact_id))


def number_of(written: str) -> int:
    """Read a contact's number out of an address; raises the 404 of a contact that is not there."""
    if not (written.isascii() and written.isdecimal() and len(written) < 19):
        raise HTTPException(404)
    return int(written)


def key_of(contact: Mapping[Any, Any]) -> ContactKey:
    """Return the key of a contact's row."""
    return ContactKey(contact["platform"], contact["platform_id"])


def known_contact(connection: Connection, contact_id: int) -> RowMapping:
    """Return a contact by its number; raises the same 404 for one that was erased and one that never was."""
    found = reading.numbered(connection, contact_id)
    if found is None:
        raise HTTPException(404)
    return found


def enter(database: Database, visit: Visit, contact: Mapping[Any, Any], act: Act, **details: int) -> None:
    """Enter that a contact was read; raises the 404 where it has gone meanwhile, so that it is not shown."""
    with database.write() as connection:
        if key_of(known_contact(connection, contact["id"])) != key_of(contact):
            raise HTTPException(404)
        journal.record(connection, Entry(visit.actor, act, visit.now, key_of(contact), details=details))


def contact_page(desk: Desk, visit: Visit, contact_id: int, status_: int = 200, wrong: str = "") -> Response:
    """Make the page of a contact; `wrong` is why something that was asked was not done."""
    most = MORE_ACTS if visit.query.get("acts") == "more" else ACTS
    with desk.database.read() as connection:
        contact = known_contact(connection, contact_id)
        acts = _acts(connection, visit, contact, most + 1)
        decided = decisions.of_contact(connection, contact_id, most=DECISIONS)
        facts, admission, channels = _asked(desk, connection, visit, contact_id)
        seen = {
            "interests": _interests(connection, contact_id),
            "removed": choices.of_contacts(connection, [contact_id])
            .get(contact_id, choices.Choices())
            .removed,
            "consents": consents.of_contact(connection, contact_id),
            "notice": _notice(notices.facts(connection, [contact_id]).get(contact_id), visit.now),
            "topics": _topics(desk, connection, contact["platform"]),
        }
    shown_texts = sum(each["text"] is not None for each in acts[:most])
    enter(desk.database, visit, contact, Act.CONTACT_SHOWN, texts=shown_texts)
    done = visit.query.get("done")
    return page(
        visit,
        "contacts/one",
        status_,
        contact=contact,
        key=str(key_of(contact)),
        sentences=[_sentence(visit, contact, each) for each in decided],
        acts=acts[:most],
        has_more=len(acts) > most,
        may_have_more=most < MORE_ACTS,
        gates=_gates(visit, admission),
        channels=_channels(visit, channels),
        stands=_stands(contact, admission),
        override=facts.override,
        regular=facts.label is Label.REGULAR,
        done=done if done in DONE else None,
        wrong=wrong,
        **seen,
    )


def day_writer(visit: Visit) -> Any:
    """Return what writes the day of a moment where the user is."""
    return lambda moment: formats.day(moment, visit.zone, visit.language)


def _asked(
    desk: Desk, connection: Connection, visit: Visit, contact_id: int
) -> tuple[Facts, Admission, tuple[ChannelAnswer, ...]]:
    policy = desk.runtime.policy_in_force(connection)
    return asked(connection, contact_id, policy, desk.runtime.settings.controller, now=visit.now)


def _sentence(visit: Visit, contact: Mapping[Any, Any], row: Mapping[Any, Any]) -> dict[str, Any]:
    told = sentence_of(contact, row, language=visit.language, day=day_writer(visit))
    return {"sentence": told, "at": row["decided_at"], "label": row["label"]}


def _acts(
    connection: Connection, visit: Visit, contact: Mapping[Any, Any], most: int
) -> list[dict[str, Any]]:
    """Return acts in sentences, the newest first, each with its text while that may be read."""
    told = []
    for each in reading.signals_of(connection, contact["id"], now=visit.now, most=most):
        act = Signal(key_of(contact), SignalKind(each["kind"]), each["item"], each["started_at"])
        sentence = say_act(
            act,
            account=each["account"],
            known_at=each["seen_at"],
            language=visit.language,
            day=day_writer(visit),
        )
        told.append({**each, "sentence": shown(sentence), "at": each["started_at"] or each["seen_at"]})
    return sorted(told, key=lambda each: each["at"], reverse=True)


def _topics(desk: Desk, connection: Connection, platform: str) -> list[str]:
    """Return the topics that the pack in force lets a human tie to a contact of a platform."""
    allowed = inferable(desk.runtime.policy_in_force(connection).topics, Inferred.CONTACTS)
    return [each for each in TOPICS if (each, platform) in allowed]


def _interests(connection: Connection, contact_id: int) -> list[dict[str, Any]]:
    return [
        {**each, "words": orjson.loads(each["words"]), "pinned": each["choice"] == PINNED}
        for each in interests.of_contact(connection, contact_id)
    ]


def _gates(visit: Visit, admission: Admission) -> list[dict[str, Any]]:
    return [
        {
            **each._asdict(),
            "sentence": say_gate(each, language=visit.language, now=visit.now, day=day_writer(visit)),
        }
        for each in admission.answers
    ]


def _channels(visit: Visit, answers: Sequence[ChannelAnswer]) -> list[dict[str, Any]]:
    return [
        {
            **each._asdict(),
            "open": each.addressable,
            "sentence": say_channel(each, language=visit.language, day=day_writer(visit)),
        }
        for each in answers
    ]


def _stands(contact: Mapping[Any, Any], admission: Admission) -> str:
    """Say in a word how a contact stands with the messaging store."""
    if contact["admitted_at"] is None:
        return "out"
    return "admitted" if admission.admitted else "refused"


def _notice(notice: Notice | None, now: datetime) -> dict[str, Any]:
    if notice is None:
        return {"status": "unknown", "at": None}
    return {"status": status(notice, now).value, "at": notice.given_at or notice.due_at}
