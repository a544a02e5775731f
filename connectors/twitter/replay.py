"""Asks X to push once more what it pushed in a time in which nobody took it in."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.http import Session, checked_token
from connectors.twitter.as_app import body_of
from connectors.twitter.asked import Asked
from connectors.twitter.connector import DEFAULT_BASE_URL, TWEEPY_HOST
from connectors.twitter.errors import unreadable
from domain.account import Account
from domain.batch import PageRequest

_WEBHOOKS = f"{TWEEPY_HOST}/2/webhooks"


class Replay:
    """Speaks as the app of an X account, which alone may ask for this (x-api.md §3)."""

    def __init__(self, account: Account, app_token: str, base_url: str | None, *, now: datetime) -> None:
        whose = f"the app of X account {account.platform_id}"
        self._token = checked_token(app_token, whose=whose)
        self._session = Session(base_url or DEFAULT_BASE_URL, replaces=TWEEPY_HOST, whose=whose)
        self._asked = Asked(account.platform_id, PageRequest("webhooks"), (), now)

    def webhooks(self) -> list[tuple[str, str]]:
        """Return id and address of the app's webhooks that X holds for valid."""
        found = self._ask("GET", _WEBHOOKS, None).get("data") or []
        if not isinstance(found, list):
            raise unreadable(self._asked, "holds no list of webhooks")
        rows = [each for each in found if isinstance(each, dict) and each.get("valid") is True]
        return [(str(each.get("id")), str(each.get("url"))) for each in rows]

    def ask(self, webhook: str, since: datetime, until: datetime) -> str:
        """Ask for everything from one minute to another; returns the number of X's job."""
        span = {"from_date": _minute(since), "to_date": _minute(until)}
        job = self._ask("POST", f"{_WEBHOOKS}/replay", {"webhook_id": webhook, **span}).get("job_id")
        if not isinstance(job, str):
            raise unreadable(self._asked, "names no job")
        return job

    def _ask(self, method: str, address: str, told: Mapping[str, str] | None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._token}"}
        return body_of(
            lambda: self._session.request(method, address, json=told, headers=headers).json(), self._asked
        )


def _minute(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%d%H%M")
