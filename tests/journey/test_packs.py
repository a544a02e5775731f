"""Packs by the command line: who would move, who moves and comes back, and what may only be counted."""

import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from tests.journey.road import Simulator, simulator
from tests.journey.spoken import Spoken

#: What an act of the simulator's truth is called here, where only counts of it may stay.
KIND_OF_ACT = {
    "likes": "liked",
    "reacts": "reacted",
    "comments": "commented",
    "replies": "replied",
    "comment_replies": "replied",
    "mentions": "mentioned",
    "tagged": "mentioned",
    "reposts": "shared",
    "quotes": "quoted",
    "rates": "rated",
    "messages": "messaged",
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """Run one simulator for all of these."""
    with simulator(tmp_path_factory.mktemp("world"), seed=4, audience=500) as running:
        yield running


@pytest.fixture(scope="module")
def harvested(world: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Spoken:
    """Harvest both accounts under the default pack."""
    made = Spoken(tmp_path_factory.mktemp("default"), world)
    made.connect()
    made.harvest()
    return made


def pack(folder: Path, name: str, *changes: tuple[str, str, str]) -> str:
    """Write a pack of one's own: the default one with (rule, key, value) changed."""
    lines = files("config").joinpath("policies/cnil-2016.toml").read_text(encoding="utf-8").split("\n")
    for rule, key, value in changes:
        start = lines.index(f"[rules.{rule}]")
        place = next(number for number in range(start, len(lines)) if lines[number].startswith(f"{key} ="))
        lines[place] = f"{key} = {value}"
    path = folder / f"{name}.toml"
    path.write_text("\n".join(lines).replace('name = "cnil-2016"', f'name = "{name}"'), encoding="utf-8")
    return str(path)


def contents(installation: Spoken, table: str) -> list[tuple[object, ...]]:
    """Read a table by a bare connection."""
    connection = sqlite3.connect(installation.folder / "data" / "regulars.db")
    try:
        return connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608  # our own name
    finally:
        connection.close()


def labels(installation: Spoken) -> dict[str, str]:
    """Return every listed contact's label."""
    return {
        each["contact_key"]: each["label"] for each in installation.done("contacts", "list", "--json").rows
    }


def test_another_pack_moves_only_when_told_to_and_back_again(harvested: Spoken, tmp_path: Path) -> None:
    strict = pack(tmp_path, "strict", ("follows", "label", '"occasional"'), ("follows", "profile", "false"))
    before, (inside, _) = labels(harvested), harvested.exported()
    followers = {each["contact_key"] for each in inside if each["label_reason"] == "follows"}
    assert followers

    tried = harvested.done("reclassify", "--policy", strict, "--dry-run", "--json").rows[0]
    assert tried["moves"] == [{"from": "regular", "to": "occasional", "contacts": len(followers)}]
    assert tried["names_dropped"] == 0  # whoever falls loses the name with the label
    assert labels(harvested) == before
    assert harvested.exported() == (inside, [])
    assert harvested.done("runs", "list", "--json").rows[0]["state"] == "done"

    told = harvested.done("reclassify", "--policy", strict).out
    assert f"{len(followers)} of {len(before)} contacts moved" in told
    records, tombstones = harvested.exported()
    assert {each["contact_key"] for each in tombstones} == followers
    assert {(each["op"], each["reason"]) for each in tombstones} == {("remove", "policy")}
    assert not followers & {each["contact_key"] for each in records}
    assert labels(harvested) == before | dict.fromkeys(followers, "occasional")
    key = min(followers)
    assert "strict" in harvested.done("explain", key, "--json").rows[0]["sentence"] or (
        harvested.done("contacts", "show", key, "--json").rows[0]["decisions"][0]["policy"] == "strict/1"
    )

    harvested.done("reclassify", "--policy", "cnil-2016")
    records, tombstones = harvested.exported()
    assert labels(harvested) == before
    assert {each["contact_key"] for each in records} == {each["contact_key"] for each in inside}
    assert not tombstones
    assert min(each["seq"] for each in records if each["contact_key"] in followers) > max(
        each["seq"] for each in inside
    )


def test_a_pack_that_raises_a_like_is_refused_with_its_line(harvested: Spoken, tmp_path: Path) -> None:
    eager = pack(tmp_path, "eager", ("liked", "label", '"regular"'))
    lines = Path(eager).read_text(encoding="utf-8").split("\n")
    start = lines.index("[rules.liked]")
    wrong = next(number for number in range(start, len(lines)) if lines[number] == 'label = "regular"') + 1
    told = harvested.tell("reclassify", "--policy", eager)
    assert told.code == 1
    assert told.err.startswith(f"eager.toml line {wrong}: ")
    assert "occasional" in told.err
    assert told.err.count("\n") == 1


def test_the_strict_pack_takes_names_and_occasional_contacts_away(
    harvested: Spoken, world: Simulator, tmp_path: Path
) -> None:
    shutil.copytree(harvested.folder / "data", tmp_path / "data")
    made = Spoken(tmp_path, world)
    before = labels(made)
    occasional = {key for key, label in before.items() if label == "occasional"}

    tried = made.done("reclassify", "--policy", "eu-2026", "--dry-run", "--json").rows[0]
    assert tried["moves"] == [{"from": "occasional", "to": "only counted", "contacts": len(occasional)}]
    assert tried["names_dropped"] > 0
    assert labels(made) == before
    assert contents(made, "kept_counts") == []

    made.done("reclassify", "--policy", "eu-2026")
    assert labels(made) == {key: label for key, label in before.items() if key not in occasional}
    assert contents(made, "texts") == []
    assert counted(made) == expected(world)
    assert not [each for each in made.exported()[0] if each["handle"] or each["display_name"]]
    made.harvest()
    assert counted(made) == expected(world)


def test_counts_alone_equal_the_truth_after_days_and_second_looks(tmp_path: Path) -> None:
    with simulator(tmp_path, seed=6, audience=500) as world:
        made = Spoken(tmp_path, world, REGULARS_POLICY="eu-2026")
        made.connect()
        made.harvest()
        assert counted(made) == expected(world)
        first = counted(made)
        made.harvest()
        assert counted(made) == first

        never_more = occasional(world)
        world.post("day", {"advance": 3})
        made.harvest()
        assert counted(made) == expected(world)
        assert counted(made) != first

        assert set(labels(made).values()) <= {"regular", "suppressed"}
        names = [(each[4], each[5]) for each in contents(made, "contacts")]
        assert names
        dumped = repr(
            [contents(made, each) for each in ("contacts", "signals", "decisions", "changes", "texts")]
        )
        people = {key: handle for key, handle in occasional(world).items() if key in never_more}
        assert len(people) > 50
        assert not [each for each in people if f"'{each}'" in dumped]
        assert not [each for each in filter(None, people.values()) if f"'{each}'" in dumped]
        assert contents(made, "roster_pages") == []


def occasional(world: Simulator) -> dict[str, str | None]:
    """Return the platform's ids of those who now do nothing that lasts, with their handles."""
    return {
        person["contact_key"].partition(":")[2]: person.get("handle")
        for person in world.truth()
        if {act["act"] for act in person["acts"]} <= set(KIND_OF_ACT)
    }


def expected(world: Simulator) -> Counter[str]:
    """Count the truth's occasional acts by kind, without those of our own people."""
    return Counter(
        KIND_OF_ACT[act["act"]]
        for person in world.truth()
        if not person.get("own") and not person.get("staff")
        for act in person["acts"]
        if act["act"] in KIND_OF_ACT
    )


def counted(installation: Spoken) -> Counter[str]:
    """Return the kept counts by kind."""
    connection = sqlite3.connect(installation.folder / "data" / "regulars.db")
    try:
        found = connection.execute("SELECT kind, sum(count) FROM kept_counts GROUP BY kind")
        return Counter({kind: count for kind, count in found if count})
    finally:
        connection.close()
