"""How pushes go out: signed over their bytes, one after another; what is not taken is kept."""

import base64
import hmac
import http.client
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import urlsplit

#: Seconds after which X gives up on an answer (x-api.md §3).
_PATIENCE_S = 10.0


class Sent(NamedTuple):
    """What was answered, counted by status ("unreachable" without one), and the bodies to send again."""

    answers: Counter[str]
    again: list[bytes]


def signature(platform: str, secret: str, body: bytes) -> tuple[str, str]:
    """Return the header that proves a push."""
    mac = hmac.new(secret.encode(), body, sha256)
    if platform == "facebook":
        return "X-Hub-Signature-256", f"sha256={mac.hexdigest()}"
    return "x-twitter-webhooks-signature", f"sha256={base64.b64encode(mac.digest()).decode()}"


def send(platform: str, url: str, secret: str, bodies: Iterable[bytes]) -> Sent:
    """Send each body; whoever is away or answers 5xx is to get it again."""
    place = urlsplit(url)
    answers: Counter[str] = Counter()
    again: list[bytes] = []
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=_PATIENCE_S)
    for each in bodies:
        name, value = signature(platform, secret, each)
        try:
            connection.request("POST", place.path, each, {name: value, "content-type": "application/json"})
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            answers["unreachable"] += 1
            again.append(each)
            continue
        answers[str(answer.status)] += 1
        if answer.status >= 500:
            again.append(each)
    connection.close()
    return Sent(answers, again)
