"""Signing up over real HTTP: nothing is stored before a confirmation, no stranger learns who is known."""

import email
from collections.abc import Iterator
from datetime import timedelta
from email.policy import SMTP

import pytest

from domain.contact import ContactKey
from domain.sign_up import hash_of
from pipeline.rights import OBJECTED, end_contact
from store import suppressions
from store.database import Database
from store.suppressions import UNDER_AGE
from tests.cast import NOW
from tests.contents import contents, inside, labels, rows
from tests.visiting import FACE, Visit, statements_of, visiting

ADA = "ada@club.example"


@pytest.fixture
def visit(database: Database) -> Iterator[Visit]:
    """Let the pages listen."""
    with visiting(Visit(database)) as listening:
        yield listening


def suppress(visit: Visit, kind: str, identifier: str) -> None:
    with visit.database.write() as connection:
        end_contact(
            connection, [], visit.suppressor, OBJECTED, identifiers=[(kind, identifier)], now=visit.now
        )


def suppressed(visit: Visit, kind: str, identifier: str) -> bool:
    with visit.database.read() as connection:
        return bool(suppressions.among(connection, [visit.suppressor.value(kind, identifier)]))


def stored_but_marks(database: Database) -> dict[str, object]:
    return {name: found for name, found in contents(database).items() if name != "asked_mails"}


def test_nothing_is_stored_until_the_button_behind_the_mail(visit: Visit, database: Database) -> None:
    before = stored_but_marks(database)
    answer = visit.join(name="Ada Lévy", area="Sète", topic=["housing"], consent=["email", "topics"])
    assert answer.status == 200
    assert stored_but_marks(database) == before
    kept = repr(contents(database)).lower()
    assert "ada@" not in kept
    assert "lévy" not in kept
    for _ in range(2):
        shown = visit.get(visit.link()).text
    assert "Ada Lévy" in shown
    assert shown.count("<button") == 1
    assert stored_but_marks(database) == before
    assert visit.post(visit.link()).status == 200
    assert set(labels(database).values()) == {"regular"}
    assert len(inside(database)) == 1
    (consent, _) = rows(database, "consents")
    (text,) = rows(database, "consent_texts")
    assert consent["text"] == text["hash"] == hash_of(text["wording"])
    assert "The Club" in text["wording"]
    assert {each["purpose"] for each in rows(database, "consents")} == {"email", "topics"}
    assert "confirmed on 2026-11-01" in consent["source"]
    assert [each["address"] for each in rows(database, "addresses")] == [ADA]


def test_a_confirmation_works_twice_and_is_one(visit: Visit, database: Database) -> None:
    visit.join()
    visit.post(visit.link())
    before = contents(database)
    visit.now += timedelta(hours=1)
    assert visit.post(visit.link()).status == 200
    assert contents(database) == before


def test_a_confirmation_is_entered_once_as_its_persons_and_forgotten_with_them(
    visit: Visit, database: Database
) -> None:
    visit.join(name="Ada Lévy")
    for _ in range(2):
        visit.post(visit.link())
    (contact,) = rows(database, "contacts")
    key = ContactKey("signup", contact["platform_id"])
    (entry,) = rows(database, "journal_texts")
    assert (entry["actor"], entry["act"], entry["subject_key"]) == ("page", "contact.signed_up", str(key))
    assert "Lévy" not in repr(entry)
    with database.write() as connection:
        end_contact(connection, [key], visit.suppressor, OBJECTED, now=visit.now)
    assert [each for each in rows(database, "journal_texts") if each["subject_key"]] == []


def test_no_confirmation_lets_somebody_in_who_is_under_age(visit: Visit, database: Database) -> None:
    suppress(visit, "email", ADA)
    with database.write() as connection:
        given = [("email", ADA)]
        end_contact(connection, [], visit.suppressor, UNDER_AGE, identifiers=given, now=visit.now)
    visit.now += timedelta(days=1)
    visit.join()
    assert visit.post(visit.link()).status == 409
    assert inside(database) == set()
    assert suppressed(visit, "email", ADA)
    assert [each["reason"] for each in rows(database, "suppressions")] == [UNDER_AGE]


def test_a_link_expires_after_seven_days(visit: Visit, database: Database) -> None:
    visit.join()
    visit.now += timedelta(days=7)
    assert visit.get(visit.link()).status == 200
    visit.now += timedelta(seconds=1)
    assert (visit.get(visit.link()).status, visit.post(visit.link()).status) == (410, 410)
    assert labels(database) == {}


def test_only_an_untouched_link_of_this_page_confirms(visit: Visit, database: Database) -> None:
    visit.join()
    token = visit.link().rpartition("/")[2]
    wrong = [
        token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        for place in range(0, len(token), 19)
    ]
    wrong += [token[:-1], token + "A", visit.links.seal("stop", b"{}", now=NOW)]
    for each in wrong:
        assert (
            visit.post(
                f"/join/confirm/{each}", X_Forwarded_For=f"10.{len(each) % 256}.{wrong.index(each)}.1"
            ).status
            == 404
        )
    assert visit.post(f"/stop/{token}").status == 404
    assert labels(database) == {}
    assert visit.post(f"/join/confirm/{token}").status == 200
    assert len(labels(database)) == 1


def test_new_known_and_suppressed_get_the_same_answer_by_the_same_statements(visit: Visit) -> None:
    visit.join("known@club.example")
    visit.post(visit.link())
    suppress(visit, "email", "objected@club.example")
    visit.now += timedelta(days=1)
    heard = []
    for address in ("new@club.example", "known@club.example", "objected@club.example", "new@club.example"):
        with statements_of(visit.database) as statements:
            answer = visit.join(address)
        headers = {name: value for name, value in answer.headers.items() if name != "date"}
        heard.append((answer.status, answer.text, headers, statements))
    assert heard[0][0] == 200
    assert len(heard[0][3]) >= 3
    assert [each for each in heard if each != heard[0]] == []
    assert [each["To"] for each in visit.letterbox.mails[1:]] == [
        "new@club.example",
        "known@club.example",
        "objected@club.example",
    ]


def test_an_objection_is_lifted_by_confirming_and_by_nothing_before(visit: Visit, database: Database) -> None:
    suppress(visit, "email", ADA)
    visit.now += timedelta(hours=1)
    visit.join()
    assert "objection stands" in visit.letterbox.mails[0].get_content()
    visit.get(visit.link())
    assert suppressed(visit, "email", ADA)
    assert visit.post(visit.link()).status == 200
    assert not suppressed(visit, "email", ADA)
    assert len(inside(database)) == 1


def test_a_link_from_before_an_objection_lifts_nothing(visit: Visit, database: Database) -> None:
    suppress(visit, "email", ADA)
    visit.now += timedelta(hours=1)
    visit.join()
    visit.post(visit.link())
    visit.now += timedelta(hours=1)
    (key,) = labels(database)
    token = visit.stop_token(ContactKey("signup", key))
    assert visit.post(f"/stop/{token}").status == 200
    assert visit.post(visit.link()).status == 409
    assert labels(database) == {}
    assert suppressed(visit, "email", ADA)
    visit.now += timedelta(days=1)
    visit.join()
    assert visit.post(visit.link()).status == 200
    assert len(labels(database)) == 1


def test_who_objects_again_is_not_lifted_by_what_was_asked_between(visit: Visit) -> None:
    suppress(visit, "email", ADA)
    visit.now += timedelta(hours=1)
    visit.join()
    visit.now += timedelta(hours=1)
    suppress(visit, "email", ADA)
    assert visit.post(visit.link()).status == 409
    assert suppressed(visit, "email", ADA)


def test_a_mail_proves_no_phone_so_a_phone_that_objected_stays_out(visit: Visit, database: Database) -> None:
    suppress(visit, "phone", "+33639980001")
    visit.now += timedelta(hours=1)
    visit.join(phone="06 39 98 00 01", consent=["email", "sms"])
    assert visit.post(visit.link()).status == 200
    assert suppressed(visit, "phone", "+33639980001")
    assert [each["channel"] for each in rows(database, "addresses")] == ["email"]
    assert [each["purpose"] for each in rows(database, "consents")] == ["email"]


def test_words_that_changed_are_agreed_to_anew(visit: Visit, database: Database) -> None:
    visit.join()
    later = Visit(database, FACE._replace(controller="The Other Club"))
    later.keys, later.link_keys = visit.keys, visit.link_keys
    with visiting(later):
        assert later.post(visit.link()).status == 409
    assert labels(database) == {}
    assert visit.post(visit.link()).status == 200


def test_an_address_gets_one_mail_a_day(visit: Visit, database: Database) -> None:
    for address in (ADA, "Ada@CLUB.example", " ada@club.example "):
        assert visit.join(address).status == 200
    assert len(visit.letterbox.mails) == 1
    visit.now += timedelta(days=1)
    visit.join()
    assert len(visit.letterbox.mails) == 2
    (mark,) = rows(database, "asked_mails")
    assert mark["day"] == "2026-11-02"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        pytest.param({"email": ""}, "e-mail address is not one", id="no-address"),
        pytest.param({"email": "ada"}, "e-mail address is not one", id="no-domain"),
        pytest.param(
            {"email": "ada@club.example\r\nBcc: bo@club.example"}, "address is not one", id="header"
        ),
        pytest.param({"email": "ada@club.example,bo@club.example"}, "address is not one", id="two"),
        pytest.param({"email": "<ada@club.example>"}, "address is not one", id="brackets"),
        pytest.param({"email": "a" * 300 + "@club.example"}, "address is not one", id="long"),
        pytest.param({"name": "Ada\r\nBcc: bo@club.example"}, "on one line", id="header-in-name"),
        pytest.param({"area": "a" * 101}, "at most 100 characters", id="long-area"),
        pytest.param({"consent": []}, "Tick the consent to e-mail", id="no-consent"),
        pytest.param({"consent": ["sms"], "phone": "0639980001"}, "consent to e-mail", id="sms-alone"),
        pytest.param({"phone": "0639980001"}, "Tick the consent to SMS", id="phone-without-consent"),
        pytest.param({"phone": "12", "consent": ["email", "sms"]}, "not a mobile", id="no-phone"),
        pytest.param({"consent": ["email", "sms"]}, "give your phone", id="sms-without-phone"),
        pytest.param({"topic": "housing"}, "Tick the consent to topics", id="topic-without-consent"),
    ],
)
def test_a_form_that_is_not_complete_comes_back_with_what_was_written(
    visit: Visit, database: Database, fields: dict[str, str], sentence: str
) -> None:
    before = contents(database)
    answer = visit.join(**{"area": "Sète <b>", **fields})
    assert answer.status == 422
    assert sentence in answer.text.replace("&#39;", "'")
    assert "<b>" not in answer.text
    assert visit.letterbox.mails == []
    assert contents(database) == before
    assert visit.join("cy@club.example").status == 200


def test_nothing_that_a_stranger_wrote_stands_in_the_mail(visit: Visit) -> None:
    visit.join(name="Cheap pills: http://spam.example", area="http://spam.example")
    (mail,) = visit.letterbox.mails
    raw = mail.as_bytes(policy=SMTP)
    assert b"spam" not in raw
    read = email.message_from_bytes(raw, policy=SMTP)
    assert read.keys() == mail.keys()
    assert (read["To"], read["Auto-Submitted"]) == (ADA, "auto-generated")
    assert read["From"] == "The Club <no-reply@club.example>"


def test_a_program_that_fills_the_trap_in_gets_no_mail_and_is_not_told(visit: Visit) -> None:
    trapped = visit.join(website="x")
    assert visit.letterbox.mails == []
    assert (trapped.status, trapped.text) == (200, visit.join().text)
    assert len(visit.letterbox.mails) == 1
