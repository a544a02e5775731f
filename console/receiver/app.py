"""The ASGI application: pushes at `/push/…` and callbacks at `/facebook/…`, alone or beside others."""

import asyncio
import json
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from connectors.facebook import webhook as facebook
from connectors.facebook.signed_request import MAX_FORM
from connectors.twitter import webhook as twitter
from console.receiver.callbacks import DEAUTHORISATION, DELETION, Answer, Callbacks
from console.receiver.intake import FullError, Intake
from console.receiver.secrets import FRESH_S, RECONSIDER_S, Secrets
from domain.contact import Platform
from store.database import DatabaseError
from store.inbox import Arrived

#: The longest push, in bytes: a batch of a thousand changes with a text of some thousand characters each.
MAX_BODY = 8 * 1024 * 1024
#: How long a push may take to arrive, in seconds; X gives up after ten (x-api.md §3).
BODY_TIME_OUT_S = 10.0
#: Seconds between two lines of the log about pushes that were refused.
TELL_EVERY_S = 10.0

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

log = logging.getLogger("regulars.receiver")


class _Signature(NamedTuple):
    header: str
    fits: Callable[[bytes, str, list[str]], bool]


SIGNATURES: Mapping[str, _Signature] = {
    Platform.FACEBOOK: _Signature(facebook.SIGNATURE, facebook.is_signed),
    Platform.TWITTER: _Signature(twitter.SIGNATURE, twitter.is_signed),
}


class _RefusedError(Exception):
    """Raised where a request is answered before it was read whole."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class Receiver:
    """Answers the platforms: proves that the address is ours, stores what they signed, refuses the rest."""

    def __init__(
        self,
        intake: Intake,
        secrets: Secrets,
        verify_token: str,
        now: Callable[[], datetime],
        callbacks: Callbacks | None = None,
    ) -> None:
        self._intake = intake
        self._secrets = secrets
        self._verify_token = verify_token
        self._now = now
        self._callbacks = callbacks
        self._refusals: Counter[tuple[str, str]] = Counter()
        self._told_at = -TELL_EVERY_S

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        try:
            answer = await self._answer(scope, receive)
        except _RefusedError as refused:
            answer = refused.answer
        except (DatabaseError, FullError) as error:
            log.warning("receiver.not_stored", extra={"reason": str(error)})
            answer = Answer(503, b"The push was not stored; send it again.")
        headers = [
            (b"content-type", answer.kind.encode()),
            (b"content-length", str(len(answer.body)).encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"cache-control", b"no-store"),
        ]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})

    async def _answer(self, scope: Message, receive: Receive) -> Answer:
        first, platform, *rest = [*scope["path"].strip("/").split("/"), ""][:4]
        account = "".join(rest)
        if first == Platform.FACEBOOK and scope["path"].count("/") <= 3:
            return await self._call_back(scope, receive, platform, account)
        if first != "push" or platform not in SIGNATURES or scope["path"].count("/") > 3:
            return Answer(404)
        if scope["method"] == "GET":
            return await self._prove(scope, platform, account)
        if scope["method"] != "POST":
            return Answer(405)
        return await self._take(scope, receive, platform, account)

    async def _call_back(self, scope: Message, receive: Receive, what: str, code: str) -> Answer:
        """Answer a callback, or whoever looks up what became of one."""
        if self._callbacks is None or what not in {DELETION, DEAUTHORISATION}:
            return Answer(404)
        if scope["method"] == "GET" and what == DELETION and code:
            return await self._callbacks.state(code)
        if scope["method"] != "POST" or code:
            return Answer(405)
        named = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        kind = named.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/x-www-form-urlencoded":
            return self._refused(415, Platform.FACEBOOK, "no form")
        form = await _body(receive, named.get("content-length", "0"), MAX_FORM)
        await self._refresh(FRESH_S)
        asked = self._callbacks.read(form, self._secrets.apps(Platform.FACEBOOK))
        if asked is None:
            await self._refresh(RECONSIDER_S)
            asked = self._callbacks.read(form, self._secrets.apps(Platform.FACEBOOK))
        if asked is None:
            return self._refused(403, Platform.FACEBOOK, "not genuine")
        return await self._callbacks.carry_out(what, asked, named.get("host", ""))

    async def _prove(self, scope: Message, platform: str, account: str) -> Answer:
        """Answer a platform that asks whether the address is ours."""
        query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        if platform == Platform.FACEBOOK:
            asked = facebook.challenge(query, self._verify_token)
            return Answer(403) if asked is None else Answer(200, asked.encode())
        crc = query.get("crc_token", "")
        if not 0 < len(crc) <= 1000:
            return Answer(400)
        await self._refresh(FRESH_S)
        secrets = self._secrets.of(platform, account)
        if len(secrets) != 1:
            # X does not say which app asks: with several, each has an address of its own.
            return Answer(404, b"Use /push/twitter/ACCOUNT_ID, of an account with --app-secret-file.")
        answered = {"response_token": twitter.response_token(crc, secrets[0])}
        return Answer(200, json.dumps(answered).encode(), "application/json")

    async def _take(self, scope: Message, receive: Receive, platform: str, account: str) -> Answer:
        named = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        wanted = SIGNATURES[platform]
        signature = named.get(wanted.header)
        if signature is None:
            return self._refused(401, platform, "unsigned")
        body = await _body(receive, named.get("content-length", "0"), MAX_BODY)
        await self._refresh(FRESH_S)
        if not wanted.fits(body, signature, self._secrets.of(platform, account)):
            await self._refresh(RECONSIDER_S)
            if not wanted.fits(body, signature, self._secrets.of(platform, account)):
                return self._refused(403, platform, "wrongly signed")
        await self._intake.put(Arrived(platform, body, self._now()))
        return Answer(200)

    async def _refresh(self, seconds: float) -> None:
        if not self._secrets.older_than(seconds):
            return
        try:
            await asyncio.to_thread(self._secrets.refresh)
        except DatabaseError:
            if self._secrets.never_read:
                raise

    def _refused(self, status: int, platform: str, reason: str) -> Answer:
        self._refusals[str(platform), reason] += 1
        if time.monotonic() - self._told_at >= TELL_EVERY_S:  # strangers must not fill the log
            self._told_at = time.monotonic()
            for (where, why), count in sorted(self._refusals.items()):
                extra = {"platform": where, "reason": why, "pushes": count}
                log.warning("receiver.refused", extra=extra)
            self._refusals.clear()
        return Answer(status)


async def _body(receive: Receive, told_length: str, longest: int) -> bytes:
    """Read a body; raises _RefusedError for one that is too long or too slow."""
    if told_length.isdigit() and int(told_length) > longest:
        raise _RefusedError(Answer(413))
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_TIME_OUT_S):
            more = True
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise _RefusedError(Answer(400))
                part = message.get("body", b"")
                size += len(part)
                if size > longest:
                    raise _RefusedError(Answer(413))
                parts.append(part)
                more = message.get("more_body", False)
    except TimeoutError:
        raise _RefusedError(Answer(408)) from None
    return b"".join(parts)
