"""Consumers are told that there is something to read: signed, once, again where it failed, and of nobody."""

import logging
import re
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Connection, select, update

from config.settings import Settings
from domain.admission import Controller
from domain.alert import AlertKind
from domain.consumer import Consumer
from domain.contact import ContactKey
from domain.journal import Act
from domain.recipient import Recipient
from domain.segment import Segment
from domain.webhook import PATIENCE, WAITS, State, Webhook, WebhookError
from exports.binding import source_of
from exports.feed import OFFERED, Reading, begin, snapshot
from pipeline import alerting, halting
from pipeline.consumers import Wanted, add_consumer, revoke_consumer
from pipeline.rights import OBJECTED, end_contact
from pipeline.webhook_letters import drop_letter, replay_letter
from pipeline.webhooks import (
    Means,
    add_webhook,
    pause_webhook,
    resume_webhook,
    rotate_secret,
)
from store import consumers, exports, journal, recipients, segments, webhook_events, webhook_letters, webhooks
from store.database import Database
from store.tables import feed_state, webhook_deliveries
from tests.cast import ADA, BO, CY, follows
from tests.consumers import CRM
from tests.interests import page
from tests.webhook_receiver import Receiver, receiving
from workers.announcer import EVERY, KEPT, Announcer, outbound_of
from workers.runtime import Runtime, utc_now

DOCUMENT = Path(__file__).parents[3] / "docs" / "consumers.md"


class Told:
    """A consumer with an endpoint, and an announcer whose clock is set by hand."""

    def __init__(self, database: Database, folder: Path, receiver: Receiver) -> None:
        self.database, self.receiver = database, receiver
        url = database.engine.url.render_as_string(hide_password=False)
        self.runtime = Runtime(
            Settings(
                data_dir=folder,
                database_url=SecretStr(url),
                controller=Controller.PARTY,
                outbound_private="127.0.0.0/8",
            )
        )
        self.now = utc_now()
        means = Means(outbound_of(self.runtime), self.runtime.seal_text)
        with database.write() as connection:
            crm = CRM._replace(id=recipients.add(connection, CRM, now=self.now))
            self.consumer = self.let_in(connection, crm, "crm")
            self.other = self.let_in(connection, crm, "other")
            made, self.secret = add_webhook(
                connection, self.consumer, receiver.url, means, "test", now=self.now
            )
        self.number = made.id
        self.announcer = self.another()

    def let_in(self, connection: Connection, crm: Recipient, name: str) -> Consumer:
        """Let a consumer read."""
        return add_consumer(connection, Wanted(name, crm, ()), OFFERED, "test", now=self.now)[0]

    def read(self, consumer: Consumer | None = None) -> int:
        """Let a consumer read everything and acknowledge it; returns how many it was shown."""
        with self.database.write() as connection:
            who = consumer or self.consumer
            source = source_of(connection, who, self.runtime.policy_in_force(connection))
            source.settle(connection, now=self.now)
            reading = Reading(who, frozenset(), 100, 365, self.now, source)
            shown = snapshot(connection, begin(connection, reading), reading)
            consumers.acknowledge(connection, reading.consumer.id, shown.place.seq, 0, now=self.now)
        return len(shown.items)

    def another(self) -> Announcer:
        """Return an announcer of another process."""
        return Announcer(self.runtime, lambda: self.now, lambda: 0.0)

    def announce(self, after: timedelta = EVERY) -> int:
        """Announce a while later; returns how many tries came."""
        self.now += after
        before = len(self.receiver.taken)
        self.announcer.announce()
        return len(self.receiver.taken) - before

    def object(self, key: ContactKey = CY) -> None:
        """Let somebody object."""
        with self.database.write() as connection:
            suppressor = self.runtime.suppressor_of(connection)
            end_contact(connection, [key], suppressor, OBJECTED, now=utc_now())

    @property
    def webhook(self) -> Webhook:
        """How the endpoint stands."""
        with self.database.read() as connection:
            return webhooks.get(connection, self.number)

    def listed(self) -> webhooks.Listed:
        """Return it with what is on its way."""
        with self.database.read() as connection:
            (found,) = webhooks.every(connection)
        return found

    def die(self) -> webhook_letters.Letter:
        """Let the first and the last try fail; returns the letter."""
        self.receiver.status = 500
        assert self.announce() == 1
        with self.database.write() as connection:
            alive = webhook_deliveries.c.dead_at.is_(None)
            connection.execute(update(webhook_deliveries).where(alive).values(tries=len(WAITS)))
        assert self.announce(sum(WAITS, timedelta())) == 1
        (letter,) = self.listed().letters
        return letter


@pytest.fixture
def told(database: Database, tmp_path: Path) -> Iterator[Told]:
    """Let a receiver listen to an installation of a party, where Ada and Cy are regular."""
    with receiving() as receiver:
        made = Told(database, tmp_path / "data", receiver)
        page(database, [follows(ADA), follows(CY)], now=utc_now())
        yield made
        made.runtime.database.close()


def test_a_consumer_is_told_once_of_what_it_has_not_acknowledged(told: Told) -> None:
    assert told.announce() == 1  # those who came in were let in for it, too
    sent = told.receiver.last
    at = told.now.replace(microsecond=0)
    assert sent.event == {"type": "feed.changed", "timestamp": f"{at:%Y-%m-%dT%H:%M:%SZ}", "data": {}}
    assert sent.is_signed(told.secret)
    assert not sent.is_signed("whsec_" + "A" * 43 + "=")
    assert abs(int(sent.headers["webhook-timestamp"]) - told.now.timestamp()) <= 1
    assert sent.path == "/hook"
    assert told.announce() == 0  # nothing more
    told.read()
    assert told.announce() == 0
    told.object()
    assert told.announce() == 1
    assert told.receiver.last.id != sent.id
    assert told.read() == 1
    assert told.webhook.delivered_at == told.now


def test_the_check_of_signatures_in_the_document_is_right(told: Told) -> None:
    assert told.announce() == 1
    checks = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    known: dict[str, Any] = {}
    exec(checks[0], known)  # noqa: S102  # the document's own
    sent = told.receiver.last
    assert known["is_ours"](sent.headers, sent.body, told.secret)
    assert not known["is_ours"](sent.headers, sent.body + b" ", told.secret)
    assert not known["is_ours"](sent.headers, sent.body, "whsec_" + "A" * 44)
    late = {**sent.headers, "webhook-timestamp": str(int(sent.headers["webhook-timestamp"]) - 400)}
    assert not known["is_ours"](late, sent.body, told.secret)


def test_what_happens_meanwhile_is_told_by_the_next(told: Told) -> None:
    assert told.announce() == 1
    told.read()
    told.object(ADA)
    assert told.announce(EVERY / 3) == 0
    told.object(CY)
    assert told.announce(EVERY / 3) == 0
    assert told.announce() == 1


def test_what_concerns_others_is_passed_over(told: Told) -> None:
    assert told.announce() == 1
    told.read()
    page(told.database, [follows(BO)], now=utc_now())
    told.announcer.announce()
    assert told.read(told.other) == 3
    told.announce()
    told.object(BO)  # of whom the first never learned
    assert told.announce() == 0
    with told.database.read() as connection:
        (waits,) = webhook_events.waiting(connection, told_before=told.now, now=told.now)
        newest = exports.newest_seq(connection)
        # It is not looked at again.
        assert not webhook_events.has_moved(connection, waits, newest, halted=False)


@pytest.mark.parametrize(("since", "tries"), [(date(2020, 1, 1), 1), (date(2099, 1, 1), 0)])
def test_who_is_bound_to_a_segment_is_told_of_that_alone(told: Told, since: date, tries: int) -> None:
    with told.database.write() as connection:
        segment_id = segments.add(connection, Segment("new", since=since), "test", now=told.now)
        crm = CRM._replace(id=told.consumer.recipient_id)
        wanted = Wanted("bound", crm, (), segment_id=segment_id, why="the campaign")
        bound, _ = add_consumer(connection, wanted, OFFERED, "test", now=told.now)
        webhooks.remove(connection, told.number)
        means = Means(outbound_of(told.runtime), told.runtime.seal_text)
        add_webhook(connection, bound, told.receiver.url, means, "test", now=told.now)
    assert told.announce() == tries
    told.read(bound)
    assert told.announce() == 0
    told.object(ADA)
    assert told.announce() == tries


def test_several_dispatchers_tell_it_once(told: Told) -> None:
    told.now += EVERY
    threads = [threading.Thread(target=told.another().announce) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len({each.id for each in told.receiver.taken}) == 1
    assert len(told.receiver.taken) == 1


def test_what_is_not_taken_comes_again_ever_later_and_dies(told: Told) -> None:
    told.receiver.status = 500
    assert told.announce() == 1
    assert told.announce(WAITS[0] / 2) == 0
    assert told.announce(WAITS[0] / 2) == 1
    for wait in WAITS[1:]:
        assert told.announce(wait - timedelta(seconds=1)) == 0
        assert told.announce(timedelta(seconds=1)) == 1
    first, *others = told.receiver.taken
    assert len(others) == len(WAITS)
    assert {(each.id, each.body) for each in others} == {(first.id, first.body)}
    stamps = [int(each.headers["webhook-timestamp"]) for each in told.receiver.taken]
    assert stamps == sorted(set(stamps))
    assert all(each.is_signed(told.secret) for each in others)
    found = told.listed()
    (letter,) = found.letters
    assert found.pending is None
    assert (letter.tries, letter.error) == (len(WAITS) + 1, "The address answered with status 500.")
    assert told.announce(timedelta(days=1)) == 0
    assert found.webhook.state is State.ACTIVE


def test_a_dead_letter_is_sent_once_more_or_dropped(told: Told) -> None:
    letter = told.die()
    told.receiver.status = 204
    with told.database.write() as connection:
        replay_letter(connection, letter, "test", now=told.now)
    assert told.announce(timedelta(0)) == 1
    assert told.receiver.last.id == letter.message_id
    assert told.listed().letters == ()
    assert told.webhook.failing_since is None
    told.object()
    told.read()
    told.object(ADA)
    again = told.die()
    with told.database.write() as connection:
        pause_webhook(connection, told.webhook, "test", now=told.now)
        with pytest.raises(WebhookError, match="resume it first"):
            replay_letter(connection, again, "test", now=told.now)
        drop_letter(connection, again, "test", now=told.now)
        with pytest.raises(WebhookError, match="no such dead letter"):
            webhook_letters.letter(connection, again.id)
    acts = (Act.WEBHOOK_REPLAYED, Act.WEBHOOK_DROPPED)
    assert len(entered(told, *acts)) == 2


def test_one_that_fails_for_long_is_disabled_and_told(told: Told) -> None:
    told.die()
    assert alarms(told) == []
    told.object(ADA)
    told.read()
    told.object(CY)
    while told.now - told.listed().letters[-1].made_at < PATIENCE:
        told.announce(timedelta(hours=25))
    assert told.webhook.state is State.DISABLED
    assert told.announce(timedelta(days=1)) == 0
    assert told.listed().pending is None
    assert len(told.listed().letters) == 2
    assert alarms(told) == [{"consumer": "crm", "recipient": "CRM of Paris", "why": "disabled"}]
    told.receiver.status = 200
    with told.database.write() as connection:
        with pytest.raises(WebhookError, match="ended by itself"):
            pause_webhook(connection, told.webhook, "test", now=told.now)
        resume_webhook(connection, told.webhook, "test", now=told.now)
    assert alarms(told) == []


def test_gone_ends_it(told: Told) -> None:
    told.receiver.status = 410
    assert told.announce() == 1
    assert told.webhook.state is State.GONE
    told.receiver.status = 200
    assert told.announce(timedelta(days=2)) == 0
    assert len(told.listed().letters) == 1
    assert alarms(told) == [{"consumer": "crm", "recipient": "CRM of Paris", "why": "gone"}]
    (entry,) = entered(told, Act.WEBHOOK_ENDED)
    assert entry["actor"] == "dispatcher"


@pytest.mark.parametrize("status", [429, 503])
def test_it_is_left_alone_for_as_long_as_it_asks(told: Told, status: int) -> None:
    told.receiver.status, told.receiver.answers = status, {"retry-after": "600"}
    assert told.announce() == 1
    assert told.announce(timedelta(seconds=599)) == 0
    assert told.announce(timedelta(seconds=1)) == 1


def test_both_secrets_sign_for_a_day_after_a_rotation(told: Told) -> None:
    with told.database.write() as connection:
        fresh = rotate_secret(connection, told.webhook, told.runtime.seal_text, "test", now=told.now)
    assert told.announce() == 1
    assert told.receiver.last.is_signed(fresh)
    assert told.receiver.last.is_signed(told.secret)
    told.read()
    told.object()
    assert told.announce(timedelta(days=1)) == 1
    assert told.receiver.last.is_signed(fresh)
    assert not told.receiver.last.is_signed(told.secret)
    with told.database.write() as connection:
        last = rotate_secret(
            connection, told.webhook, told.runtime.seal_text, "test", now=told.now,
            overlap=timedelta(0),
        )  # fmt: skip
    told.read()
    told.object(ADA)
    assert told.announce() == 1
    assert told.receiver.last.is_signed(last)
    assert " " not in told.receiver.last.headers["webhook-signature"]


def test_redirects_and_private_addresses_are_not_followed(told: Told) -> None:
    told.receiver.status, told.receiver.answers = 302, {"location": told.receiver.url + "/elsewhere"}
    assert told.announce() == 1
    pending = told.listed().pending
    assert pending is not None
    assert pending.error == "The address answered with status 302."
    told.runtime.settings = told.runtime.settings.model_copy(update={"outbound_private": None})
    strict = Announcer(told.runtime, lambda: told.now, lambda: 0.0)
    told.now += timedelta(seconds=5)
    assert strict.announce() == 0
    assert len(told.receiver.taken) == 1
    pending = told.listed().pending
    assert pending is not None
    assert "REGULARS_OUTBOUND_PRIVATE" in (pending.error or "")


def test_a_halt_lets_removals_through_and_nothing_else(told: Told) -> None:
    assert told.announce() == 1
    told.read()
    with told.database.write() as connection:
        halting.halt(connection, None, "test", "looked into", now=told.now)
    page(told.database, [follows(BO)], now=utc_now())
    assert told.announce() == 0
    told.object()
    assert told.announce() == 1
    told.read()
    with told.database.write() as connection:
        halting.resume(connection, None)
    halting.admit_waiting(told.database, told.runtime.policy_in_force, now=told.now)
    assert told.announce() == 1  # of Bo, who is let in now


def test_after_a_restore_it_is_told_to_begin_anew(told: Told) -> None:
    assert told.announce() == 1
    told.read()
    assert told.announce() == 0
    with told.database.write() as connection:
        connection.execute(update(feed_state).values(epoch="another"))
    assert told.announce() == 1
    assert told.announce() == 0


def test_who_may_read_nothing_is_told_nothing(told: Told) -> None:
    told.now += timedelta(days=400)  # its token is over
    assert told.announce() == 0
    told.now -= timedelta(days=400)
    with told.database.write() as connection:
        revoke_consumer(connection, told.consumer, "test", now=told.now)
        assert webhooks.every(connection) == []
    assert told.announce() == 0


def test_a_paused_one_is_told_when_it_goes_on(told: Told) -> None:
    with told.database.write() as connection:
        pause_webhook(connection, told.webhook, "test", now=told.now)
    assert told.announce() == 0
    with told.database.write() as connection:
        resume_webhook(connection, told.webhook, "test", now=told.now)
    assert told.announce() == 1


def test_dead_letters_go_after_a_month(told: Told) -> None:
    told.die()
    told.receiver.status = 200
    told.object(ADA)
    told.read()
    told.object(CY)
    assert told.announce(KEPT + timedelta(days=1)) == 1
    assert told.listed().letters == ()


def test_a_secret_stands_nowhere_in_the_clear(told: Told, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    told.receiver.status = 500
    told.announce()
    said = "".join(f"{each.getMessage()} {each.__dict__}" for each in caplog.records)
    assert "announcer.not_taken" in said
    for secret in (told.secret, told.secret.removeprefix("whsec_"), told.receiver.url):
        assert secret not in said
    with told.database.read() as connection:
        sealed = webhooks.secrets_of(connection, told.number, now=told.now)
        kept = str(connection.execute(select(webhook_deliveries)).all())
    assert told.secret.encode() not in b"".join(sealed)
    assert told.secret not in kept
    assert told.secret not in str(entered(told, Act.WEBHOOK_ADDED))


def alarms(told: Told) -> list[dict[str, str | int]]:
    """Return what is alarmed of endpoints."""
    with told.database.read() as connection:
        found = alerting.found(connection, now=told.now)
        return [dict(each.values) for each in found if each.kind == AlertKind.WEBHOOK_ENDED]


def entered(told: Told, *acts: Act) -> list[Any]:
    """Return the journal's entries of some acts, the newest first."""
    with told.database.read() as connection:
        return [each for each in journal.listed(connection, count=200) if each["act"] in acts]
