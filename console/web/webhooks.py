"""Webhooks of a consumer: where it is told that there is something to read, and what it has not taken."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, HTTPException, Response
from sqlalchemy import Connection

from connectors.outbound import OutboundError
from console.web.access import Admin
from console.web.desk import Desk, Visit
from console.web.rendering import after, page
from console.web.settings_tabs import TABS
from domain.consumer import Consumer, ConsumerError
from domain.journal import Act
from domain.webhook import LONGEST_URL, MOST_ENDPOINTS, Webhook, WebhookError
from pipeline.webhook_letters import drop_letter, replay_letter
from pipeline.webhook_sending import send_test
from pipeline.webhooks import (
    Means,
    add_webhook,
    enter,
    pause_webhook,
    remove_webhook,
    resume_webhook,
    rotate_secret,
)
from store import consumers, webhook_letters, webhooks
from workers.announcer import opened, outbound_of

PATH = "/settings/tokens/{number}/webhooks"
#: What changes how an endpoint stands, and what becomes of a dead letter.
CHANGES = {"pause": pause_webhook, "resume": resume_webhook, "remove": remove_webhook}
FATES = {"replay": replay_letter, "drop": drop_letter}


def add_routes(app: FastAPI) -> None:
    """Add the routes."""
    desk: Desk = app.state.desk

    @app.get(PATH)
    def show(visit: Admin, number: int) -> Response:
        return _page(desk, visit, number)

    @app.post(PATH)
    def add(visit: Admin, number: int) -> Response:
        means = Means(outbound_of(desk.runtime), desk.runtime.seal_text)
        try:
            with desk.database.write() as connection:
                consumer = _consumer(connection, number)
                made = add_webhook(connection, consumer, visit.sent("url"), means, visit.actor, now=visit.now)
        except (WebhookError, OutboundError) as error:
            return _page(desk, visit, number, 422, wrong=str(error), url=visit.sent("url"))
        return _page(desk, visit, number, secret=made[1])

    @app.post(PATH + "/{webhook_id}/test")
    def test(visit: Admin, number: int, webhook_id: int) -> Response:
        with desk.database.write() as connection:
            webhook = _webhook(connection, number, webhook_id)
            sealed = webhooks.secrets_of(connection, webhook.id, now=visit.now)
            signing = opened(desk.runtime, connection, sealed)
            enter(connection, visit.actor, Act.WEBHOOK_TESTED, webhook, visit.now)
        try:
            send_test(outbound_of(desk.runtime), webhook, signing, now=visit.now)
        except OutboundError as error:
            return _page(desk, visit, number, wrong=str(error))
        return _page(desk, visit, number, taken=webhook.id)

    @app.post(PATH + "/{webhook_id}/rotate")
    def rotate(visit: Admin, number: int, webhook_id: int) -> Response:
        with desk.database.write() as connection:
            webhook = _webhook(connection, number, webhook_id)
            secret = rotate_secret(connection, webhook, desk.runtime.seal_text, visit.actor, now=visit.now)
        return _page(desk, visit, number, secret=secret)

    _add_acts(app, desk)


def _add_acts(app: FastAPI, desk: Desk) -> None:
    @app.post(PATH + "/{webhook_id}/{act}")
    def change(visit: Admin, number: int, webhook_id: int, act: str) -> Response:
        def carry_out(connection: Connection) -> None:
            webhook = _webhook(connection, number, webhook_id)
            _of(CHANGES, act)(connection, webhook, visit.actor, now=visit.now)

        return _acted(desk, visit, number, carry_out)

    @app.post(PATH + "/letters/{letter_id}/{fate}")
    def decide(visit: Admin, number: int, letter_id: int, fate: str) -> Response:
        def carry_out(connection: Connection) -> None:
            letter = webhook_letters.letter(connection, _small(letter_id))
            _webhook(connection, number, letter.webhook_id)
            _of(FATES, fate)(connection, letter, visit.actor, now=visit.now)

        return _acted(desk, visit, number, carry_out)


def _acted(desk: Desk, visit: Visit, number: int, carry_out: Callable[[Connection], None]) -> Response:
    """Do something and show the page again; the sentence of what refused it stands there."""
    try:
        with desk.database.write() as connection:
            carry_out(connection)
    except WebhookError as error:
        return _page(desk, visit, number, 409, wrong=str(error))
    return after(PATH.format(number=number))


def _page(desk: Desk, visit: Visit, number: int, status: int = 200, **more: Any) -> Response:
    with desk.database.read() as connection:
        consumer = _consumer(connection, number)
        listed = webhooks.every(connection, consumer.id)
    shown: dict[str, Any] = {"url": "", "tabs": TABS, "longest": LONGEST_URL, "most": MOST_ENDPOINTS}
    letters = [(each.webhook, one) for each in listed for one in each.letters]
    path = PATH.format(number=number)
    return page(
        visit,
        "settings/webhooks",
        status,
        **{**shown, "consumer": consumer, "listed": listed, "letters": letters, "path": path, **more},
    )


def _consumer(connection: Connection, number: int) -> Consumer:
    try:
        return consumers.get(connection, _small(number))
    except ConsumerError as error:
        raise HTTPException(404) from error


def _webhook(connection: Connection, number: int, webhook_id: int) -> Webhook:
    """Return an endpoint of a consumer; 404 where it has none of this number."""
    consumer = _consumer(connection, number)
    try:
        found = webhooks.get(connection, _small(webhook_id))
    except WebhookError as error:
        raise HTTPException(404) from error
    if found.consumer_id != consumer.id:
        raise HTTPException(404)
    return found


def _of(known: dict[str, Callable[..., None]], name: str) -> Callable[..., None]:
    if name not in known:
        raise HTTPException(404)
    return known[name]


def _small(number: int) -> int:
    """Return a number that a database can hold; 0 is nobody's."""
    return number if number < 2**63 else 0
