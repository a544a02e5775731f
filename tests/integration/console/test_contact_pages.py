"""One contact: the sentence first, only what may be read, what is said by hand; reading is entered."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from domain.contact import ContactKey
from domain.journal import Act
from domain.user import Role
from store import choices
from store.database import Database
from tests.cast import ADA, BO, follows, likes, mentions
from tests.consoles import Consoles, Visitor, listening
from tests.contents import inside, labels
from tests.people import acted, entries, number, signed_up
from tests.signing import ADA as SIGNED
from workers.runtime import utc_now

#: A comment of Ada's, told as hers.
WORDS = "When is the farmers' market back?"


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Iterator[Consoles]:
    """Let Ada follow and write, and Bo like; let a console listen."""
    with listening(Consoles(database, tmp_path / "data")) as made:
        now = utc_now()
        wrote = mentions(ADA, text=WORDS)._replace(started_at=now - timedelta(hours=1))
        acted(made, [follows(ADA)._replace(started_at=now - timedelta(days=400)), wrote, likes(BO)])
        yield made


def page(console: Consoles, who: ContactKey, *, role: Role = Role.OPERATOR, language: str = "en") -> str:
    """Return the page of a contact as a role sees it."""
    answer = console.as_(role, language).get(f"/contacts/{number(console, who)}")
    assert answer.status == 200
    return answer.text


def sent(visitor: Visitor, console: Consoles, who: ContactKey, what: str, **fields: str) -> int:
    """Send a form of a contact's page; returns the status."""
    path = f"/contacts/{number(console, who)}"
    visitor.get(path)
    return visitor.post(f"{path}/{what}", {"key": str(who), **fields}).status


def test_the_sentence_stands_first_in_both_languages(console: Consoles) -> None:
    english, french = page(console, ADA), page(console, ADA, language="fr")
    assert "regular: follows our profile since" in english
    assert "régulier : suit le compte our profile depuis le" in french
    assert "In the messaging store" in english
    assert "Dans la base de messagerie" in french


def test_whoever_is_not_in_the_store_is_told_why(console: Consoles) -> None:
    english, french = page(console, BO), page(console, BO, language="fr")
    assert "not a regular contact: no lasting step is known" in english
    assert "pas un contact régulier : aucune démarche durable connue" in french


def test_reading_is_entered_with_who_and_why(console: Consoles) -> None:
    page(console, ADA)
    (shown,) = entries(console, Act.CONTACT_SHOWN)
    assert (shown["actor"], shown["subject_key"], shown["why"]) == ("console:operator", str(ADA), "")
    assert '"texts":1' in shown["details"]
    assert sent(console.as_(Role.OPERATOR), console, ADA, "why", why="she asked by phone") == 303
    assert "she asked by phone" in [each["why"] for each in entries(console, Act.CONTACT_SHOWN)]


def test_a_text_is_shown_only_while_it_may_be_read(console: Consoles) -> None:
    assert WORDS.replace("'", "&#39;") in page(console, ADA)
    console.now = utc_now() + timedelta(hours=1)
    with console.database.write() as connection:
        connection.exec_driver_sql("UPDATE texts SET expires_at = '2026-01-01T00:00:00.000000+00:00'")
    told = page(console, ADA)
    assert "farmers" not in told
    assert "mentioned our profile on" in told


def test_a_label_is_lowered_with_a_reason_and_given_back(console: Consoles) -> None:
    ada = console.as_(Role.MANAGER)
    assert sent(ada, console, ADA, "override", to="occasional", reason=" ") == 422
    assert sent(ada, console, ADA, "override", to="suppressed", reason="x") == 422
    assert sent(ada, console, ADA, "override", to="regular", reason="x") == 422
    assert inside(console.database) == {ADA.platform_id}
    assert sent(ada, console, ADA, "override", to="occasional", reason="a parody account") == 303
    assert (labels(console.database)[ADA.platform_id], inside(console.database)) == ("occasional", set())
    (entry,) = entries(console, Act.LABEL_OVERRIDDEN)
    assert (entry["actor"], entry["why"], entry["details"]) == (
        "console:manager",
        "a parody account",
        '{"to":"occasional"}',
    )
    assert "decided by console:manager on" in page(console, ADA)
    assert sent(ada, console, ADA, "override/take-back") == 303
    assert labels(console.database)[ADA.platform_id] == "regular"
    assert sent(ada, console, ADA, "override/take-back") == 422


def test_a_label_is_raised_by_two_with_a_stored_consent(console: Consoles) -> None:
    signed_up(console, SIGNED)
    (key,) = [ContactKey("signup", each) for each in labels(console.database) if each not in ("7001", "7002")]
    manager, admin = console.as_(Role.MANAGER), console.as_(Role.ADMIN)
    assert sent(manager, console, key, "override", to="none", reason="a mistake") == 303
    assert sent(manager, console, key, "override", to="regular", reason="asked again") == 303
    assert labels(console.database)[key.platform_id] != "suppressed"
    assert "second person" in page(console, key, role=Role.MANAGER)
    assert sent(manager, console, key, "override/confirm") == 422
    # The same name at the command line is the same person, and is told so in words of the console.
    with console.database.write() as connection:
        connection.execute(text("UPDATE overrides SET decided_by = 'cli:MANAGER'"))
    assert sent(manager, console, key, "override/confirm") == 422
    assert sent(admin, console, key, "override/confirm") == 303
    assert labels(console.database)[key.platform_id] == "regular"


def test_topics_are_set_right_by_hand(console: Consoles) -> None:
    ada, number_ = console.as_(Role.OPERATOR), number(console, ADA)

    def chosen() -> tuple[tuple[str, ...], tuple[str, ...]]:
        with console.database.read() as connection:
            made = choices.of_contacts(connection, [number_]).get(number_, choices.Choices())
        return made.pinned, made.removed

    assert sent(ada, console, ADA, "topics", pin="digital") == 303
    assert chosen() == (("digital",), ())
    assert "set by the team" in page(console, ADA)
    assert sent(ada, console, ADA, "topics", take_back="digital") == 303
    assert sent(ada, console, ADA, "topics", remove="economy") == 303
    assert chosen() == ((), ("economy",))
    for wrong in ({"pin": "party"}, {"pin": "health"}, {"take_back": "housing"}, {}):
        assert sent(ada, console, ADA, "topics", **wrong) == 422, wrong
    assert sent(ada, console, BO, "topics", pin="digital") == 422
    assert [each["details"] for each in entries(console, Act.TOPICS_CHOSEN)] == [
        '{"remove":"economy"}',
        '{"take_back":"digital"}',
        '{"pin":"digital"}',
    ]


def test_a_form_is_about_the_contact_that_it_showed(console: Consoles) -> None:
    """Its number may be somebody else's by now: the key of another contact does nothing."""
    ada, path = console.as_(Role.ADMIN), f"/contacts/{number(console, ADA)}"
    ada.get(path)
    for what, fields in {
        "object": {},
        "erase": {"word": "ERASE"},
        "access": {"form": "json"},
        "override": {"to": "none", "reason": "x"},
        "override/take-back": {},
        "override/confirm": {},
        "topics": {"pin": "digital"},
        "why": {"why": "x"},
    }.items():
        assert ada.post(f"{path}/{what}", {"key": str(BO), **fields}).status == 404, what
        assert ada.post(f"{path}/{what}", fields).status == 404, what
    assert inside(console.database) == {ADA.platform_id}


def test_what_only_managers_may_do_is_offered_to_them_alone(console: Consoles) -> None:
    operator, path = console.as_(Role.OPERATOR), f"/contacts/{number(console, ADA)}"
    assert f"{path}/erase" not in operator.get(path).text
    for what in ("object", "erase", "access", "override"):
        assert operator.get(f"{path}/{what}").status == 403
        assert operator.post(f"{path}/{what}", {"key": str(ADA), "word": "ERASE"}).status == 403
    assert f"{path}/erase" in page(console, ADA, role=Role.MANAGER)
    assert inside(console.database) == {ADA.platform_id}
