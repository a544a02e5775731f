"""A token that is bound to a segment opens that alone, and nothing tells that there is more."""

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from console.binding import add_bound
from domain.admission import Controller
from domain.alert import AlertKind
from domain.recipient import Part, Recipient
from domain.segment import Segment, SegmentError
from exports.binding import settle_all
from pipeline.alerting import found
from pipeline.consumers import Wanted, revoke_consumer
from pipeline.halting import admit_waiting, halt, resume
from pipeline.rights import ERASED, OBJECTED
from pipeline.segments import remove_segment
from store import consumers, segment_steps, segments, targetings
from store.database import Database
from store.reckoning import reckon
from store.segment_steps import Bound
from tests import area_tables
from tests.bound import BUS, CARE, bind, end, leave, sign
from tests.cast import CNIL, NOW
from tests.consoles import Consoles, listening
from tests.consumers import CRM, Mirror, Told, ask, let_in
from tests.segmented import keys_by_name


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Iterator[Consoles]:
    """Let a console of a party listen."""
    made_with = Settings(controller=Controller.PARTY)
    with listening(Consoles(database, tmp_path / "data", settings=made_with)) as made:
        made.now = NOW
        yield made


def pass_by(console: Consoles, **time: float) -> None:
    """Let time pass."""
    console.now = (console.now or NOW) + timedelta(**time)


def inside(console: Consoles, segment: Segment) -> set[str]:
    """Return the keys of those whom a segment holds."""
    with console.database.read() as connection:
        return {":".join(each) for each in segments.keys(connection, segment)}


def test_it_reads_its_segment_and_is_told_who_enters_and_leaves_it(console: Consoles) -> None:
    keys = sign(console, Ada="transport", Bo="health", Cy="transport health", Di="health")
    mirror = Mirror(console.port, bind(console, "crm", BUS))
    mirror.follow()
    assert mirror.people.keys() == {keys["Ada"], keys["Cy"]}
    assert sorted(each["seq"] for each in mirror.people.values()) == [1, 2]
    leave(console, keys["Ada"])
    pass_by(console, minutes=1)
    sign(console, Bo="transport health")
    mirror.follow()
    assert mirror.people.keys() == {keys["Bo"], keys["Cy"]}
    assert mirror.gone == {keys["Ada"]: "left_segment"}
    end(console, keys["Cy"], OBJECTED)
    end(console, keys["Di"], OBJECTED)
    mirror.follow()
    assert mirror.people.keys() == {keys["Bo"]}
    assert mirror.gone == {keys["Ada"]: "left_segment", keys["Cy"]: "objected"}
    # Who had left the segment before objects: that asks for more, and is told, too.
    end(console, keys["Ada"], OBJECTED)
    mirror.follow()
    assert mirror.gone[keys["Ada"]] == "objected"
    numbers = [each["seq"] for each in mirror.steps]
    assert numbers == sorted(set(numbers)) == list(range(3, 7))


def test_what_happens_beside_its_segment_changes_no_byte_of_an_answer(console: Consoles) -> None:
    keys = sign(console, Ada="transport", Bo="health")
    mirror = Mirror(console.port, bind(console, "crm", BUS))
    mirror.follow()
    asked = {"cursor": mirror.cursor}
    paths = [("/v1/changes", asked), ("/v1/regular-contacts", {}), (f"/v1/contacts/{keys['Bo']}", {})]
    before = [mirror.get(path, **query) for path, query in paths]
    unknown = mirror.contact("signup:nobody")
    for act in (
        lambda: sign(console, Cy="health", Di=""),
        lambda: leave(console, keys["Bo"]),
        lambda: end(console, keys["Bo"], ERASED),
    ):
        pass_by(console, seconds=30)
        act()
        after = [mirror.get(path, **query) for path, query in paths]
        assert [each.body for each in after] == [each.body for each in before]
        assert [each.headers.get("etag") for each in after] == [each.headers.get("etag") for each in before]
        assert not after[0].json["has_more"]
    assert (unknown.status, unknown.body) == (404, before[2].body)
    same = ask(
        console.port,
        "GET",
        f"/v1/changes?cursor={mirror.cursor}",
        mirror.token,
        If_None_Match=before[0].headers["etag"],
    )
    assert same.status == 304


def test_who_was_never_shown_is_told_by_no_removal_and_by_no_number(console: Consoles) -> None:
    sign(console, Ada="transport")
    mirror = Mirror(console.port, bind(console, "crm", BUS))
    mirror.follow()
    keys = sign(console, Bo="transport")
    with console.database.read() as connection:
        consumer = consumers.named(connection, "crm")
    settle_all(console.database, CNIL, now=NOW)
    end(console, keys["Bo"], ERASED)
    mirror.follow()
    assert (mirror.steps, mirror.gone) == ([], {})
    with console.database.read() as connection:
        assert segment_steps.count(connection, consumer.id) == 1


def test_who_is_out_while_a_page_is_read_is_told_once_it_is_back(console: Consoles) -> None:
    keys = sign(console, Ada="transport")
    bind(console, "crm", BUS)
    with console.database.write() as connection:
        number = consumers.named(connection, "crm").id
        there, away = Bound(number, BUS, True), Bound(number, CARE, True)
        assert [row[6] for row in segment_steps.rows_between(connection, there, 0, 9)] == [1]
        assert segment_steps.rows_between(connection, away, 0, 9) == []  # as if she had left
        reckon(connection, there, now=NOW, whole=True)
        (row,) = segment_steps.rows_between(connection, there, 1, 9)
    assert (f"{row[0]}:{row[1]}", row[6]) == (keys["Ada"], 2)


def test_while_anything_is_halted_only_removals_are_told(console: Consoles) -> None:
    keys = sign(console, Ada="transport", Bo="transport")
    mirror = Mirror(console.port, bind(console, "crm", BUS))
    mirror.follow()
    with console.database.write() as connection:
        halt(connection, None, "a doubt", "test", now=NOW)
    sign(console, Cy="transport")
    leave(console, keys["Ada"])
    mirror.follow()
    assert (mirror.people.keys(), mirror.gone) == ({keys["Bo"]}, {keys["Ada"]: "left_segment"})
    assert mirror.contact(keys["Bo"]).status == 503
    with console.database.write() as connection:
        resume(connection, None)
    admit_waiting(console.database, lambda _: CNIL, now=NOW)
    mirror.follow()
    assert mirror.people.keys() == inside(console, BUS)
    assert len(mirror.people) == 2


def test_a_dead_consumer_raises_the_alarms_of_its_own_segment(console: Consoles) -> None:
    keys = sign(console, Ada="transport", Bo="health", Cy="transport")
    mirror, idle = (
        Mirror(console.port, bind(console, "crm", BUS)),
        Mirror(console.port, bind(console, "idle", CARE)),
    )
    mirror.follow()
    idle.follow()
    end(console, keys["Cy"], OBJECTED)
    sign(console, Di="transport")

    def alarms(**later: float) -> set[tuple[AlertKind, Any]]:
        with console.database.read() as connection:
            kinds = (AlertKind.CONSUMER_BEHIND, AlertKind.REMOVALS_UNACKNOWLEDGED)
            looked = found(connection, now=NOW + timedelta(**later))
            return {(each.kind, each.values["consumer"]) for each in looked if each.kind in kinds}

    settle_all(console.database, CNIL, now=NOW)
    assert alarms(hours=23) == set()
    both = {(AlertKind.CONSUMER_BEHIND, "crm"), (AlertKind.REMOVALS_UNACKNOWLEDGED, "crm")}
    assert alarms(hours=25) == both
    mirror.follow()
    assert alarms(hours=25) == set()


def test_an_old_cursor_is_gone_and_removals_are_forgotten_with_it(console: Consoles) -> None:
    keys = sign(console, Ada="transport", Bo="transport")
    mirror = Mirror(console.port, bind(console, "crm", BUS))
    mirror.follow()
    leave(console, keys["Ada"])
    former = mirror.cursor
    mirror.follow()
    days = CNIL.number("tombstone_days")
    pass_by(console, days=days + 1)
    with console.database.write() as connection:
        assert segment_steps.forget(connection, (console.now or NOW) - timedelta(days=days)) == 1
        shown = connection.exec_driver_sql("SELECT platform || ':' || platform_id FROM received").scalars()
        assert set(shown) == {keys["Bo"]}
    assert mirror.get("/v1/changes", cursor=former).status == 410
    mirror.follow()
    assert mirror.people.keys() == {keys["Bo"]}


def test_a_segment_by_topic_goes_through_the_gate_and_on_record(console: Consoles) -> None:
    sign(console, Ada="transport")
    with pytest.raises(SegmentError, match="for which message"):
        bind(console, "crm", BUS, why=" ")
    with pytest.raises(SegmentError, match="Nobody who declared housing"):
        bind(console, "crm", Segment("flats", "housing"))
    mirror = Mirror(console.port, bind(console, "crm", BUS))
    mirror.begin()
    wanted = Wanted("x", Recipient("The union", "FR", Part.THIRD_PARTY, None), None)
    with console.database.write() as connection:
        chosen = segments.called(connection, "bus")
        with pytest.raises(SegmentError, match="is a third party"):
            add_bound(connection, wanted, chosen, CNIL, "test", now=NOW)
    with console.database.write() as connection:
        assert [each.name for each in consumers.bound(connection)] == ["crm"]
        uses = targetings.every(connection)
        assert [(each.by, each.why, each.segment, each.recipient) for each in uses] == 2 * [
            ("consumer:crm", "a letter", "bus", CRM.name)
        ]
        assert [(each.people, len(each.wordings)) for each in uses] == 2 * [(0, 1)]
        number = segments.called(connection, "bus").id
        with pytest.raises(SegmentError, match="crm may read this segment"):
            remove_segment(connection, number, "test", now=NOW)
        revoke_consumer(connection, consumers.named(connection, "crm"), "test", now=NOW)
        remove_segment(connection, number, "test", now=NOW)
        left = connection.exec_driver_sql("SELECT count(*) FROM segment_steps").scalar_one()
    assert left == 0


def test_each_token_opens_each_route_for_the_contacts_of_its_segment(console: Consoles) -> None:
    sign(
        console,
        A="transport",
        B="health",
        Both="transport health",
        Neither="housing",
        Erased="transport health",
    )
    keys = {name: ":".join(key) for name, key in keys_by_name(console.database).items()}
    bus, care, whole = bind(console, "bus", BUS), bind(console, "care", CARE), let_in(console, "whole")
    revoked, expired = bind(console, "revoked", BUS), bind(console, "expired", BUS, days=1)
    with console.database.write() as connection:
        revoke_consumer(connection, consumers.named(connection, "revoked"), "test", now=NOW)
        area_tables.publish(connection)
    mirrors = {token: Mirror(console.port, token) for token in (bus, care, whole)}
    for each in mirrors.values():
        each.follow()
    end(console, keys["Erased"], ERASED)
    pass_by(console, days=2)
    keys["Absent"] = "signup:404404"
    sees = {
        bus: {"A", "Both"},
        care: {"B", "Both"},
        whole: {"A", "B", "Both", "Neither"},
        revoked: None,
        expired: None,
        "": None,
    }
    shut: set[bytes] = set()
    nothing: set[bytes] = set()
    for token, names in sees.items():
        cursor = mirrors[token].cursor if token in mirrors else mirrors[bus].cursor
        answers: dict[str, Told] = {
            "snapshot": ask(console.port, "GET", "/v1/regular-contacts", token),
            "changes": ask(console.port, "GET", f"/v1/changes?cursor={cursor}", token),
            "ack": ask(console.port, "PUT", "/v1/consumers/me/ack", token, {"cursor": cursor}),
            "me": ask(console.port, "GET", "/v1/consumers/me", token),
            "topics": ask(console.port, "GET", "/v1/topics", token),
        }
        others = {
            **{
                f"contact {name}": ask(console.port, "GET", f"/v1/contacts/{key}", token)
                for name, key in keys.items()
            },
            "areas": ask(console.port, "GET", "/v1/areas", token),
            "foreign": ask(console.port, "GET", f"/v1/changes?cursor={mirrors[care].cursor}", token),
        }
        if names is None:
            told = [*answers.values(), *others.values()]
            told += [ask(console.port, "POST", "/v1/objections", token, {"contact_key": keys["A"]})]
            assert {each.status for each in told} == {401}
            shut |= {each.body for each in told}
            continue
        assert {name: each.status for name, each in answers.items()} == dict.fromkeys(answers, 200)
        assert {each["contact_key"] for each in answers["snapshot"].json["items"]} == {
            keys[each] for each in names
        }
        assert [(each["contact_key"], each["reason"]) for each in answers["changes"].json["items"]] == [
            (keys["Erased"], "erased")
        ]
        for name in keys:
            assert others[f"contact {name}"].status == (200 if name in names else 404), name
        assert others["areas"].status == (200 if token == whole else 404)
        assert others["foreign"].status == (200 if token == care else 410)
        nothing |= {each.body for each in others.values() if each.status == 404}
    assert len(shut) == len(nothing) == 1
    # An objection is taken of whom the token knows; of all others it learns nothing, and nothing is done.
    for token, name, status in (
        (bus, "B", 404),
        (bus, "Neither", 404),
        (bus, "Absent", 404),
        (care, "A", 404),
        (bus, "Erased", 200),
        (bus, "A", 200),
        (care, "Both", 200),
        (whole, "Absent", 200),
    ):
        told = ask(console.port, "POST", "/v1/objections", token, {"contact_key": keys[name]})
        assert told.status == status, (name, told.body)
        assert status == 200 or told.body in nothing
    for each in mirrors.values():
        each.follow()
    assert mirrors[whole].people.keys() == {keys["B"], keys["Neither"]}
    assert mirrors[bus].people.keys() == set()
    assert mirrors[care].people.keys() == {keys["B"]}


@pytest.mark.parametrize("runs", [2, pytest.param(40, marks=pytest.mark.slow)])
def test_a_bound_consumer_that_dies_and_comes_back_ends_equal_to_its_segment(
    console: Consoles, runs: int
) -> None:
    everyone = [f"P{number}" for number in range(6)]
    sign(console, **dict.fromkeys(everyone, "transport"))
    whole = Mirror(console.port, let_in(console, "whole"))
    ever: set[str] = set()
    for run in range(runs):
        chance = random.Random(run)
        token = bind(console, f"crm-{run}", BUS)
        mirror = Mirror(console.port, token, limit=chance.choice((1, 2, 5)))
        names = [f"R{run}x{number}" for number in range(4)]
        for _ in range(14):
            pass_by(console, seconds=chance.choice((1, 30, 400)))
            keys = {name: ":".join(key) for name, key in keys_by_name(console.database).items()}
            who = chance.choice(everyone + names)
            what = chance.random()
            if what < 0.5 or who not in keys:
                sign(console, **{who: chance.choice(("transport", "health", "transport health"))})
            elif what < 0.8:
                leave(console, keys[who])
            else:
                end(console, keys[who], chance.choice((OBJECTED, ERASED)))
            ever |= inside(console, BUS)
            for _ in range(chance.randrange(3)):
                act = chance.random()
                if act < 0.6:
                    mirror.step()
                elif act < 0.8:
                    mirror.save() if mirror.cursor else mirror.step()
                else:
                    mirror.die()
                numbers = [each["seq"] for each in mirror.steps]
                assert numbers == sorted(numbers), "a smaller number after a larger one"
        mirror.follow()
        pass_by(console, minutes=11)
        mirror.follow()
        assert mirror.people.keys() == inside(console, BUS), f"run {run}"
        assert mirror.gone.keys() <= ever, "a removal of somebody who was never in the segment"
        whole.follow()
        for key, held in mirror.people.items():
            assert {**held, "seq": 0} == {**whole.people[key], "seq": 0}
        mirror.begin()
        assert mirror.people.keys() == inside(console, BUS), f"run {run}, from its beginning"
