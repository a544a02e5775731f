"""The Facebook connector walks every stream of the simulator and finds whom its truth names."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from connectors.facebook.connector import FacebookConnector
from domain.account import Account
from domain.batch import Batch, PageRequest
from domain.checkpoint import Checkpoint
from domain.contact import ContactKey
from domain.credentials import Credentials
from domain.errors import (
    BadAnswerError,
    CursorRefusedError,
    OperatorNeededError,
    PageTooLargeError,
    RetryLaterError,
)
from domain.signal import Signal, SignalKind
from domain.stream import Shape
from simulator.faults import Faults
from simulator.run import listening
from simulator.world import World

#: The simulator's words for acts, and ours; written by hand, since the two share no code.
KINDS = {
    "comments": SignalKind.COMMENTED,
    "comment_replies": SignalKind.REPLIED,
    "reacts": SignalKind.REACTED,
    "tagged": SignalKind.MENTIONED,
    "rates": SignalKind.RATED,
    "messages": SignalKind.MESSAGED,
    "opted_in": SignalKind.OPTED_IN,
    "friend": SignalKind.FRIEND,
    "blocked": SignalKind.BLOCKED,
}
#: Kinds whose item stands in the truth; the others are one act of a contact.
WITH_ITEM = {"comments", "comment_replies", "reacts", "tagged", "messages"}
#: Only a broken walk comes so far.
MANY_REQUESTS = 5000

Done = set[tuple[str, str, str]]


@dataclass
class Harvest:
    """All streams of one page, read as a harvest does: on through every trouble, newest first, with marks."""

    connector: FacebookConnector
    page_size: int = 100
    requests: int = 0
    unattributed: int = 0
    quarantined: int = 0
    posts: list[str] = field(default_factory=list)
    at: dict[tuple[str, str], Checkpoint] = field(default_factory=dict)
    found: dict[tuple[str, str], dict[tuple[ContactKey, str, str], Signal]] = field(default_factory=dict)

    def walk_all(self) -> None:
        """Walk every listing to its end or its mark; a roster's last walk replaces the one before."""
        for name, stream in self.connector.streams.items():
            for post in list(self.posts) if stream.per_post else [""]:
                if stream.shape is Shape.ROSTER:
                    self.found.pop((name, post), None)
                self._walk(name, post)

    def _walk(self, name: str, post: str) -> None:
        at = self.at.get((name, post), Checkpoint())
        size = self.page_size
        while True:
            self.requests += 1
            assert self.requests < MANY_REQUESTS
            try:
                batch = self.connector.fetch(PageRequest(name, post, at.cursor, at.mark, size))
            except (RetryLaterError, BadAnswerError):
                continue
            except PageTooLargeError:
                size = max(1, size // 2)
                continue
            except CursorRefusedError:
                at = at.restarted()
                continue
            at = at.after(batch, now=datetime.now(UTC))
            self._keep(name, post, batch)
            if not at.walking:
                break
        self.at[name, post] = at

    def _keep(self, name: str, post: str, batch: Batch) -> None:
        self.unattributed += batch.unattributed
        self.quarantined += len(batch.quarantined)
        self.posts += [each.post for each in batch.posts if each.post not in self.posts]
        kept = self.found.setdefault((name, post), {})
        kept.update({(each.contact, each.kind, each.item): each for each in batch.signals})

    def done(self, now: datetime) -> Done:
        """Return who does what, as the truth writes it."""
        words = {kind: word for word, kind in KINDS.items()}
        return {
            (str(each.contact), words[each.kind], each.item if words[each.kind] in WITH_ITEM else "")
            for listing in self.found.values()
            for each in listing.values()
            if each.holds(now)
        }


def truth(directions: Mapping[str, Any]) -> Done:
    """Return who does what now, by the simulator's own word."""
    lines = requests.get(directions["truth_url"], timeout=30).iter_lines()
    contacts = [each for each in map(json.loads, lines) if each["platform"] == "facebook"]
    return {
        (contact["contact_key"], act["act"], act["item"] if act["act"] in WITH_ITEM else "")
        for contact in contacts
        for act in contact["acts"]
    }


def command(directions: Mapping[str, Any], path: str, given: Mapping[str, Any]) -> None:
    requests.post(f"{directions['control_url']}/{path}", json=given, timeout=30).raise_for_status()


@contextmanager
def world(seed: int, *, faults: float = 0.0, audience: int = 500) -> Iterator[Mapping[str, Any]]:
    with listening(World(seed, audience, 900.0, Faults(seed, faults, 0.05))) as directions:
        yield directions


def connected(directions: Mapping[str, Any], *, days: int = 0) -> FacebookConnector:
    """Connect the simulated page as `account add` does; `days` have passed there."""
    given = directions["facebook"]
    account = Account("facebook", given["page_id"], "Our club")
    credentials = Credentials(given["page_token"], given["user_token"])
    own = FacebookConnector(account, credentials, given["base_url"]).prove()
    assert own.platform_id == given["page_id"]
    account = replace(account, app_id=own.app_id, staff=own.staff)
    return FacebookConnector(
        account,
        credentials,
        given["base_url"],
        now=lambda: datetime.now(UTC) + timedelta(days=days),
    )


@pytest.mark.parametrize(
    "page_size", [pytest.param(100, id="large-pages"), pytest.param(3, id="small-pages")]
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_stream_brings_whom_the_truth_names(seed: int, page_size: int) -> None:
    with world(seed) as directions:
        harvest = Harvest(connected(directions), page_size)
        harvest.walk_all()
        expected = truth(directions)
    assert harvest.done(datetime.now(UTC)) == expected
    assert {act for _, act, _ in expected} >= {"comments", "reacts", "messages", "opted_in", "friend"}
    assert harvest.quarantined == 0
    assert harvest.unattributed > 0


@pytest.mark.parametrize(
    "switches",
    [
        pytest.param({"errors_as_200": True}, id="errors-with-status-200"),
        pytest.param({"javascript": True}, id="javascript-for-json"),
        pytest.param({"stopped_opt_ins": "vanished"}, id="stopped-opt-ins-vanish"),
        pytest.param({"only_roles_named": True}, id="only-the-team-is-named"),
    ],
)
def test_what_is_unverified_may_be_either_way(switches: Mapping[str, Any]) -> None:
    with world(4) as directions:
        command(directions, "options", {"facebook": switches})
        harvest = Harvest(connected(directions), 10)
        harvest.walk_all()
        expected = truth(directions)
    assert harvest.done(datetime.now(UTC)) == expected


def test_faults_of_all_kinds_cost_requests_and_nobody() -> None:
    with world(5) as directions:
        calm = Harvest(connected(directions), 5)
        calm.walk_all()
        harvest = Harvest(connected(directions), 5)
        command(directions, "faults", {"mode": "all", "rate": 0.2})
        harvest.walk_all()
        expected = truth(directions)
    assert harvest.done(datetime.now(UTC)) == expected
    assert harvest.requests > calm.requests


def test_a_second_harvest_reads_only_what_came_and_misses_nobody() -> None:
    with world(6, audience=1500) as directions:
        harvest = Harvest(connected(directions), 5)
        harvest.walk_all()
        first, harvest.requests = harvest.requests, 0
        command(directions, "day", {"advance": 2})
        harvest.connector = connected(directions, days=2)
        harvest.walk_all()
        expected = truth(directions)
    assert harvest.done(datetime.now(UTC) + timedelta(days=2)) == expected
    assert harvest.requests < first * 1.5


def test_a_refusal_by_name_has_its_consequence() -> None:
    with world(7) as directions:
        connector = connected(directions)
        command(directions, "answer", {"platform": "facebook", "kind": "page_use_limit"})
        with pytest.raises(RetryLaterError) as limited:
            connector.fetch(PageRequest("tagged"))
        command(directions, "answer", {"platform": "facebook", "kind": "reduce"})
        with pytest.raises(PageTooLargeError):
            connector.fetch(PageRequest("tagged"))
    assert limited.value.code == "page_usage_limit"
    assert limited.value.retry_at is not None
    assert timedelta(minutes=4) < limited.value.retry_at - datetime.now(UTC) <= timedelta(minutes=5)


def test_a_check_by_the_page_finds_every_stream_and_by_a_person_finds_none_of_the_comments() -> None:
    with world(8) as directions:
        found = {each.stream: each for each in connected(directions).check()}
        assert all(each.readable and not each.missing_permissions for each in found.values())
        given = directions["facebook"]
        account = Account("facebook", given["page_id"], "Our club")
        person = FacebookConnector(account, Credentials(given["user_token"]), given["base_url"])
        comments = next(each for each in person.check() if each.stream == "comments")
        assert (comments.readable, "page's own token" in comments.remark) == (False, True)
        with pytest.raises(OperatorNeededError, match="access_token"):
            person.prove()
