"""Recipients: who gets files, as what, and on which ground; registering one and letting one go."""

from typing import Any

from fastapi import FastAPI, HTTPException, Response

from config.transfers import adequate
from console.web.access import Admin, Manager
from console.web.desk import Desk, Visit
from console.web.rendering import after, page
from domain.recipient import EEA, Ground, Part, Recipient, RecipientError
from pipeline.recipients import add_recipient, remove_recipient
from store import recipients, transfers

PATH = "/messaging/recipients"


def add_routes(app: FastAPI) -> None:
    """Add the routes."""
    desk: Desk = app.state.desk

    @app.get(PATH)
    def show(visit: Manager) -> Response:
        return _page(desk, visit)

    @app.post(PATH)
    def add(visit: Admin) -> Response:
        part, ground = visit.sent("part"), visit.sent("ground")
        if part not in set(Part) or (ground and ground not in set(Ground)):
            raise HTTPException(404)
        country = visit.sent("country").upper()
        recipient = Recipient(visit.sent("name"), country, Part(part), Ground(ground) if ground else None)
        try:
            with desk.database.write() as connection:
                add_recipient(connection, recipient, visit.actor, now=visit.now)
        except RecipientError as error:
            return _page(desk, visit, 422, wrong=_wrong(recipient), said=str(error))
        return after(PATH)

    @app.post(PATH + "/{number}/remove")
    def remove(visit: Admin, number: int) -> Response:
        try:
            with desk.database.write() as connection:
                remove_recipient(connection, number, visit.actor, now=visit.now)
        except RecipientError as error:
            raise HTTPException(404) from error
        return after(PATH)


def _page(desk: Desk, visit: Visit, status: int = 200, wrong: str = "", said: str = "") -> Response:
    with desk.database.read() as connection:
        known = recipients.every(connection)
        agreed = transfers.counts(connection)
    shown: dict[str, Any] = {
        "agreed": agreed,
        "parts": list(Part),
        "grounds": list(Ground),
        "bound": adequate(),
        "eea": EEA,
    }
    sent = {name: visit.sent(name) for name in ("name", "country", "part", "ground")}
    return page(
        visit, "messaging/recipients", status, recipients=known, wrong=wrong, said=said, sent=sent, **shown
    )


def _wrong(recipient: Recipient) -> str:
    """Name what is wrong, for those words that pages have of their own."""
    if recipient.country not in EEA and len(recipient.country) == 2:
        if recipient.ground is None:
            return "no_ground"
        if recipient.ground is Ground.ADEQUACY and recipient.country not in adequate():
            return "not_adequate"
    return ""
