"""The laws: what must be true of the file and its feed after whatever happened."""

from datetime import datetime
from typing import Any

from sqlalchemy import inspect, text

from classifier.keeping import limits
from classifier.policy import Keep
from domain.contact import ContactKey
from domain.label import Label
from store import suppressions
from tests.contents import rows
from tests.integration.pipeline.people.cast import PEOPLE, PERSONS
from tests.integration.pipeline.people.world import World
from tests.travel import BODIES


def hold(world: World) -> None:
    """Assert every law that holds at any moment."""
    tables = everything(world)
    nobody_who_is_gone_stands_anywhere(world, tables)
    who_is_gone_stays_suppressed(world)
    the_feed_says_who_is_inside(world)
    only_what_the_pack_allows_is_held(world)


def everything(world: World) -> dict[str, list[dict[str, Any]]]:
    """Read every row of every table that the database itself lists."""
    with world.database.read() as connection:
        if not world.tables:
            world.tables = inspect(connection).get_table_names()
        return {
            name: [dict(each) for each in connection.execute(text(f'SELECT * FROM "{name}"')).mappings()]  # noqa: S608  # the database's own names
            for name in world.tables
        }


def nobody_who_is_gone_stands_anywhere(world: World, tables: dict[str, list[dict[str, Any]]]) -> None:
    """Of a suppressed person nothing is stored but the tombstone's key, and that until its date."""
    steps = tables["changes"]
    told = [each for each in steps if each["op"] == "remove"]
    ended = [ContactKey(each["platform"], each["platform_id"]) for each in told]
    assert not {each for each in ended if ended.count(each) > 1} & world.gone, "one tombstone is enough"
    stored = {name: repr(found) for name, found in tables.items() if name != "changes"}
    # Pushes lie sealed: what we can open, whoever holds the key can.
    stored["pushes"] = repr([BODIES.open(each["body"]) for each in tables["inbox"] if each["body"]])
    stored["changes"] = repr([each for each in steps if each["op"] != "remove"])
    stored["tombstones"] = repr([{**each, "platform_id": ""} for each in told])
    marks = [(each, PERSONS[each].values) for each in sorted(world.gone) if each in PERSONS]
    marks += [(each, [each.platform_id]) for each in sorted(world.gone) if each not in PERSONS]
    marks += [(each, list(PERSONS[each].values[1:2])) for each in sorted(world.named)]
    marks += [(each, [each]) for each in sorted(world.refused_mails)]
    for who, values in marks:
        for value in values:
            for name, content in stored.items():
                assert value not in content, (value, name, who)


def who_is_gone_stays_suppressed(world: World) -> None:
    """Every identifier under which somebody objected is known, whatever happened to keys and database."""
    with world.database.read() as connection:
        suppressor = world.suppressor_of(connection)
        wanted = suppressor.values(world.gone)
        wanted += suppressor.values(("email", each) for each in world.refused_mails)
        handles = [(f"handle:{each.platform}", str(PERSONS[each].profile.handle)) for each in world.named]
        wanted += suppressor.values(handles)
        wanted += suppressor.values(world.gone_names)
        assert suppressions.among(connection, wanted) == set(wanted)


def the_feed_says_who_is_inside(world: World) -> None:
    """Whoever took in whom it was shown and let go whom it was told holds those who are shown.

    So does whoever reads the feed from where it stopped, step by step, with the record of each as it now is;
    and of nobody else the feed's last word is that they are there.
    """
    keys = {
        each["id"]: ContactKey(each["platform"], each["platform_id"])
        for each in rows(world.database, "contacts")
    }
    members = {keys[each["contact_id"]] for each in rows(world.database, "messaging_contacts")}
    world.consumer.read()
    shown = world.consumer.shown
    assert world.consumer.holds == shown.keys(), (world.consumer.holds, shown)
    assert shown.keys() <= members
    assert world.consumer.records == shown, "who follows the feed holds what is shown, to the letter"
    newest: dict[ContactKey, tuple[str, int]] = {}
    for each in sorted(rows(world.database, "changes"), key=lambda step: step["seq"]):
        newest[ContactKey(each["platform"], each["platform_id"])] = (each["op"], each["seq"])
    last = {each: seq for each, (op, seq) in newest.items() if op == "upsert"}
    assert last == {each: row["seq"] for each, row in shown.items()}


def only_what_the_pack_allows_is_held(world: World) -> None:
    """No act, name or text is held that the pack in force does not let us keep."""
    rules = world.policy.rules
    named: set[int] = set()
    regular: set[int] = set()
    for each in rows(world.database, "signals"):
        rule = rules[each["kind"]]
        assert rule.keep is Keep.STORE, each
        if each["ended_at"] is None or each["ended_at"] > world.clock():
            named |= {each["contact_id"]} if rule.profile else set()
            regular |= {each["contact_id"]} if rule.label is Label.REGULAR else set()
    for each in rows(world.database, "contacts"):
        assert each["id"] in named or (each["handle"], each["display_name"]) == (None, None), each
        assert each["id"] in regular or each["label"] != "regular", each
    for each in rows(world.database, "texts"):
        assert rules[each["kind"]].text_days, each


def nothing_lives_past_its_date(world: World) -> None:
    """Each row's own date lies ahead, and what has none is not older than the pack lets it be."""
    now, bounds = world.clock(), limits(world.policy, world.clock())
    held = {each["id"]: each for each in rows(world.database, "contacts")}
    _all_later(world, "contacts", "keep_until", now)
    _all_later(world, "signals", "keep_until", now)
    _all_later(world, "texts", "expires_at", now)
    _all_later(world, "ended_acts", "forget_at", now)
    _all_later(world, "signals", "ended_at", bounds.ended_before)
    removals = [each for each in rows(world.database, "changes") if each["op"] == "remove"]
    assert all(each["at"] > bounds.steps_before for each in removals)
    told = [each for each in rows(world.database, "notices") if each["given_at"] is None]
    assert all(each["due_at"] >= now for each in told)
    acts: dict[int, list[datetime]] = {}
    for each in rows(world.database, "signals"):
        acts.setdefault(each["contact_id"], []).append(
            max(each["seen_at"], each["started_at"] or each["seen_at"])
        )
        if each["kind"] == "signed_up":
            assert max(each["seen_at"], each["started_at"]) > bounds.inactive_before
    grounds = {(each["contact_id"], each["kind"], each["item"]) for each in rows(world.database, "signals")}
    for each in rows(world.database, "decisions"):
        assert each["kind"] is None or (each["contact_id"], each["kind"], each["item"]) in grounds, each
    assert set(held) <= set(acts), "a contact of whom no act is left"
    keys = {f"{each['platform']}:{each['platform_id']}" for each in held.values()}
    about = {each["subject_key"] for each in rows(world.database, "journal_texts")} - {None}
    assert about <= keys, "the journal tells of people whom we hold no more"


def _all_later(world: World, table: str, column: str, moment: datetime) -> None:
    for each in rows(world.database, table):
        assert each[column] is None or each[column] > moment, (table, each)


def an_export_holds_only_members(world: World, contacts: bytes, tombstones: bytes) -> None:
    """Assert that an export holds the admitted members of the messaging store, of others at most a key."""
    written, ends = contacts.decode(), tombstones.decode()
    keys = {
        each["id"]: ContactKey(each["platform"], each["platform_id"])
        for each in rows(world.database, "contacts")
    }
    refused = {each["contact_id"]: each["refusal"] for each in rows(world.database, "admissions")}
    members = [each["contact_id"] for each in rows(world.database, "messaging_contacts")]
    inside = {keys[each] for each in members if refused.get(each, "not asked") is None}
    for each in PEOPLE:
        assert (each.platform_id in written) == (each in inside), each
        for value in PERSONS[each].values[1:]:
            assert each in inside or value not in written
            assert value not in ends
        assert each not in inside or each.platform_id not in ends
    told = {each["contact_id"]: each for each in rows(world.database, "notices")}
    for each in members:
        if keys[each] in inside:
            notice = told[each]
            assert notice["given_at"] is not None or notice["due_at"] >= world.clock()
            strict = "not_told" in {each.value for each in world.policy.admission.gates}
            assert not strict or notice["how"] in ("given_individually", "given_at_form")
