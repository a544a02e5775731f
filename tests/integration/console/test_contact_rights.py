"""Rights in the console: the effect in numbers first, then gone everywhere, without a trace to be seen."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert

from domain.contact import ContactKey
from domain.journal import Act, Entry
from domain.user import Role
from exports.files import export
from store import journal, suppressions, written_files
from store.database import Database
from store.tables import written_files as stored_files
from tests.cast import ADA, BO, follows, likes
from tests.consoles import Answer, Consoles, listening
from tests.contents import feed, inside, rows
from tests.people import acted, entries, number, reviewed
from workers.runtime import utc_now


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Iterator[Consoles]:
    """Let Ada and Bo follow, and a console listen."""
    with listening(Consoles(database, tmp_path / "data")) as made:
        acted(made, [follows(ADA), follows(BO), likes(ADA)])
        yield made


def is_suppressed(console: Consoles, who: ContactKey) -> bool:
    with console.database.write() as connection:
        value = console.runtime.suppressor_of(connection).value(*who)
        return suppressions.among(connection, [value]) == {value}


def asked(console: Consoles, what: str, **fields: str) -> Answer:
    """Ask for a right of Ada's as a manager, from its page."""
    manager, path = console.as_(Role.MANAGER), f"/contacts/{number(console, ADA)}/{what}"
    assert manager.get(path).status == 200
    return manager.post(path, {"key": str(ADA), **fields})


@pytest.mark.parametrize(
    ("what", "fields", "act"),
    [("object", {}, Act.OBJECTED), ("erase", {"word": "erase"}, Act.FORGOTTEN)],
    ids=["object", "erase"],
)
def test_a_right_is_carried_out_everywhere(
    console: Consoles, what: str, fields: dict[str, str], act: Act
) -> None:
    reviewed(console)
    answer = asked(console, what, **fields)
    assert (answer.status, answer.headers["location"]) == (
        303,
        f"/contacts?done={'objected' if what == 'object' else 'erased'}",
    )
    assert inside(console.database) == {BO.platform_id}
    assert is_suppressed(console, ADA)
    assert feed(console.database)[-1][1:] == (
        ADA.platform_id,
        "remove",
        rows(console.database, "suppressions")[0]["reason"],
    )
    (entry,) = entries(console, act)
    assert (entry["actor"], entry["subject_key"]) == ("console:manager", None)
    assert ADA.platform_id not in repr(entries(console, *Act))


def test_the_effect_stands_in_numbers_and_nothing_is_done_yet(console: Consoles) -> None:
    manager, path = console.as_(Role.MANAGER), f"/contacts/{number(console, ADA)}"
    never = manager.get(f"{path}/object").text
    assert "1 contact leaves the messaging store. It was never exported" in never
    assert "since it is in the store" not in never
    reviewed(console)
    before = manager.get(f"{path}/object").text
    assert "1 contact leaves the messaging store; the next export carries its removal" in before
    assert "No export was written since it is in the store" in before
    with console.database.write() as connection:
        for _ in range(3):
            journal.record(connection, Entry("worker", Act.EXPORT_WRITTEN, utc_now()))
    told = {each: manager.get(f"{path}/{each}").text for each in ("object", "erase", "access")}
    assert "3 exports were written since it is in the store" in told["object"]
    assert "3 exports were written since it is in the store" in told["erase"]
    assert "Files exported earlier do not change" in told["access"]
    for each in told.values():
        assert "<dt>acts</dt>\n<dd>2" in each
    assert inside(console.database) == {ADA.platform_id, BO.platform_id}


def test_nothing_is_erased_without_the_word(console: Consoles) -> None:
    for word in ("", "yes", "EFFACER"):
        assert asked(console, "erase", word=word).status == 422
    assert inside(console.database) == {ADA.platform_id, BO.platform_id}
    assert not is_suppressed(console, ADA)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.MANAGER, Role.ADMIN], ids=lambda each: each.word)
def test_an_erased_contact_looks_like_one_that_never_was(console: Consoles, role: Role) -> None:
    erased, visitor = number(console, ADA), console.as_(role)
    assert visitor.get(f"/contacts/{erased}").status == 200
    assert asked(console, "erase", word="ERASE").status == 303
    before = len(entries(console, *Act))
    for what in ("", "/object", "/erase", "/access", "/override"):
        seen = [visitor.get(f"/contacts/{each}{what}") for each in (erased, 987_654, "nobody", "0", "9" * 40)]
        known = {name: value for name, value in seen[0].headers.items() if name != "date"}
        for each in seen:
            assert (each.status, each.text) == (seen[0].status, seen[0].text)
            assert {name: value for name, value in each.headers.items() if name != "date"} == known
        assert seen[0].status == (403 if what and role < Role.MANAGER else 404)
    if role >= Role.MANAGER:
        posted = [visitor.post(f"/contacts/{each}/object", {"key": str(ADA)}) for each in (erased, 987_654)]
        assert {(each.status, each.text) for each in posted} == {(404, seen[0].text)}
    assert len(entries(console, *Act)) == before


@pytest.mark.parametrize("form", ["json", "fr", "en"])
def test_one_persons_data_are_given_to_take_along(console: Consoles, form: str) -> None:
    answer = asked(console, "access", form=form)
    assert answer.status == 200
    assert answer.headers["content-disposition"].startswith('attachment; filename="access-')
    assert ADA.platform_id not in answer.headers["content-disposition"]
    assert "Ada Lévy 🌻" in answer.text
    assert BO.platform_id not in answer.text
    if form == "json":
        held = json.loads(answer.text)["held"]
        assert len(held["signals"]) == 2
        assert {each["act"] for each in held["journal_texts"]} == {"contact.shown", "right.accessed"}
    else:
        assert {"fr": "Les données que nous avons", "en": "The data that we hold"}[form] in answer.text
    (entry,) = entries(console, Act.ACCESSED)
    assert (entry["actor"], entry["subject_key"]) == ("console:manager", str(ADA))


def test_scripts_in_what_is_given_stay_text(console: Consoles) -> None:
    with console.database.write() as connection:
        connection.exec_driver_sql("UPDATE contacts SET display_name = '<script>alert(1)</script>'")
    assert "<script>" not in asked(console, "access", form="en").text


def test_files_that_still_hold_the_person_are_named_afterwards(console: Consoles, tmp_path: Path) -> None:
    reviewed(console)
    nothing = console.as_(Role.OPERATOR).get("/contacts?done=objected").text
    assert "no file that is known here holds" in nothing
    export(console.database, "csv", tmp_path / "crm", now=utc_now())
    answer = tmp_path / "access-1.json"
    answer.write_text(json.dumps({"key": str(ADA)}))
    others = tmp_path / "access-2.json"
    others.write_text(json.dumps({"key": str(BO)}))
    with console.database.write() as connection:
        written_files.note(connection, written_files.ACCESS, [answer, others], now=utc_now())
        elsewhere = {
            "host": "a-laptop",
            "path": "/srv/files/crm.csv",
            "kind": "export",
            "seq": 0,
            "at": utc_now(),
        }
        connection.execute(insert(stored_files), [elsewhere])
    manager = console.as_(Role.MANAGER)
    asked(console, "erase", word="ERASE")
    told = manager.get("/contacts?done=erased").text
    assert "hold somebody who has left; delete them" in told
    assert str(tmp_path / "crm" / "contacts.csv") in told
    assert "/srv/files/crm.csv" in told
    assert "a-laptop" in told
    assert str(others) not in told
    assert ADA.platform_id not in told
    (tmp_path / "crm" / "contacts.csv").unlink()
    assert str(tmp_path / "crm" / "contacts.csv") not in manager.get("/contacts?done=erased").text
