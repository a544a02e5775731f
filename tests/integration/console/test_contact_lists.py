"""The list of contacts: found by handle, key, name and filters, page by page, and entered in the journal."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.contact import ContactKey, Profile
from domain.journal import Act
from domain.user import Role
from store.database import Database
from tests.cast import ADA, BO, follows, likes
from tests.consoles import Consoles, Visitor, listening
from tests.people import acted, entries, links, number, signed_up
from tests.signing import ADA as SIGNED


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Iterator[Consoles]:
    """Let Ada follow and Bo like, and a console listen."""
    with listening(Consoles(database, tmp_path / "data")) as made:
        acted(made, [follows(ADA), likes(BO)])
        yield made


def contacts_in(visitor: Visitor, path: str) -> list[int]:
    """Return the contacts of a list and of all its further pages, in their order."""
    found: list[int] = []
    while path:
        text = visitor.get(path).text
        found += [int(each.removeprefix("/contacts/")) for each in links(text, "/contacts/")]
        further = [each for each in links(text, "/contacts?") if "after=" in each]
        path = further[-1].replace("&amp;", "&") if further else ""
    return found


def many(console: Consoles, count: int = 120) -> list[int]:
    """Let many more follow, whose names differ by accents and capitals; return all numbers."""
    names = ("Élodie", "elodie", "ELODIE", "Elo", "Zoé")
    keys = [ContactKey("twitter", f"8{each:03}") for each in range(count)]
    acts = [
        follows(key, Profile(f"H{key.platform_id}", f"{names[place % 5]} {place // 5:02}"))
        for place, key in enumerate(keys)
    ]
    acted(console, acts)
    return [number(console, each) for each in (ADA, BO, *keys)]


def test_all_are_listed_once_the_newest_first_or_the_oldest(console: Consoles) -> None:
    everybody = sorted(many(console))
    ada = console.as_(Role.OPERATOR)
    assert contacts_in(ada, "/contacts") == everybody[::-1]
    assert contacts_in(ada, "/contacts?order=oldest") == everybody


def test_the_beginning_of_a_name_is_found_without_accents_and_capitals(console: Consoles) -> None:
    many(console)
    ada = console.as_(Role.OPERATOR)
    assert len(contacts_in(ada, "/contacts?q=elodie")) == 72
    assert len(contacts_in(ada, "/contacts?q=%C3%89LO")) == 96
    assert len(contacts_in(ada, "/contacts?q=ZOE")) == 24
    assert sorted(contacts_in(ada, "/contacts?q=elo")) == sorted({*contacts_in(ada, "/contacts?q=elo")})
    assert contacts_in(ada, "/contacts?q=lodie") == []
    assert len(contacts_in(ada, "/contacts?q=elodie&label=occasional")) == 0


def test_one_who_is_found_by_handle_or_key_is_opened(console: Consoles) -> None:
    ada = console.as_(Role.OPERATOR)
    page = f"/contacts/{number(console, ADA)}"
    for typed in ("ada", "@ADA", str(ADA), ADA.platform_id):
        answer = ada.get(f"/contacts?q={typed}")
        assert (answer.status, answer.headers.get("location")) == (303, page), typed
    acted(console, [follows(ContactKey("twitter", "7077"), Profile("other", "Adam"))])
    listed = ada.get("/contacts?q=ada")
    assert listed.status == 200
    assert links(listed.text, "/contacts/")[0] == page
    assert ada.get("/contacts?q=@ada").headers["location"] == page


def test_filters_leave_those_who_match(console: Consoles) -> None:
    signed_up(console, SIGNED)
    ada, bo = number(console, ADA), number(console, BO)
    visitor = console.as_(Role.OPERATOR)
    joined = max(contacts_in(visitor, "/contacts"))
    for query, expected in {
        "label=regular": [joined, ada],
        "label=occasional": [bo],
        "label=none": [],
        "platform=twitter": [bo, ada],
        "platform=facebook": [],
        "platform=signup": [joined],
        "account=1": [bo, ada],
        "inside=yes": [joined, ada],
        "inside=no": [bo],
        "inside=no&label=regular": [],
        "topic=health": [],
        "since=2020-01-01": [joined, bo, ada],
        "since=2999-01-01": [],
        "since=0001-01-01&after=x&order=y&label=z&platform=z&account=z&topic=z": [joined, bo, ada],
    }.items():
        assert sorted(contacts_in(visitor, f"/contacts?{query}")) == sorted(expected), query


def test_lists_are_entered_with_their_filters_and_without_what_was_typed(console: Consoles) -> None:
    ada = console.as_(Role.OPERATOR)
    ada.get("/contacts?q=secretname&label=regular&platform=twitter")
    (entry,) = entries(console, Act.CONTACTS_LISTED)
    assert entry["actor"] == "console:operator"
    assert json.loads(entry["details"]) == {"filters": "label, platform", "searched": True}
    with console.database.read() as connection:
        assert "secretname" not in repr(connection.exec_driver_sql("SELECT * FROM journal_texts").all())


def test_whatever_is_typed_is_only_text(console: Consoles) -> None:
    ada = console.as_(Role.OPERATOR)
    for typed in ("%00", "%ff", "%27%20OR%201=1--", "%25", "_", "a" * 5_000, "twitter:", "%F0%9F%8C%BB", ":"):
        assert ada.get(f"/contacts?q={typed}").status in (200, 303), typed
    for place in ("-1", "9" * 30, "x", "%C2%B2", "999999999999999999"):
        assert ada.get(f"/contacts?after={place}").status == 200, place
        assert ada.get(f"/contacts?q=ad&after={place}").status == 200, place


def test_who_may_not_see_people_sees_no_list(console: Consoles) -> None:
    viewer = console.as_(Role.VIEWER)
    for path in ("/contacts", "/contacts?q=ada", f"/contacts/{number(console, ADA)}"):
        assert viewer.get(path).status == 403


def test_those_who_show_a_name_are_listed_by_it_page_by_page(console: Consoles) -> None:
    named = many(console)[2:]
    ada = console.as_(Role.OPERATOR)
    listed = contacts_in(ada, "/contacts?order=name")
    assert sorted(listed) == sorted([*named, number(console, ADA)])
    shown = [ada.get(f"/contacts/{each}").text for each in (listed[1], listed[-1])]
    assert "Elo 00" in shown[0]
    assert "Élodie" in shown[1]  # by bytes, as the index stands: accents come after z
    only = contacts_in(ada, "/contacts?order=name&platform=facebook")
    assert only == []


def test_columns_are_left_out_and_stay_so_on_the_next_page(console: Consoles) -> None:
    many(console)
    ada = console.as_(Role.OPERATOR)
    text = ada.get("/contacts").text
    assert ">Handle</th>" in text
    text = ada.get("/contacts?without_handle=1&without_name=1").text
    assert ">Handle</th>" not in text
    assert ">Name</th>" in text  # the name is what leads to the contact
    further = next(each for each in links(text, "/contacts?") if "after=" in each).replace("&amp;", "&")
    assert "without_handle=1" in further
    assert ">Handle</th>" not in ada.get(further).text
