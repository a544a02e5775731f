"""Callbacks of Facebook: a person asks to be deleted from an app, or leaves it; and the state of that."""

import asyncio
import json
import re
from collections.abc import Callable
from datetime import datetime
from html import escape
from typing import NamedTuple, Protocol

from connectors.facebook.signed_request import SignedRequest, requested
from pipeline.deletions import deauthorise, delete_app_person
from store import deletions
from workers.runtime import Runtime

#: Where the callbacks are, and what each of them is for.
DELETION, DEAUTHORISATION = "deletion", "deauthorize"
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(:\d{1,5})?|\[[0-9A-Fa-f:]{2,45}\](:\d{1,5})?")
_CODE = re.compile(r"[A-Za-z0-9_-]{10,64}")
_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Deletion</title><p>{said}</p>'
    '<p lang="fr">{dit}</p></html>'
)


class Answer(NamedTuple):
    """What is answered."""

    status: int
    body: bytes = b""
    kind: str = "text/plain; charset=utf-8"


class Acts(Protocol):
    """Carries out what a platform asks for, in the database."""

    def delete(self, asked: SignedRequest, now: datetime) -> str:
        """Delete a person's contact; returns the code of the request."""
        ...

    def deauthorise(self, asked: SignedRequest, now: datetime) -> None:
        """Take note that a person left the app."""
        ...

    def done_at(self, code: str) -> datetime | None:
        """Return when a request was carried out."""
        ...


class DatabaseActs:
    """Carries it out in an installation's database, one transaction each."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def delete(self, asked: SignedRequest, now: datetime) -> str:
        """See `Acts`."""
        return self._runtime.database.transact(
            lambda connection: delete_app_person(connection, asked.app_ids, asked.user_id, now=now)
        )

    def deauthorise(self, asked: SignedRequest, now: datetime) -> None:
        """See `Acts`."""
        self._runtime.database.transact(
            lambda connection: deauthorise(
                connection,
                asked.app_ids,
                asked.user_id,
                self._runtime.policy_in_force(connection),
                now=now,
            )
        )

    def done_at(self, code: str) -> datetime | None:
        """See `Acts`."""
        with self._runtime.database.read() as connection:
            return deletions.done_at(connection, code)


class Callbacks:
    """Answers what comes to `/facebook/…`; `public_url` is how the world reaches the receiver."""

    def __init__(self, acts: Acts, public_url: str | None, now: Callable[[], datetime]) -> None:
        self._acts = acts
        self._public_url = public_url.rstrip("/") if public_url else None
        self._now = now

    def read(self, form: bytes, apps: list[tuple[str, str]]) -> SignedRequest | None:
        """Read a form against the secrets of apps (app id, secret); None where it is not genuine."""
        return requested(form, apps, self._now())

    async def carry_out(self, what: str, asked: SignedRequest, host: str) -> Answer:
        """Do what was asked before it is answered; raises DatabaseError where that cannot be done."""
        if what == DEAUTHORISATION:
            await asyncio.to_thread(self._acts.deauthorise, asked, self._now())
            return Answer(200)
        address = self._public_url or (f"https://{host}" if _HOST.fullmatch(host) else None)
        if address is None:
            return Answer(400)
        code = await asyncio.to_thread(self._acts.delete, asked, self._now())
        told = {"url": f"{address}/facebook/{DELETION}/{code}", "confirmation_code": code}
        return Answer(200, json.dumps(told).encode(), "application/json")

    async def state(self, code: str) -> Answer:
        """Say what became of a request, and nothing of who made it."""
        done = await asyncio.to_thread(self._acts.done_at, code) if _CODE.fullmatch(code) else None
        if done is None:
            return _page(404, "There is no request with this code.", "Aucune demande ne porte ce code.")
        day = done.strftime("%Y-%m-%d %H:%M UTC")
        return _page(
            200,
            f"Request {code}: done on {day}. What we held through the app about the person is deleted.",
            f"Demande {code} : exécutée le {day}. Ce que nous détenions par l'application est supprimé.",
        )


def _page(status: int, said: str, dit: str) -> Answer:
    body = _PAGE.format(said=escape(said), dit=escape(dit)).encode()
    return Answer(status, body, "text/html; charset=utf-8")
