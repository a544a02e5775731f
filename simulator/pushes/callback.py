"""The command by which a test lets Facebook call an app back: a person left it, or asks to be deleted."""

import asyncio
import base64
import hmac
import http.client
import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode, urlsplit

from simulator.facebook.call import app_secret
from simulator.http import Answer
from simulator.world import World


async def call_back(world: World, given: Mapping[str, Any]) -> Answer:
    """`{"url", "user_id"}`: post a signed request; answers with status and body of what was answered.

    `secret` signs with another secret, `issued_at` and `algorithm` replace what stands in it, `padded` leaves
    the padding of base64 where it is, as it has been seen on the wire.
    """
    payload = {
        "user_id": str(given["user_id"]),
        "algorithm": str(given.get("algorithm", "HMAC-SHA256")),
        "issued_at": int(given.get("issued_at", world.now())),
    }
    secret = str(given.get("secret", app_secret(world)))
    form = urlencode({"signed_request": signed(payload, secret, padded=bool(given.get("padded")))}).encode()
    status, body = await asyncio.to_thread(_post, str(given["url"]), form)
    return Answer.of_json({"status": status, "body": body})


def signed(payload: Mapping[str, Any], secret: str, *, padded: bool = False) -> str:
    """Write a signed request: signature and payload in base64url, the signature over the written payload."""
    written = _encoded(json.dumps(payload).encode(), padded=padded)
    mac = hmac.new(secret.encode(), written.encode(), sha256).digest()
    return f"{_encoded(mac, padded=padded)}.{written}"


def _encoded(content: bytes, *, padded: bool) -> str:
    text = base64.urlsafe_b64encode(content).decode()
    return text if padded else text.rstrip("=")


def _post(url: str, form: bytes) -> tuple[int, str]:
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=10)
    try:
        connection.request("POST", place.path, form, {"content-type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()
