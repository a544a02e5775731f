"""Who is gone from X goes here: asked of a simulated X over loopback, whatever is killed between."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from config.suppression import Suppressor, new_key
from connectors.registry import connect
from connectors.twitter.compliance import Check, Compliance
from domain.account import Account
from domain.contact import ContactKey, Profile
from domain.credentials import Credentials
from domain.deletion import Fate
from domain.label import Label
from pipeline import checking as module
from pipeline.gone import apply_fates
from pipeline.heed import heeded
from simulator.twitter import compliance
from store import failures, inbox, jobs, suppressions
from store.contacts import Fresh, add
from store.database import Database
from store.inbox import Arrived
from tests.cast import CNIL, follows, mentions
from tests.checking import Checking, checking, known_to
from tests.contents import contents, feed, inside, labels, let_be_shown, rows


@pytest.fixture
def world(database: Database) -> Iterator[Checking]:
    """Let five people follow of whom X says that all is well."""
    with checking(database) as joined:
        joined.page(*(follows(each) for each in known_to(joined.x, 5)))
        assert len(inside(database)) == 5
        let_be_shown(database)
        yield joined


def ids(world: Checking) -> list[str]:
    return [each.platform_id for each in known_to(world.x, 5)]


def test_where_all_is_well_nothing_changes(world: Checking) -> None:
    before = {name: contents(world.database)[name] for name in ("contacts", "signals", "changes")}
    done = world.check()
    assert (done["state"], done["reached"]["contacts"], done["reached"]["erased"]) == ("done", 5, 0)
    assert {name: contents(world.database)[name] for name in before} == before
    assert rows(world.database, "deletions") == []


@pytest.mark.parametrize("fate", ["deleted", "deactivated", "suspended"])
def test_who_is_gone_there_is_gone_here_with_a_tombstone(world: Checking, fate: str) -> None:
    gone, *others = ids(world)
    world.page(mentions(ContactKey("twitter", gone), text="hello"))
    world.say(**{f"x{gone}": fate})
    done = world.check()
    assert done["reached"]["erased"] == 1
    assert inside(world.database) == set(others)
    assert [each[2:] for each in feed(world.database) if each[1] == gone] == [("remove", "platform_gone")]
    everything = {name: found for name, found in contents(world.database).items() if name != "changes"}
    assert gone not in repr(everything)
    (kept,) = rows(world.database, "deletions")
    assert (kept["kind"], kept["contacts"]) == (fate, 1)
    assert kept["done_at"] - kept["asked_at"] < timedelta(hours=1)


def test_of_a_protected_person_the_follow_alone_stays(world: Checking) -> None:
    first = ContactKey("twitter", ids(world)[0])
    world.page(mentions(first, "8001", text="said in public once"))
    world.say(**{f"x{first.platform_id}": "protected"})
    assert world.check()["reached"]["narrowed"] == 1
    kept = next(each for each in rows(world.database, "contacts") if each["platform_id"] == first.platform_id)
    assert (kept["label"], kept["handle"], kept["display_name"]) == ("regular", None, None)
    assert {each["kind"] for each in rows(world.database, "signals")} == {"follows"}
    assert rows(world.database, "texts") == []
    assert "said in public" not in repr(contents(world.database))
    world.clock.forward(days=1)
    assert world.check()["reached"]["narrowed"] == 0, "nothing is left to narrow"


def test_no_name_of_a_protected_person_comes_back_and_a_suppressed_handle_is_still_known(
    world: Checking,
) -> None:
    first = ContactKey("twitter", ids(world)[0])
    world.page(replace_profile(first)._replace(hidden=True))
    assert "someone" not in repr(contents(world.database)["contacts"])
    suppressor = Suppressor([new_key()])
    with world.database.write() as connection:
        values = suppressor.values([("handle:twitter", "someone")])
        suppressions.add(connection, values, "objected", wraps=1, now=world.clock())
        kept, _, _ = heeded(
            connection, [replace_profile(first)._replace(hidden=True)], suppressor, now=world.clock()
        )
    assert kept == []


def test_a_protected_name_leaves_the_feed_and_who_only_wrote_goes_whole(world: Checking) -> None:
    first, writer = ContactKey("twitter", ids(world)[0]), known_to(world.x, 6)[5]
    world.page(replace_profile(first), mentions(writer, "8002"))
    assert writer.platform_id in labels(world.database)
    world.say(**{f"x{first.platform_id}": "protected", f"x{writer.platform_id}": "protected"})
    world.check()
    assert feed(world.database)[-1][1:] == (first.platform_id, "upsert", "protected")
    assert writer.platform_id not in labels(world.database)
    assert "someone" not in repr(contents(world.database)["contacts"])


def replace_profile(who: ContactKey) -> Any:

    return follows(who, Profile("someone", "Some One"))


def test_scrubbed_places_are_noted_and_nothing_of_them_was_held(world: Checking) -> None:
    world.say(**{f"x{ids(world)[0]}": "scrub_geo"})
    world.check()
    assert len(inside(world.database)) == 5
    assert [each["kind"] for each in rows(world.database, "deletions")] == ["scrub_geo"]


def test_an_order_to_delete_for_a_new_reason_is_obeyed(world: Checking) -> None:
    world.say(**{f"x{ids(world)[0]}": "a reason of next year"})
    world.check()
    assert inside(world.database) == set(ids(world)[1:])


def test_ids_go_up_in_parts_one_check_after_the_other(
    world: Checking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 2)
    world.say(**{f"x{each}": "deleted" for each in (ids(world)[0], ids(world)[4])})
    done = world.check()
    assert (done["reached"]["contacts"], done["reached"]["erased"]) == (5, 2)
    uploads = [job["_ids"] for job in world.x.world.memory["twitter"]["jobs"].values()]
    assert [len(each) for each in uploads] == [2, 2, 1]
    assert sorted(each for upload in uploads for each in upload) == sorted(ids(world))


def test_ids_of_the_other_platform_never_go_up(world: Checking) -> None:
    with world.database.write() as connection:
        stranger = Fresh("4001:7001", Label.NONE, Profile(None, None), None)
        add(connection, "facebook", [stranger], now=world.clock())
        add(connection, "facebook", [stranger._replace(platform_id=ids(world)[0])], now=world.clock())
    world.say(**{f"x{ids(world)[0]}": "deleted"})
    world.check()
    (job,) = world.x.world.memory["twitter"]["jobs"].values()
    assert sorted(job["_ids"]) == sorted(ids(world))
    left = {(each["platform"], each["platform_id"]) for each in rows(world.database, "contacts")}
    assert ("facebook", ids(world)[0]) in left
    assert ("twitter", ids(world)[0]) not in left


class Killed(BaseException):
    """What ends a worker in the middle of a step."""


@pytest.mark.parametrize(
    "point", ["find", "begin", "look", "upload", "result", "after begin", "after upload"]
)
@pytest.mark.parametrize("nth", [1, 2])
def test_a_kill_between_any_two_steps_loses_nothing(
    world: Checking, monkeypatch: pytest.MonkeyPatch, point: str, nth: int
) -> None:
    """`after …` dies when X has done it and we have not kept that."""
    name = point.removeprefix("after ")
    real, calls = getattr(Compliance, name), []

    def dies(self: Compliance, *given: Any) -> Any:
        calls.append(name)
        if len(calls) == nth and not point.startswith("after"):
            raise Killed
        answer = real(self, *given)
        if len(calls) == nth:
            raise Killed
        return answer

    monkeypatch.setattr(Compliance, name, dies)
    monkeypatch.setattr(module, "AT_ONCE", 3)
    world.say(**{f"x{each}": "deleted" for each in (ids(world)[0], ids(world)[4])})
    job_id = world.begin()
    assert job_id is not None
    for _ in range(60):
        if world.job(job_id)["state"] != "running":
            break
        try:
            world.step(job_id)
        except Killed:
            world.clock.forward(minutes=3)  # its lease ends
    assert (world.job(job_id)["state"], world.job(job_id)["reached"]["erased"]) == ("done", 2)
    assert inside(world.database) == set(ids(world)[1:4])
    made = world.x.world.memory["twitter"]["jobs"].values()
    assert len(made) == 2, "a job whose answer was lost is taken up, not made twice"


def test_a_kill_while_it_is_applied_applies_it_whole_the_next_time(
    world: Checking, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.say(**{f"x{ids(world)[0]}": "deleted"})

    def dies(*given: Any, **more: Any) -> Any:
        apply_fates(*given, **more)
        raise Killed

    job_id = world.begin()
    assert job_id is not None
    with monkeypatch.context() as patched:
        patched.setattr(module, "apply_fates", dies)
        with pytest.raises(Killed):
            world.finish(job_id)
    assert len(inside(world.database)) == 5
    world.clock.forward(minutes=3)
    assert world.finish(job_id)["reached"]["erased"] == 1
    assert len([each for each in feed(world.database) if each[2] == "remove"]) == 1


def test_nobody_sleeps_while_x_works(world: Checking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.twitter.compliance._step", lambda job: job)
    job_id = world.begin()
    assert job_id is not None
    pauses = []
    for _ in range(8):
        world.step(job_id)
        pauses.append((world.job(job_id)["due_at"] - world.clock()).total_seconds())
    waits = [each for each in pauses if each > 0]
    assert waits == sorted(waits)
    assert waits[0] >= 10
    (entry,) = rows(world.database, "outbox")
    assert entry["sent_at"] is None, "the dispatcher wakes it, no worker waits"


def test_an_answer_that_does_not_come_is_asked_for_again(world: Checking) -> None:
    world.x.command("faults", {"next": [{"kind": "dropped", "times": 2, "platform": "twitter"}]})
    world.say(**{f"x{ids(world)[0]}": "deleted"})
    assert world.check()["reached"]["erased"] == 1


def test_a_spent_window_is_waited_for(world: Checking) -> None:
    world.x.command("limits", {"platform": "twitter", "endpoint": "compliance_job", "app": 1})
    world.say(**{f"x{ids(world)[0]}": "deleted"})
    began = world.clock()
    job_id = world.begin()
    assert job_id is not None
    for _ in range(4):
        world.step(job_id)
    assert world.job(job_id)["due_at"] - began > timedelta(minutes=1)
    assert world.job(job_id)["state"] == "running"
    world.x.command("limits", {"platform": "twitter", "endpoint": "compliance_job", "app": 150})
    assert world.finish(job_id)["reached"]["erased"] == 1


def test_without_the_app_s_token_nothing_is_begun(database: Database) -> None:
    with checking(database, app_token=False) as world:
        world.page(follows(known_to(world.x, 1)[0]))
        assert world.begin() is None


def test_a_token_of_the_account_is_refused_with_a_sentence(world: Checking) -> None:
    ours = world.x.ready["twitter"]
    wrong = connect(
        Account("twitter", ours["account_id"], "x"),
        Credentials(ours["user_token"], app_token=ours["user_token"]),
        ours["base_url"],
    )
    world.travel.road = replace(world.road, connector_of=lambda *_: wrong)
    done = world.check()
    assert done["state"] == "failed"
    assert "bearer token of the app" in done["error"]
    with world.database.read() as connection:
        assert len(failures.listed(connection)) == 1


def test_ids_go_nowhere_but_to_x(world: Checking, monkeypatch: pytest.MonkeyPatch) -> None:

    real = compliance._public
    monkeypatch.setattr(
        compliance, "_public", lambda job: {**real(job), "upload_url": "https://elsewhere.example/take"}
    )
    job_id = world.begin()
    assert job_id is not None
    for _ in range(3):
        world.step(job_id)
    assert world.job(job_id)["reached"]["lost"] >= 1
    assert all("_ids" not in each for each in world.x.world.memory["twitter"]["jobs"].values())


def test_pushes_that_were_puzzling_go_with_whom_they_name(world: Checking) -> None:
    gone, stays = ids(world)[:2]
    came = [Arrived("twitter", f'{{"id":"{each}"}}'.encode(), world.clock()) for each in (gone, stays)]
    came.append(Arrived("facebook", f'{{"id":"{gone}"}}'.encode(), world.clock()))
    with world.database.write() as connection:
        inbox.put(connection, inbox.to_store(came, bytes, keep=timedelta(days=3)))
        held = inbox.claim(connection, "worker", now=world.clock())
        inbox.taken_in(connection, "worker", [], [each.id for each in held])
    world.say(**{f"x{gone}": "deleted"})
    world.check()
    kept = [(each["platform"], bytes(each["body"])) for each in rows(world.database, "inbox")]
    assert sorted(kept) == [
        ("facebook", f'{{"id":"{gone}"}}'.encode()),
        ("twitter", f'{{"id":"{stays}"}}'.encode()),
    ]


def test_whoever_goes_at_any_hour_is_gone_here_within_the_pack_s_hours(world: Checking) -> None:
    """Simulated days: each hour somebody may go, and the dispatcher looks every ten minutes."""
    hours = timedelta(hours=CNIL.number("platform_deletion_hours"))
    began = world.clock()
    leaves = dict(zip(ids(world), (1, 12, 13, 25, 40), strict=True))
    gone_at: dict[str, timedelta] = {}
    while world.clock() - began < timedelta(hours=72):
        for each, hour in leaves.items():
            if world.clock() - began >= timedelta(hours=hour):
                world.say(**{f"x{each}": "deactivated"})
        world.begin()
        with world.database.read() as connection:
            last = jobs.newest(connection, jobs.DELETIONS)
        if last and last["state"] == "running" and last["due_at"] <= world.clock():
            world.step(last["id"])
        for each in set(leaves) - inside(world.database):
            gone_at.setdefault(each, world.clock() - began)
        world.clock.forward(minutes=10)
    late = {each: gone_at[each] - timedelta(hours=hour) for each, hour in leaves.items()}
    assert all(timedelta(0) <= each <= hours for each in late.values()), late
    assert rows(world.database, "contacts") == []


def test_a_row_that_says_two_things_of_somebody_counts_the_harder_one(world: Checking) -> None:

    lines = [
        b'{"id":"1","action":"delete","reason":"protected"}',
        b'{"id":"1","action":"delete","reason":"deleted"}',
        b'{"id":"1","action":"delete","reason":"scrub_geo"}',
        b'{"id":"2","action":"modify","reason":"something"}',
        b'{"id":"3 or 4","action":"delete","reason":"deleted"}',
        b"[]",
        b"no json",
        b"",
        b'{"id":"5","action":"scrub_geo"}',
    ]
    checks = world.road.connector_of(None, None).deletions()  # type: ignore[arg-type, attr-defined]
    checks._fetch = lambda *_: b"\n".join(lines)
    told = Compliance.result(checks, Check("1", "", None, "", ""))  # type: ignore[arg-type]
    assert told.fates == {"1": Fate.DELETED, "5": Fate.SCRUB_GEO}
    assert told.unknown == 4
