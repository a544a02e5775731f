"""The pages of objecting over real HTTP: a button acts and nothing else, and strangers learn nothing."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from config import link_tokens, suppression
from config.ledger import Ledger
from console.form_reading import MAX_BODY
from domain.contact import ContactKey, Profile
from domain.journal import Act, Entry
from domain.signal import Signal
from pipeline import objecting
from pipeline.page import write_page
from pipeline.rights import ERASED, end_contact
from store import accounts, journal, messaging, suppressions
from store.database import Database
from tests.cast import ADA, BO, CNIL, CY, DI, NOW, follows, likes
from tests.contents import contents, feed, inside, labels, let_be_shown, rows
from tests.interests import page
from tests.visiting import PUBLIC, Visit, statements_of, visiting

pytestmark = pytest.mark.either


@pytest.fixture
def visit(database: Database) -> Iterator[Visit]:
    """Let the pages of an installation listen that knows Ada, who follows, and Bo, who only likes."""
    page(database, [follows(ADA), likes(BO)])
    with visiting(Visit(database)) as listening:
        yield listening


def altered(token: str, place: int) -> str:
    return token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]


def rotate(visit: Visit) -> None:
    """Wrap every value in one more key, as a rotation does."""
    key = suppression.new_key()
    visit.keys.append(key)
    with visit.database.write() as connection:
        suppressions.wrap(
            connection,
            len(visit.keys),
            lambda value: suppression.wrapped(bytes.fromhex(value), [bytes.fromhex(key)]),
        )


def test_the_page_of_a_link_has_one_button_and_changes_nothing(visit: Visit, database: Database) -> None:
    path, before = f"/stop/{visit.stop_token(ADA)}", contents(database)
    for method in ("GET", "HEAD", "GET"):
        assert visit.ask(method, path).status == 200
    shown = visit.get(path).text
    assert shown.count("<form") == shown.count("<button") == 1
    assert "<script" not in shown
    assert "ada" not in shown.lower()
    assert contents(database) == before


def test_the_button_objects_and_works_twice(visit: Visit, database: Database) -> None:
    let_be_shown(database)
    path = f"/stop/{visit.stop_token(ADA)}"
    assert [visit.post(path).status, visit.post(path).status] == [200, 200]
    assert inside(database) == set()
    assert set(labels(database)) == {BO.platform_id}
    assert feed(database)[-1][1:] == (ADA.platform_id, "remove", "objected")
    kept = {each["value"] for each in rows(database, "suppressions")}
    assert kept == set(visit.suppressor.values([ADA, ("handle:twitter", "ada")]))


def test_a_mail_program_may_press_the_button_itself(visit: Visit, database: Database) -> None:
    path = f"/stop/{visit.stop_token(ADA)}"
    assert visit.post(path, {"anything": "else"}, Origin="").status == 403
    assert inside(database) == {ADA.platform_id}
    assert visit.post(path, {"List-Unsubscribe": "One-Click"}, Origin="").status == 200
    assert inside(database) == set()


def test_a_link_outlives_years_erasure_and_new_keys_of_both_kinds(visit: Visit, database: Database) -> None:
    token = visit.stop_token(ADA)
    rotate(visit)
    visit.link_keys.append(link_tokens.new_key())
    visit.now += timedelta(days=3650)
    with database.write() as connection:
        end_contact(connection, [ADA], visit.suppressor, ERASED, now=NOW)
    rotate(visit)
    assert visit.get(f"/stop/{token}").status == 200
    assert visit.post(f"/stop/{token}").status == 200
    kept = {each["value"] for each in rows(database, "suppressions")}
    assert visit.suppressor.value(*ADA) in kept
    assert len(kept) == 2


def test_a_link_finds_who_stands_under_another_number_by_now(visit: Visit, database: Database) -> None:
    token = visit.stop_token(ADA)
    with database.write() as connection:
        end_contact(connection, [ADA], visit.suppressor, ERASED, now=NOW)
        suppressions.lift(
            connection,
            visit.suppressor.values([ADA, ("handle:twitter", "ada")]),
            before=visit.now + timedelta(days=1),
        )
    page_again(database, [follows(DI), follows(CY), follows(ADA)])
    assert ADA.platform_id in inside(database)
    rotate(visit)
    assert visit.post(f"/stop/{token}").status == 200
    assert ADA.platform_id not in labels(database)
    assert {DI.platform_id, CY.platform_id} <= inside(database)


def page_again(database: Database, acts: list[Signal]) -> None:
    """Store another page of the same account."""
    with database.write() as connection:
        (account,) = accounts.every(connection)
        written = write_page(connection, (account.id, account.platform), acts, CNIL, now=NOW)
        messaging.publish(connection, written.steps, now=NOW)


def test_a_number_that_is_somebody_elses_by_now_harms_nobody(visit: Visit, database: Database) -> None:
    bo = next(each["id"] for each in rows(database, "contacts") if each["platform_id"] == BO.platform_id)
    value = visit.suppressor.value(*CY)
    token = visit.links.seal("stop", objecting._packed(objecting._Target(1, bo, "", (value,))), now=NOW)
    assert visit.post(f"/stop/{token}").status == 200
    assert set(labels(database)) == {ADA.platform_id, BO.platform_id}
    assert [each["value"] for each in rows(database, "suppressions")] == [value]


def test_only_an_untouched_link_of_ours_for_this_page_is_one(visit: Visit, database: Database) -> None:
    token = visit.stop_token(ADA)
    stranger = Visit(database)
    wrong = [
        *(altered(token, place) for place in range(0, len(token), 7)),
        token[:-1],
        token + "A",
        token + "=",
        token.replace(token[9], token[9] + "!", 1),
        stranger.links.seal("stop", b"\0" * 43, now=NOW),
        visit.links.seal("join", b"\0" * 43, now=NOW),
        "A" * 5_000,
        "%00",
        "é",
    ]
    for each in wrong:
        quoted = each.replace("é", "%C3%A9")
        assert visit.get(f"/stop/{quoted}").status == 404, each
        assert visit.post(f"/stop/{quoted}").status == 404, each
    assert rows(database, "suppressions") == []
    assert visit.post(f"/stop/{token}").status == 200
    assert rows(database, "suppressions")


def test_whoever_names_a_handle_is_never_stored(visit: Visit, database: Database) -> None:
    assert visit.post("/object", {"platform": "twitter", "handle": "https://x.com/ADA"}).status == 200
    assert set(labels(database)) == {BO.platform_id}
    assert inside(database) == set()
    kept = {each["value"] for each in rows(database, "suppressions")}
    assert kept == set(visit.suppressor.values([ADA, ("handle:twitter", "ada")]))


def test_known_unknown_and_suppressed_get_the_same_answer_by_the_same_statements(
    visit: Visit, database: Database, tmp_path: Path
) -> None:
    visit.ledger = Ledger(tmp_path / "objections")
    visit.post("/object", {"platform": "twitter", "handle": "first"})
    with database.write() as connection:
        journal.record(connection, Entry("cli:di", Act.CONTACT_SHOWN, NOW, ADA))
    heard = []
    for handle in ("ada", "bo", "nobody", "ada", "@NOBODY"):
        size = visit.ledger.size()
        with statements_of(database) as statements:
            answer = visit.post("/object", {"platform": "twitter", "handle": handle})
        headers = {name: value for name, value in answer.headers.items() if name != "date"}
        assert visit.ledger.size() > size
        heard.append((answer.status, answer.text, headers, statements))
    assert heard[0][0] == 200
    assert len(heard[0][3]) > 5
    assert [each for each in heard if each != heard[0]] == []
    assert inside(database) == set()
    with database.read() as connection:
        assert journal.verify(connection).findings == ()
    told = [each["act"] for each in rows(database, "journal_texts") if each["actor"] == "page"]
    assert told == ["right.objected"] * 6
    assert ADA.platform_id not in repr(rows(database, "journal_texts"))


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"platform": "myspace", "handle": "ada"}, id="another-platform"),
        pytest.param({"platform": "twitter", "handle": "a da"}, id="two-words"),
        pytest.param({"platform": "twitter", "handle": "a" * 51}, id="too-long"),
        pytest.param({"platform": "twitter", "handle": "<b>ada"}, id="markup"),
        pytest.param({"platform": "twitter", "handle": "ada\x00"}, id="a-control"),
        pytest.param(
            {"platform": "twitter", "handle": "https://evil.example/ada"}, id="an-address-elsewhere"
        ),
    ],
)
def test_a_handle_that_is_none_is_asked_for_again(
    visit: Visit, database: Database, fields: dict[str, str]
) -> None:
    before = contents(database)
    answer = visit.post("/object?lang=en", fields)
    assert answer.status == 422
    assert 'role="alert"' in answer.text
    assert "<b>" not in answer.text
    assert contents(database) == before


def test_a_program_that_fills_the_trap_in_changes_nothing_and_is_not_told(
    visit: Visit, database: Database
) -> None:
    fields = {"platform": "twitter", "handle": "ada"}
    trapped = visit.post("/object", {**fields, "website": "http://spam.example"})
    assert inside(database) == {ADA.platform_id}
    assert (trapped.status, trapped.text) == (200, visit.post("/object", fields).text)
    assert inside(database) == set()


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "",
        f"{PUBLIC}.evil.example",
        f"{PUBLIC}:8443",
        "http://pages.club.example",
    ],
)
def test_a_form_from_elsewhere_is_refused(visit: Visit, database: Database, origin: str) -> None:
    token = visit.stop_token(ADA)
    for path in ("/object", "/join", f"/stop/{token}", "/join/confirm/x"):
        assert visit.post(path, {"platform": "twitter", "handle": "ada"}, Origin=origin).status == 403
    assert inside(database) == {ADA.platform_id}
    assert visit.post(f"/stop/{token}").status == 200


def test_what_is_no_form_or_too_long_is_refused_unread(visit: Visit, database: Database) -> None:
    before = contents(database)
    large = {"platform": "twitter", "handle": "ada", "more": "a" * MAX_BODY}
    assert visit.post("/object", large).status == 413
    assert visit.post("/object", {f"f{place}": "" for place in range(100)}).status == 400
    assert visit.post("/object", Content_Type="application/json").status == 415
    chunked = {
        "Origin": PUBLIC,
        "Content_Type": "application/x-www-form-urlencoded",
        "Transfer_Encoding": "chunked",
    }
    body = b"%x\r\n%b\r\n0\r\n\r\n" % (MAX_BODY + 1, b"a" * (MAX_BODY + 1))
    assert visit.ask("POST", "/object", body, **chunked).status == 413
    bad = {"Origin": PUBLIC, "Content_Type": "application/x-www-form-urlencoded"}
    assert visit.ask("POST", "/object", b"handle=%ff%fe", **bad).status == 400
    assert contents(database) == before


def test_one_address_may_send_so_many_and_others_still_may(visit: Visit) -> None:
    fields = {"platform": "twitter", "handle": "nobody"}
    answers = [visit.post("/object", fields, X_Forwarded_For="192.0.2.7").status for _ in range(22)]
    assert answers == [200] * 20 + [429] * 2
    assert visit.post("/object", fields, X_Forwarded_For="198.51.100.7").status == 200
    visit.now += timedelta(minutes=10)
    assert visit.post("/object", fields, X_Forwarded_For="192.0.2.7").status == 200


def test_ids_of_ours_stay_out_of_answers_for_names_with_an_id(visit: Visit, database: Database) -> None:
    page_again(database, [follows(ContactKey("twitter", "7100"), Profile("Ada", None))])
    visit.post("/object", {"platform": "twitter", "handle": "ada"})
    assert not {ADA.platform_id, "7100"} & set(labels(database))
