"""The departure brake: many missing at once are out of messaging at once, and end with a second walk."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from domain.account import Account
from domain.contact import ContactKey, Profile
from domain.errors import RegularsError
from domain.signal import Signal, SignalKind
from pipeline import brake
from pipeline.page import write_page
from pipeline.reclassify import begin_reclassify, reclassify_step
from pipeline.remove import remove_account
from store import accounts, messaging
from store.accounts import Sealed
from store.database import Database
from store.jobs import Job
from store.tables import withheld
from tests.cast import CNIL, NOW, follows, mentions, objects
from tests.contents import feed, inside, labels, let_be_shown, rows
from tests.scripted import FOLLOWERS, ScriptedConnector
from tests.travel import Travel

#: As many as make the edge of ten per cent and the edge of ten people the same, with some to spare.
PEOPLE = tuple(ContactKey("twitter", str(7000 + each)) for each in range(100))
IDS = [each.platform_id for each in PEOPLE]


@pytest.fixture
def travel(database: Database) -> Travel:
    """Let a hundred people follow, all known."""
    travel = Travel(database, ScriptedConnector({(FOLLOWERS, ""): [follows(each) for each in PEOPLE]}))
    travel.harvest(FOLLOWERS)
    travel.clock.forward(hours=6)
    return travel


def show(travel: Travel, people: Sequence[ContactKey]) -> int:
    """Walk through a list of these people; returns the run."""
    travel.followers[:] = [follows(each) for each in people]
    let_be_shown(travel.database)
    run_id = travel.harvest(FOLLOWERS)[FOLLOWERS]
    let_be_shown(travel.database)
    travel.clock.forward(hours=6)
    return run_id


def doubted(travel: Travel) -> set[int]:
    with travel.database.read() as connection:
        return set(connection.scalars(select(withheld.c.contact_id)))


def removals(travel: Travel) -> list[tuple[str, str]]:
    return [(who, reason) for _, who, op, reason in feed(travel.database) if op == "remove"]


def holding(travel: Travel) -> int:
    return sum(each["ended_at"] is None for each in rows(travel.database, "signals"))


@pytest.mark.parametrize(
    ("missing", "roster", "holds"),
    [
        pytest.param(10, 20, False, id="ten, though half of them"),
        pytest.param(11, 110, False, id="a tenth, though eleven"),
        pytest.param(11, 109, True, id="more than ten and more than a tenth"),
        pytest.param(1000, 10_000, False, id="a tenth of many"),
        pytest.param(1001, 10_000, True, id="one more than a tenth of many"),
        pytest.param(11, 11, True, id="everybody"),
    ],
)
def test_at_its_edges(missing: int, roster: int, *, holds: bool) -> None:
    assert brake.holds(missing, roster) is holds


def test_a_tenth_leave_as_ever(travel: Travel) -> None:
    run_id = show(travel, PEOPLE[10:])
    assert travel.run(run_id)["left"] == 10
    assert doubted(travel) == set()
    assert removals(travel) == [(each, "unfollowed") for each in IDS[:10]]


def test_more_are_out_of_messaging_at_once_and_nothing_ends(travel: Travel) -> None:
    run_id = show(travel, PEOPLE[11:])
    assert (holding(travel), len(doubted(travel))) == (100, 11)
    assert inside(travel.database) == set(IDS[11:])
    assert set(labels(travel.database).values()) == {"regular"}
    assert removals(travel) == [(each, "withheld") for each in IDS[:11]]
    run = travel.run(run_id)
    assert (run["state"], run["left"]) == ("done", 0)
    assert run["error"].startswith("11 people were missing at once")
    assert [(each["state"], each["whole"]) for each in rows(travel.database, "walks")] == [("braked", True)]


def test_a_second_walk_ends_them_without_a_second_removal(travel: Travel) -> None:
    show(travel, PEOPLE[11:])
    run_id = show(travel, PEOPLE[11:])
    assert travel.run(run_id)["left"] == 11
    assert (holding(travel), doubted(travel)) == (89, set())
    assert removals(travel) == [(each, "withheld") for each in IDS[:11]]
    assert {labels(travel.database)[each] for each in IDS[:11]} == {"none"}


def test_a_second_walk_ends_only_whom_both_miss(travel: Travel) -> None:
    show(travel, PEOPLE[30:])
    show(travel, [*PEOPLE[20:30], *PEOPLE[32:]])
    # Twenty are missing twice, ten are back, two are missing for the first time: few enough.
    assert inside(travel.database) == {*IDS[20:30], *IDS[32:]}
    assert doubted(travel) == set()
    steps = [(who, op, reason) for _, who, op, reason in feed(travel.database)[100:]]
    assert steps[30:] == [
        *((each, "remove", "unfollowed") for each in IDS[30:32]),
        *((each, "upsert", "admitted") for each in IDS[20:30]),
    ]


def test_others_missing_at_the_second_walk_are_doubted_anew(travel: Travel) -> None:
    show(travel, PEOPLE[11:])
    show(travel, PEOPLE[40:])
    assert (holding(travel), len(doubted(travel))) == (89, 29)
    assert inside(travel.database) == set(IDS[40:])
    show(travel, PEOPLE[40:])
    assert (holding(travel), doubted(travel)) == (60, set())


def test_a_page_or_an_event_that_shows_them_brings_them_back(travel: Travel) -> None:
    show(travel, PEOPLE[11:])
    with travel.database.write() as connection:
        written = write_page(
            connection, (travel.account.id, "twitter"), [follows(PEOPLE[0])], CNIL, now=travel.clock()
        )
        messaging.publish(connection, written.steps, now=travel.clock())
    assert inside(travel.database) == {IDS[0], *IDS[11:]}
    let_be_shown(travel.database)
    assert feed(travel.database)[-1][1:] == (IDS[0], "upsert", "admitted")
    # Whom an event showed after a walk had begun is not missed by it.
    assert len(doubted(travel)) == 10


@pytest.mark.parametrize("short", [pytest.param(0, id="whole"), pytest.param(20, id="short")])
def test_whom_an_event_brought_during_a_walk_is_not_missing_in_it(travel: Travel, short: int) -> None:
    del travel.followers[:short]
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    travel.connector.upsets = [50]
    travel.step(run_id)
    newcomer = ContactKey("twitter", "8001")
    travel.clock.forward(seconds=5)
    with travel.database.write() as connection:
        written = write_page(
            connection, (travel.account.id, "twitter"), [follows(newcomer)], CNIL, now=travel.clock()
        )
        messaging.publish(connection, written.steps, now=travel.clock())
    travel.finish(run_id)
    assert newcomer.platform_id in inside(travel.database)
    assert len(doubted(travel)) == short


def test_nothing_but_the_withheld_act_being_seen_brings_them_back(travel: Travel) -> None:
    """A mention with a new name, another pack and the removal of another account leave them out."""
    show(travel, PEOPLE[11:])
    with travel.database.write() as connection:
        renamed = [each._replace(profile=Profile("new", "New")) for each in (mentions(PEOPLE[0]),)]
        account = (travel.account.id, "twitter")
        written = write_page(connection, account, renamed, _naming_mentions(), now=travel.clock())
        messaging.publish(connection, written.steps, now=travel.clock())
    _reclassify(travel, "eu-2026")
    with travel.database.write() as connection:
        other = _other_account(connection)
        written = write_page(connection, (other.id, "twitter"), [mentions(PEOPLE[1])], CNIL, now=NOW)
        messaging.publish(connection, written.steps, now=travel.clock())
        remove_account(connection, other, CNIL, now=travel.clock())
    assert inside(travel.database) == set(IDS[11:])
    assert [who for _, who, op, _ in feed(travel.database)[100:] if op == "upsert" and who in IDS[:11]] == []


def _naming_mentions() -> object:
    from dataclasses import replace  # noqa: PLC0415

    rules = dict(CNIL.rules)
    rules[SignalKind.MENTIONED] = replace(rules[SignalKind.MENTIONED], profile=True)
    return replace(CNIL, rules=rules)


def _reclassify(travel: Travel, pack: str) -> None:
    with travel.database.write() as connection:
        job_id = begin_reclassify(connection, pack, now=travel.clock())
    job = Job(job_id, 0, "reclassify", {"pack": pack}, {}, 1)
    reclassify_step(travel.database, job, lambda *_, **__: None, travel.clock())


def _other_account(connection: object) -> Account:
    account = Account("twitter", "5001", "our other profile")
    account_id = accounts.add(connection, account, Sealed(b"sealed", None, None), now=NOW)  # type: ignore[arg-type]
    return accounts.get(connection, account_id)  # type: ignore[arg-type]


@pytest.fixture
def other(travel: Travel) -> Account:
    """Let Ada's like, the first of the hundred, follow another account of ours too."""
    with travel.database.write() as connection:
        other = _other_account(connection)
        written = write_page(connection, (other.id, "twitter"), [follows(PEOPLE[0])], CNIL, now=NOW)
        messaging.publish(connection, written.steps, now=NOW)
    return other


@pytest.mark.usefixtures("other")
def test_who_follows_another_account_too_stays_in(travel: Travel) -> None:
    show(travel, PEOPLE[11:])
    assert inside(travel.database) == {IDS[0], *IDS[11:]}
    assert len(doubted(travel)) == 11
    show(travel, PEOPLE[11:])
    assert inside(travel.database) == {IDS[0], *IDS[11:]}
    assert IDS[0] not in dict(removals(travel))


def test_who_comes_to_follow_another_account_comes_back(travel: Travel) -> None:
    show(travel, PEOPLE[11:])
    with travel.database.write() as connection:
        other = _other_account(connection)
        acts = [mentions(PEOPLE[1]), follows(PEOPLE[0])]
        written = write_page(connection, (other.id, "twitter"), acts, CNIL, now=travel.clock())
        messaging.publish(connection, written.steps, now=travel.clock())
    assert inside(travel.database) == {IDS[0], *IDS[11:]}
    assert len(doubted(travel)) == 11


def test_when_the_other_account_goes_they_are_out_as_well(travel: Travel, other: Account) -> None:
    show(travel, PEOPLE[11:])
    with travel.database.write() as connection:
        assert remove_account(connection, other, CNIL, now=travel.clock()) == 1
    assert inside(travel.database) == set(IDS[11:])
    assert removals(travel)[-1] == (IDS[0], "withheld")
    assert labels(travel.database)[IDS[0]] == "regular"


@pytest.mark.usefixtures("other")
def test_when_the_doubting_account_goes_all_of_it_goes(travel: Travel) -> None:
    show(travel, PEOPLE[11:])
    with travel.database.write() as connection:
        assert remove_account(connection, travel.account, CNIL, now=travel.clock()) == 89
    assert inside(travel.database) == {IDS[0]}
    assert doubted(travel) == set()
    assert [who for who, _ in removals(travel)] == [*IDS[1:11], *IDS[11:]]


def test_an_objection_while_withheld_stands_whatever_is_seen_again(travel: Travel) -> None:
    show(travel, PEOPLE[11:])
    account = (travel.account.id, "twitter")
    for act in (objects(PEOPLE[0]), follows(PEOPLE[0])):
        with travel.database.write() as connection:
            written = write_page(connection, account, [act], CNIL, now=travel.clock())
            messaging.publish(connection, written.steps, now=travel.clock())
    assert labels(travel.database)[IDS[0]] == "suppressed"
    assert IDS[0] not in inside(travel.database)
    assert [reason for who, reason in removals(travel) if who == IDS[0]] == ["withheld"]
    show(travel, PEOPLE)
    assert inside(travel.database) == set(IDS[1:])


def test_an_operators_yes_ends_them(travel: Travel) -> None:
    show(travel, PEOPLE[11:])
    with travel.database.write() as connection:
        assert brake.confirm(connection, travel.account, CNIL, now=travel.clock()) == 11
    assert (holding(travel), doubted(travel)) == (89, set())
    assert {labels(travel.database)[each] for each in IDS[:11]} == {"none"}
    assert len(removals(travel)) == 11


def test_an_operators_no_brings_them_back_and_the_next_walk_asks_again(travel: Travel) -> None:
    show(travel, PEOPLE[11:])
    with travel.database.write() as connection:
        assert brake.release(connection, travel.account, CNIL, now=travel.clock()) == 11
    assert inside(travel.database) == set(IDS)
    show(travel, PEOPLE[11:])
    assert (holding(travel), len(doubted(travel))) == (100, 11)
    assert inside(travel.database) == set(IDS[11:])


@pytest.mark.parametrize("verb", [brake.confirm, brake.release])
def test_where_nobody_is_withheld_there_is_nothing_to_say(travel: Travel, verb: object) -> None:
    with travel.database.write() as connection, pytest.raises(RegularsError, match="brake list"):
        verb(connection, travel.account, CNIL, now=travel.clock())  # type: ignore[operator]


def test_a_walk_that_took_days_adds_and_ends_nobody(travel: Travel) -> None:
    newcomer = ContactKey("twitter", "8001")
    travel.followers[:] = [follows(each) for each in (newcomer, *PEOPLE[1:])]
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    travel.connector.upsets = [20] * 6
    for _ in range(4):
        travel.step(run_id)
        travel.clock.forward(hours=19)
    travel.finish(run_id)
    assert inside(travel.database) == {newcomer.platform_id, *IDS}
    assert "took longer than 3 days" in travel.run(run_id)["error"]
    walks = [(each["state"], each["whole"]) for each in rows(travel.database, "walks")]
    assert sorted(walks) == [("done", False), ("done", True)]


def test_a_walk_of_a_former_version_counts_from_its_runs_begin(travel: Travel) -> None:
    travel.followers[:] = [follows(each) for each in PEOPLE[1:]]
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    travel.connector.upsets = [50]
    travel.step(run_id)
    with travel.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM walks WHERE state = 'running'")
    travel.finish(run_id)
    assert inside(travel.database) == set(IDS[1:])


def test_walks_keep_the_last_whole_one_and_when_it_began(travel: Travel) -> None:
    began = travel.clock()
    show(travel, PEOPLE)
    (walk,) = rows(travel.database, "walks")
    assert (walk["began_at"], walk["members"], walk["whole"]) == (began, 100, True)
    travel.connector.upsets = [1]
    failing: list[Signal] = travel.followers[:]
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    travel.step(run_id)
    assert len(rows(travel.database, "walks")) == 2
    travel.clock.forward(hours=21)
    travel.finish(run_id)
    # The cursor had aged, so the walk began anew: nobody shown before counts as confirmed by it.
    (walk,) = rows(travel.database, "walks")
    assert walk["began_at"] == began + timedelta(hours=6 + 21)
    assert failing == travel.followers
