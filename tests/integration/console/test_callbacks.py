"""Facebook's callbacks over real HTTP: done before they are answered, refused where they are not genuine."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from connectors.facebook.signed_request import MAX_AGE
from console.receiver.app import Receiver
from console.receiver.callbacks import Callbacks, DatabaseActs
from console.receiver.intake import Intake
from console.receiver.secrets import AppSecret, Secrets
from domain.account import Account, Ownership
from domain.contact import ContactKey, Profile
from domain.signal import Signal, SignalKind
from pipeline.page import write_page
from store import accounts, messaging
from store.accounts import Sealed
from store.database import Database
from tests.cast import CNIL, NOW
from tests.contents import contents, feed, inside, labels, let_be_shown, rows
from tests.hosting import hosting
from tests.unit.simulator.served import Served, serving
from workers.runtime import Runtime, utc_now

PAGE = Account("facebook", "4001", "our page", app_id="900")
OTHER_PAGE = Account("facebook", "4002", "their page", app_id="901")
OWNER = "7900"
#: The same digits in three scopes are three people.
ADA = ContactKey("facebook", "app-900:7001")
ADA_ELSEWHERE = ContactKey("facebook", "app-901:7001")
ADA_OF_THE_PAGE = ContactKey("facebook", "4001:7001")
BO = ContactKey("facebook", "app-900:7002")
ON_X = ContactKey("twitter", "7001")


class Door:
    """A receiver that listens, and Facebook beside it."""

    def __init__(self, database: Database, facebook: Served, public_url: str | None) -> None:
        secret = facebook.ready["facebook"]["app_secret"]
        known = [
            AppSecret("facebook", "4001", secret, "900"),
            AppSecret("facebook", "4002", "another app's", "901"),
            AppSecret("twitter", "5000", "a consumer secret", "900"),
        ]
        runtime = SimpleNamespace(database=database, policy_in_force=lambda _: CNIL)
        acts = DatabaseActs(cast(Runtime, runtime))
        self.facebook, self.database, self.secret = facebook, database, secret
        self.intake = Intake(database, timedelta(days=3), bytes)
        callbacks = Callbacks(acts, public_url, utc_now)
        self.app = Receiver(self.intake, Secrets(lambda: known), "", utc_now, callbacks)
        self.address = ""

    def call(self, what: str, user_id: str = "7001", **more: Any) -> tuple[int, Any]:
        """Let Facebook call back; returns status and what was answered."""
        wanted = {"url": f"{self.address}/facebook/{what}", "user_id": user_id, **more}
        answer = self.facebook.command("callback", wanted)
        body = answer["body"]
        return answer["status"], json.loads(body) if body.startswith("{") else body

    def get(self, path: str) -> tuple[int, str]:
        """Look at a page as a person does."""
        answer = self.facebook.session.get(f"{self.address}{path}", timeout=10)
        return answer.status_code, answer.text

    def post(self, path: str, body: bytes, kind: str) -> int:
        """Post bytes of a kind."""
        answer = self.facebook.session.post(
            f"{self.address}{path}", data=body, headers={"content-type": kind}, timeout=10
        )
        return answer.status_code


@contextmanager
def served(door: Door) -> Iterator[Door]:
    try:
        with hosting(door.app) as port:
            door.address = f"http://127.0.0.1:{port}"
            yield door
    finally:
        door.intake.close()


@pytest.fixture
def door(database: Database) -> Iterator[Door]:
    """Let the same digits be a friend in two apps, somebody of the page, and somebody on X."""
    with database.write() as connection:
        for account, owner in ((PAGE, OWNER), (OTHER_PAGE, None)):
            account_id = accounts.add(connection, account, Sealed(b"sealed", b"user", b"secret"), now=NOW)
            proof = Ownership(account.platform_id, app_id=account.app_id, user_token_owner=owner)
            accounts.proven(connection, account_id, proof)
        first, second = (each.id for each in accounts.every(connection))
        x_id = accounts.add(connection, Account("twitter", "5000", "x"), Sealed(b"s", None, None), now=NOW)
        acts = {
            (first, "facebook"): [befriends(ADA), befriends(BO), opts_in(ADA_OF_THE_PAGE)],
            (second, "facebook"): [befriends(ADA_ELSEWHERE)],
            (x_id, "twitter"): [Signal(ON_X, SignalKind.FOLLOWS, profile=Profile("ada", "Ada Lévy"))],
        }
        steps = [
            step
            for account, done in acts.items()
            for step in write_page(connection, account, done, CNIL, now=NOW).steps
        ]
        messaging.publish(connection, steps, now=NOW)
    assert len(inside(database)) == 5
    let_be_shown(database)
    with serving(seed=7, size=50) as facebook, served(Door(database, facebook, None)) as listening:
        yield listening


def befriends(who: ContactKey) -> Signal:
    return Signal(who, SignalKind.FRIEND, profile=Profile(None, "Ada Lévy"))


def opts_in(who: ContactKey) -> Signal:
    return Signal(who, SignalKind.OPTED_IN, "news", NOW, profile=Profile(None, "Ada Lévy"))


def test_a_deletion_is_done_when_it_is_answered_and_no_other_scope_is_touched(door: Door) -> None:
    before = set(labels(door.database))
    status, told = door.call("deletion")
    assert status == 200
    assert set(told) == {"url", "confirmation_code"}
    assert before - set(labels(door.database)) == {ADA.platform_id}
    assert feed(door.database)[-1][1:] == (ADA.platform_id, "remove", "platform_deletion")
    everything = {name: found for name, found in contents(door.database).items() if name != "changes"}
    assert ADA.platform_id not in repr(everything)
    assert told["url"] == f"https://{door.address[7:]}/facebook/deletion/{told['confirmation_code']}"


def test_the_state_says_done_and_not_who(door: Door) -> None:
    _, told = door.call("deletion", padded=True)
    status, page = door.get(f"/facebook/deletion/{told['confirmation_code']}")
    assert status == 200
    assert "done on" in page
    for personal in ("7001", "Ada", "900"):
        assert personal not in page.replace(told["confirmation_code"], "")
    (kept,) = rows(door.database, "deletions")
    assert (kept["kind"], kept["contacts"]) == ("deletion", None)
    assert "7001" not in repr({**kept, "code": None, "asked_at": None, "done_at": None})
    for stranger in ("x" * 24, "..%2F..", "%3Cscript%3E"):
        assert door.get(f"/facebook/deletion/{stranger}")[0] == 404


def test_it_works_twice_and_the_same_for_whoever_was_never_met(door: Door) -> None:
    answers = [door.call("deletion", each) for each in ("7001", "7001", "123456")]
    assert [status for status, _ in answers] == [200, 200, 200]
    assert len({told["confirmation_code"] for _, told in answers}) == 3
    shapes = {(len(told["url"]), len(told["confirmation_code"])) for _, told in answers}
    assert len(shapes) == 1
    pages = {
        door.get(f"/facebook/deletion/{told['confirmation_code']}")[1].replace(told["confirmation_code"], "")
        for _, told in answers
    }
    assert len({each.partition("done on")[0] for each in pages}) == 1


@pytest.mark.parametrize(
    "spoiled",
    [
        pytest.param({"secret": "a stranger's"}, id="forged"),
        pytest.param({"secret": "a consumer secret"}, id="signed-by-the-other-platform's-app"),
        pytest.param({"algorithm": "HMAC-SHA1"}, id="another-algorithm"),
        pytest.param({"issued_at": int((utc_now() - MAX_AGE).timestamp()) - 60}, id="replayed-too-late"),
        pytest.param({"issued_at": int(utc_now().timestamp()) + 3600}, id="from-the-future"),
    ],
)
@pytest.mark.parametrize("what", ["deletion", "deauthorize"])
def test_what_is_not_genuine_changes_nothing(door: Door, what: str, spoiled: dict[str, Any]) -> None:
    before = contents(door.database)
    assert door.call(what, BO.platform_id.partition(":")[2], **spoiled)[0] == 403
    assert contents(door.database) == before
    assert door.call(what, BO.platform_id.partition(":")[2])[0] == 200, "untouched it works"
    assert BO.platform_id not in labels(door.database)


def test_what_is_no_such_form_is_refused(door: Door) -> None:
    before = contents(door.database)
    form = "application/x-www-form-urlencoded"
    assert door.post("/facebook/deletion", b"signed_request=x.y", form) == 403
    assert door.post("/facebook/deletion", b"signed_request=x.y", "application/json") == 415
    assert door.post("/facebook/deletion", b"x" * 20_000, form) == 413
    assert door.post("/facebook/elsewhere", b"", form) == 404
    assert door.post("/facebook/deletion/abcdefghijkl", b"", form) == 405
    assert door.get("/facebook/deletion")[0] == 405
    assert door.get("/facebook/deauthorize")[0] == 405
    assert contents(door.database) == before


def test_an_id_signed_by_another_app_is_another_person(door: Door) -> None:
    assert door.call("deletion", secret="another app's")[0] == 200
    assert ADA_ELSEWHERE.platform_id not in labels(door.database)
    assert {ADA.platform_id, ADA_OF_THE_PAGE.platform_id, ON_X.platform_id} <= set(labels(door.database))


def test_a_friend_who_leaves_the_app_goes_and_pauses_nothing(door: Door) -> None:
    assert door.call("deauthorize")[0] == 200
    assert ADA.platform_id not in labels(door.database)
    assert BO.platform_id in inside(door.database)
    assert [each["paused_reason"] for each in rows(door.database, "accounts")] == [None, None, None]


def test_where_the_owner_of_a_token_leaves_what_it_opened_goes_and_the_account_waits(door: Door) -> None:
    assert door.call("deauthorize", OWNER) == (200, "")
    gone = {ADA.platform_id, BO.platform_id}
    assert not gone & set(labels(door.database))
    assert inside(door.database) == {
        ADA_OF_THE_PAGE.platform_id,
        ADA_ELSEWHERE.platform_id,
        ON_X.platform_id,
    }
    tombstones = {each[1] for each in feed(door.database) if each[2:] == ("remove", "deauthorisation")}
    assert tombstones == gone
    first, *others = sorted(rows(door.database, "accounts"), key=lambda each: int(each["id"]))
    assert "has left the app" in first["paused_reason"]
    assert [each["paused_reason"] for each in others] == [None, None]
    assert OWNER not in first["paused_reason"]
    assert door.call("deauthorize", OWNER)[0] == 200, "it works twice"
    assert [each["kind"] for each in rows(door.database, "deletions")] == ["deauthorisation"] * 2


def test_the_public_address_is_told_where_one_is_set(door: Door, database: Database) -> None:
    with served(Door(database, door.facebook, "https://team.example/open/")) as other:
        _, told = other.call("deletion")
    assert told["url"] == f"https://team.example/open/facebook/deletion/{told['confirmation_code']}"
