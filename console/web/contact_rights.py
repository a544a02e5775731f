"""What a person asks of us: to object, to be erased, to see what is held; each with its effect first."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from fastapi import FastAPI, Response
from sqlalchemy import Connection, RowMapping

from console.access_page import access_json, access_page
from console.web.access import Manager
from console.web.contact_view import enter, key_of, known_contact, number_of
from console.web.contact_words import meant
from console.web.desk import Desk, Visit
from console.web.rendering import after, page, words
from domain.journal import Act, Entry
from pipeline.own_files import remaining
from pipeline.rights import ERASED, OBJECTED, end_contact
from pipeline.scrubbing import follow_up
from store import erasures, holdings, journal
from store.written_files import BACKUP, Written, host

#: What is counted by its own name before it goes; everything else in one sum.
COUNTED = (
    "signals", "texts", "decisions", "interests", "spoken", "consents", "addresses", "journal_texts",
    "changes",
)  # fmt: skip
#: The forms in which a person's data are given, and each one's type.
FORMS = {"fr": "text/html; charset=utf-8", "en": "text/html; charset=utf-8", "json": "application/json"}


class Effect(NamedTuple):
    """What a right does, in numbers."""

    rows: Mapping[str, int]
    inside: bool
    #: Whether an export may hold the contact: the gates once admitted it.
    told: bool
    #: Exports written since the contact is in the messaging store.
    exports: int


def add_routes(app: FastAPI) -> None:
    """Add the routes."""
    desk: Desk = app.state.desk

    @app.get("/contacts/{contact_id}/object")
    def ask_object(visit: Manager, contact_id: str) -> Response:
        return _effect_page(desk, visit, number_of(contact_id), "object")

    @app.get("/contacts/{contact_id}/erase")
    def ask_erase(visit: Manager, contact_id: str) -> Response:
        return _effect_page(desk, visit, number_of(contact_id), "erase")

    @app.get("/contacts/{contact_id}/access")
    def ask_access(visit: Manager, contact_id: str) -> Response:
        return _effect_page(desk, visit, number_of(contact_id), "access")

    @app.post("/contacts/{contact_id}/object")
    def object_(visit: Manager, contact_id: str) -> Response:
        return _end(desk, visit, number_of(contact_id), OBJECTED)

    @app.post("/contacts/{contact_id}/erase")
    def erase(visit: Manager, contact_id: str) -> Response:
        number, word = number_of(contact_id), words(visit.language)("contacts.erase_word")
        if visit.sent("word").upper() != word:
            return _effect_page(desk, visit, number, "erase", 422, "wrong_word")
        return _end(desk, visit, number, ERASED)

    @app.post("/contacts/{contact_id}/access")
    def access(visit: Manager, contact_id: str) -> Response:
        number = number_of(contact_id)
        form = visit.sent("form") if visit.sent("form") in FORMS else visit.language
        with desk.database.read() as connection:
            contact = meant(connection, visit, number)
        # Entered first, so that the file tells of itself, too.
        enter(desk.database, visit, contact, Act.ACCESSED)
        with desk.database.read() as connection:
            held = holdings.of_contact(connection, key_of(contact))
            gone_by = erasures.gone_by(connection, now=visit.now)
        key = str(key_of(contact))
        written = (
            access_json(key, held, now=visit.now, gone_by=gone_by)
            if form == "json"
            else access_page(key, held, language=form, now=visit.now, gone_by=gone_by).encode()
        )
        name = f"access-{secrets.token_hex(4)}.{'json' if form == 'json' else 'html'}"
        return Response(
            written,
            media_type=FORMS[form],
            headers={"content-disposition": f'attachment; filename="{name}"'},
        )


class Left(NamedTuple):
    """What is left after a right: files that hold leavers, backups past their date, and until when."""

    files: Sequence[Written]
    backups: Sequence[Written]
    gone_by: datetime
    #: Of whoever reads this: files of other machines are named with theirs.
    host: str


def left_behind(desk: Desk, visit: Visit) -> Left:
    """Tell which files somebody must still delete; whose they are is told of none."""
    with desk.database.read() as connection:
        days = desk.runtime.policy_in_force(connection).number("tombstone_days")
        suppressor = desk.runtime.suppressor_of(connection)
        files = remaining(connection, suppressor, tombstone_days=days, now=visit.now)
        gone_by = erasures.gone_by(connection, now=visit.now)
    backups = [each for each in files if each.kind == BACKUP]
    return Left([each for each in files if each not in backups], backups, gone_by, host())


def effect_of(connection: Connection, contact: Mapping[Any, Any]) -> Effect:
    """Count what is held of a contact and what has been written of it."""
    held = holdings.of_contact(connection, key_of(contact))
    rows = {each: len(held.get(each, ())) for each in COUNTED}
    rows["other"] = sum(len(of_it) for name, of_it in held.items() if name not in COUNTED)
    admitted_at = contact["admitted_at"]
    told = bool(contact["told"])
    exports = journal.count_since(connection, Act.EXPORT_WRITTEN, admitted_at) if told else 0
    there = {name: count for name, count in rows.items() if count}
    return Effect(there, admitted_at is not None, told, exports)


def _effect_page(
    desk: Desk, visit: Visit, contact_id: int, what: str, status: int = 200, wrong: str = ""
) -> Response:
    """Show what a right would do; `wrong` names the words of what was not right."""
    with desk.database.read() as connection:
        contact: RowMapping = known_contact(connection, contact_id)
        effect = effect_of(connection, contact)
        gone_by = erasures.gone_by(connection, now=visit.now)
    enter(desk.database, visit, contact, Act.CONTACT_SHOWN)
    return page(
        visit,
        "contacts/right",
        status,
        contact=contact,
        key=str(key_of(contact)),
        what=what,
        effect=effect,
        rows=sum(effect.rows.values()),
        forms=tuple(FORMS),
        gone_by=gone_by,
        wrong=wrong,
    )


def _end(desk: Desk, visit: Visit, contact_id: int, reason: str) -> Response:
    """Carry an objection or an erasure out; the contact's page is gone with it."""
    with desk.database.write() as connection:
        key = key_of(meant(connection, visit, contact_id))
        suppressor = desk.runtime.suppressor_of(connection)
        end_contact(connection, [key], suppressor, reason, now=visit.now)
        act = Act.OBJECTED if reason == OBJECTED else Act.FORGOTTEN
        journal.record(connection, Entry(visit.actor, act, visit.now))
    follow_up(desk.runtime.road("console"), key, now=visit.now)
    return after(f"/contacts?done={reason}")
