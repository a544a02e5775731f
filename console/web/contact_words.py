"""What is said of a contact by hand: why it was looked at, and what its label is to be."""

from typing import Any

from fastapi import FastAPI, HTTPException, Response
from sqlalchemy import Connection, RowMapping

from console.web.access import Manager, Operator
from console.web.contact_view import contact_page, enter, key_of, known_contact, number_of
from console.web.desk import Desk, Visit
from console.web.rendering import after, page, words
from console.web.told import told
from domain.admission import OverrideFacts
from domain.errors import RegularsError
from domain.journal import Act, Entry
from domain.label import Label
from domain.person import is_same_person
from pipeline import override as verbs
from store import choices, interests, journal, overrides
from store.admission_inputs import NOTHING, inputs_of

#: What a label can be changed to, and the most characters of a reason.
CHOICES = {each.word: each for each in (Label.OCCASIONAL, Label.NONE, Label.REGULAR)}
LONGEST_REASON = 500


def add_routes(app: FastAPI) -> None:
    """Add the routes."""
    desk: Desk = app.state.desk

    @app.post("/contacts/{contact_id}/why")
    def why(visit: Operator, contact_id: str) -> Response:
        number = number_of(contact_id)
        with desk.database.write() as connection:
            contact = meant(connection, visit, number)
            entry = Entry(visit.actor, Act.CONTACT_SHOWN, visit.now, key_of(contact), visit.sent("why"))
            journal.record(connection, entry)
        return after(f"/contacts/{number}?done=why")

    @app.get("/contacts/{contact_id}/override")
    def ask(visit: Manager, contact_id: str) -> Response:
        return _override_page(desk, visit, number_of(contact_id))

    @app.post("/contacts/{contact_id}/override")
    def override(visit: Manager, contact_id: str) -> Response:
        number, to = number_of(contact_id), CHOICES.get(visit.sent("to"))
        reason = visit.sent("reason")[:LONGEST_REASON]
        with desk.database.read() as connection:
            wrong = _hindrance(connection, meant(connection, visit, number), to, reason)
        if to is None or wrong:
            return _override_page(desk, visit, number, 422, wrong)
        try:
            with desk.database.write() as connection:
                contact = meant(connection, visit, number)
                word = OverrideFacts(to, visit.now, visit.actor, reason)
                policy = desk.runtime.policy_in_force(connection)
                verbs.override(connection, key_of(contact), word, policy, now=visit.now)
                journal.record(connection, _decided(visit, contact, reason, to.word))
        except RegularsError as error:
            return _override_page(desk, visit, number, 422, str(error))
        return after(f"/contacts/{number}?done={'waits' if to is Label.REGULAR else 'override'}")

    @app.post("/contacts/{contact_id}/override/confirm")
    def confirm(visit: Manager, contact_id: str) -> Response:
        return _settled(desk, visit, number_of(contact_id), "confirm")

    @app.post("/contacts/{contact_id}/override/take-back")
    def take_back(visit: Manager, contact_id: str) -> Response:
        return _settled(desk, visit, number_of(contact_id), "take_back")


def meant(connection: Connection, visit: Visit, contact_id: int) -> RowMapping:
    """Return the contact that a form was about.

    The form tells its key: a number may be another contact's once the first one was erased. Raises the 404
    of a contact that is not there.
    """
    contact = known_contact(connection, contact_id)
    if str(key_of(contact)) != visit.form.get("key", [""])[0]:
        raise HTTPException(404)
    return contact


def _hindrance(connection: Connection, contact: RowMapping, to: Label | None, reason: str) -> str:
    """Say what keeps a contact from getting a label, as a name of words; empty where nothing does."""
    if contact["label"] == Label.SUPPRESSED.word:
        return "override_objected"
    if not reason:
        return "override_no_reason"
    known = inputs_of(connection, [contact["id"]]).get(contact["id"], NOTHING)
    return "override_no_proof" if to is Label.REGULAR and not known.consented else ""


def _override_page(desk: Desk, visit: Visit, contact_id: int, status: int = 200, wrong: str = "") -> Response:
    with desk.database.read() as connection:
        contact = known_contact(connection, contact_id)
        known = inputs_of(connection, [contact_id]).get(contact_id, NOTHING)
        topics = len(interests.stored(connection, [contact_id]).get(contact_id, ()))
        chosen = choices.of_contacts(connection, [contact_id]).get(contact_id, choices.Choices())
    enter(desk.database, visit, contact, Act.CONTACT_SHOWN)
    said = words(visit.language)
    return page(
        visit,
        "contacts/override",
        status,
        contact=contact,
        key=str(key_of(contact)),
        choices=[each for each in CHOICES if each != Label.REGULAR.word or known.consented],
        has_proof=bool(known.consented),
        topics=topics + len(chosen.declared),
        wrong=said(f"contacts.{wrong}") if said.has(f"contacts.{wrong}") else told(wrong, visit.language),
        to=visit.sent("to"),
        reason=visit.sent("reason")[:LONGEST_REASON],
    )


def _settled(desk: Desk, visit: Visit, contact_id: int, what: str) -> Response:
    """Confirm a raise, or take an override back."""
    act: Any = verbs.confirm if what == "confirm" else verbs.take_back
    try:
        with desk.database.write() as connection:
            contact = meant(connection, visit, contact_id)
            given = [visit.actor] if what == "confirm" else []
            waiting = overrides.of_contacts(connection, [contact_id]).get(contact_id)
            policy = desk.runtime.policy_in_force(connection)
            act(connection, key_of(contact), *given, policy, now=visit.now)
            done = "confirmed" if what == "confirm" else "taken back"
            why = waiting.reason if waiting else ""
            journal.record(connection, _decided(visit, contact, why, done))
    except RegularsError as error:
        is_yours = what == "confirm" and waiting is not None and is_same_person(waiting.by, visit.actor)
        wrong = (
            words(visit.language)("contacts.override_yours") if is_yours else told(str(error), visit.language)
        )
        return contact_page(desk, visit, contact_id, 422, wrong)
    return after(f"/contacts/{contact_id}?done={what}")


def _decided(visit: Visit, contact: RowMapping, why: str, to: str) -> Entry:
    """Return the entry that tells of a label decided by hand."""
    return Entry(visit.actor, Act.LABEL_OVERRIDDEN, visit.now, key_of(contact), why, {"to": to})
