"""`regulars import` and `contacts add`: what they refuse, what they store, and what they never show."""

import json
import shutil
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from config.keys import Sealer
from console.cli.main import command_line
from console.cli.start import runtime
from domain.account import Account
from domain.errors import RegularsError
from pipeline.rotate import rotate
from store import accounts, consents, installation, journal, suppressions
from store.written_files import REJECTS_KEPT
from tests.cast import NOW, added
from tests.contents import contents, inside, labels, rows
from tests.unit.connectors.files.archived import of_facebook, of_x
from tests.unit.connectors.files.workbooks import workbook

CONSENT = "J'accepte que le club m'écrive."
ADA = {
    "name": "Ada Lévy",
    "given_on": "2026-03-31",
    "source": "met at the market",
    "consent": CONSENT,
    "language": "fr",
    "email": "ada@club.example",
    "topics": ["housing"],
}
ROWS = [
    ("Nom", "Courriel", "Religion"),
    ("Ada", "ada@club.example", "never-shown"),
    ("Bo", "bo at club", "never-shown"),
    ("Cy", "cy@club.example", "never-shown"),
    ("Ada again", "ADA@club.example", "never-shown"),
]
MAPPED = ("--leave-out", "Religion", "--map", "name=Nom", "--map", "email=Courriel", "--channel", "email")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: Path) -> Path:
    monkeypatch.setenv("REGULARS_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    shutil.copyfile(sqlite_template, tmp_path / "data" / "regulars.db")
    (tmp_path / "words.txt").write_text(CONSENT, "utf-8")
    (tmp_path / "list.csv").write_text("\n".join(";".join(each) for each in ROWS), "utf-8")
    (tmp_path / "list.xlsx").write_bytes(workbook(ROWS).getvalue())
    monkeypatch.chdir(tmp_path)
    return tmp_path


FACEBOOK = Account("facebook", "41", "our page")
TERMS = ("--consent-file", "words.txt", "--source", "stand", "--given-on", "2026-03-31")


def call(*words: str, given: str = "") -> Result:
    return CliRunner().invoke(command_line(words[0]), [*words], input=given)


def said(*words: str, given: str = "") -> str:
    result = call(*words, given=given)
    assert result.exit_code == 0, result.output + repr(result.exception)
    return result.output


def refused(*words: str, given: str = "") -> str:
    result = call(*words, given=given)
    assert isinstance(result.exception, RegularsError), result.output
    assert runtime_rows("contacts") == []
    return str(result.exception)


def runtime_rows(table: str) -> list[dict[str, Any]]:
    return rows(runtime().database, table)


@pytest.mark.parametrize("name", ["list.csv", "list.xlsx"])
def test_a_list_comes_in_and_its_rejects_lie_beside_it(folder: Path, name: str) -> None:
    told = said("import", "list", name, *MAPPED, *TERMS)
    assert "2 new, 1 known already, 0 left out since they objected, 1 rejected." in told
    rejects = (folder / "list.rejects.csv").read_text("utf-8-sig").splitlines()
    assert rejects == ["row,reason,Nom,Courriel", "3,its e-mail address is none,Bo,bo at club"]
    database = runtime().database
    (noted,) = rows(database, "written_files")
    assert (noted["path"], noted["kind"]) == (str(folder / "list.rejects.csv"), "rejects")
    assert noted["expires_at"] - noted["at"] == REJECTS_KEPT
    assert len(inside(database)) == 2
    assert {each["wording"] for each in rows(database, "consent_texts")} == {CONSENT}
    assert {each["source"] for each in rows(database, "consents")} == {
        f"stand (list {name} row {each})" for each in (2, 4)
    }
    assert {each["taken_by"].partition(":")[0] for each in rows(database, "consents")} == {"cli"}
    assert "never-shown" not in str(contents(database))


def test_a_rehearsal_stores_nothing(folder: Path) -> None:
    told = said("import", "list", "list.csv", *MAPPED, *TERMS, "--dry-run", "--json")
    counts = json.loads(told)
    assert (counts["new"], counts["known"], counts["rejected"], counts["stored"]) == (2, 1, 1, False)
    assert (folder / "list.rejects.csv").exists()
    assert runtime_rows("contacts") == runtime_rows("accounts") == runtime_rows("journal_chain") == []


def test_an_import_is_in_the_journal_without_anybody(folder: Path) -> None:  # noqa: ARG001  # it makes the list
    said("import", "list", "list.csv", *MAPPED, *TERMS)
    with runtime().database.read() as connection:
        (entry,) = journal.listed(connection, count=9)
    assert (entry["act"], json.loads(entry["details"])) == (
        "list.imported",
        {"rows": 4, "new": 2, "known": 1},
    )


def test_a_preview_shows_rows_only_once_refused_columns_are_left_out() -> None:
    shown = said("import", "list", "list.csv", "--preview")
    assert "refused" in shown
    assert "never-shown" not in shown
    assert "ada@club" not in shown
    shown = said("import", "list", "list.csv", "--preview", "--leave-out", "Religion")
    assert "ada@club" in shown
    assert "Guessed: --map last_name=Nom --map email=Courriel" in shown
    assert "never-shown" not in shown
    assert runtime_rows("contacts") == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (TERMS, "never read here: Religion"),
        ((*TERMS, "--leave-out", "Religion"), "this looks right: --map last_name=Nom"),
        (MAPPED, "--consent-file"),
        ((*MAPPED, "--consent-file", "words.txt"), "--source"),
        ((*MAPPED, "--consent-file", "words.txt", "--source", "s"), "--given-on"),
        ((*MAPPED, *TERMS, "--given-on", "yesterday"), "2026-03-31"),
        ((*MAPPED, *TERMS, "--channel", "fax"), "email or sms"),
        ((*MAPPED, *TERMS, "--language", "de"), "fr or en"),
        ((*MAPPED, *TERMS, "--map", "name=Courriel"), "each field once"),
        ((*MAPPED, *TERMS, "--consent-file", "list.xlsx"), "cannot be read as text"),
        ((*MAPPED, *TERMS, "--consent-file", "nothing.txt"), "cannot be read as text"),
    ],
)
def test_a_list_that_proves_nothing_is_refused(words: tuple[str, ...], sentence: str) -> None:
    assert sentence in refused("import", "list", "list.csv", *words)


def test_a_list_that_is_not_there() -> None:
    assert "cannot be read" in refused("import", "list", "nothing.csv", *MAPPED, *TERMS)


def test_one_person_is_added_with_the_proof() -> None:
    told = said("contacts", "add", "--json", given=json.dumps(ADA))
    key = json.loads(told)["contact_key"]
    database = runtime().database
    assert [f"signup:{each}" for each in inside(database)] == [key]
    with database.read() as connection:
        (given, topics) = consents.of_contact(connection, rows(database, "contacts")[0]["id"])
        (entry,) = journal.listed(connection, count=9)
    assert (given["source"], given["wording"], topics["purpose"]) == ("met at the market", CONSENT, "topics")
    assert (entry["act"], entry["subject_key"]) == ("contact.added", key)
    assert "Ada" not in told
    held = said("access", key, "--language", "en")
    (page,) = Path().glob("access-*.html")
    assert "Ada" not in held
    assert "accepte que le club" in page.read_text("utf-8")


@pytest.mark.parametrize("missing", ["name", "given_on", "source", "consent", "language"])
def test_without_who_when_where_and_what_was_said_nobody_is_added(missing: str) -> None:
    told = refused("contacts", "add", given=json.dumps(ADA | {missing: " "}))
    assert "Without proof nobody is added" in told
    assert "Ada" not in told


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("no json", "one JSON object"),
        ("[]", "one JSON object"),
        ("[" * 100_001, "one JSON object"),
        (json.dumps(ADA | {"religion": "x"}), "Nothing is kept under 'religion'"),
        (json.dumps(ADA | {"email": 7}), "email must be text"),
        (json.dumps(ADA | {"topics": "housing"}), "topics must be text, and topics a list"),
        (json.dumps(ADA | {"given_on": "soon"}), "given_on must be a date"),
        (json.dumps(ADA | {"email": None}), "consents to no channel"),
        (json.dumps(ADA | {"email": "ada"}), "e-mail address is none"),
    ],
)
def test_what_is_no_person_with_proof_is_refused(given: str, sentence: str) -> None:
    told = refused("contacts", "add", given=given)
    assert sentence in told
    assert "ada@" not in told


def test_one_who_objected_is_not_added() -> None:
    open_runtime = runtime()
    with open_runtime.database.write() as connection:
        suppressor = open_runtime.suppressor_of(connection)
        value = suppressor.value("email", "ada@club.example")
        suppressions.add(connection, [value], "objected", wraps=suppressor.wraps, now=NOW)
    assert "only they can take that back" in refused("contacts", "add", given=json.dumps(ADA))


@pytest.mark.parametrize("command", [("harvest",), ("account", "check"), ("estimate",)])
def test_nothing_of_the_account_can_be_harvested(command: tuple[str, ...]) -> None:
    said("contacts", "add", given=json.dumps(ADA))
    result = call(*command, "sign-ups")
    assert "There is nothing to harvest of sign-ups" in str(result.exception)


def test_keys_turn_though_this_account_has_no_token() -> None:
    said("contacts", "add", given=json.dumps(ADA))
    open_runtime = runtime()
    with open_runtime.database.write() as connection:
        assert accounts.find(connection, "sign-ups").platform == "signup"
        before = installation.key_fingerprint(connection)
    new = Sealer(urlsafe_b64encode(b"k" * 32))
    rotate(open_runtime.database, open_runtime.sealer, new)
    assert [each["token_sealed"] for each in rows(open_runtime.database, "accounts")] == [b""]
    with open_runtime.database.read() as connection:
        assert installation.key_fingerprint(connection) == new.fingerprint != before


def test_nobody_comes_in_from_an_archive_before_they_could_be_told(folder: Path) -> None:
    (folder / "x.zip").write_bytes(of_x(["7001"]).getvalue())
    with runtime().database.write() as connection:
        added(connection)
    told = refused("import", "archive", "x.zip", "--account", "our profile")
    assert "must be set before a real platform is read" in told


def test_an_archive_of_x_brings_its_followers(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGULARS_TWITTER_BASE_URL", "http://127.0.0.1:9")
    (folder / "x.zip").write_bytes(of_x(["7001", "7002"]).getvalue())
    with runtime().database.write() as connection:
        added(connection)
    words = ("import", "archive", "x.zip", "--account", "our profile")
    assert "2 new follows, 0 known already" in said(*words, "--dry-run")
    assert runtime_rows("contacts") == []
    assert json.loads(said(*words, "--json"))["new"] == 2
    assert set(labels(runtime().database)) == {"7001", "7002"}
    with runtime().database.read() as connection:
        assert "archive.imported" in {each["act"] for each in journal.listed(connection, count=9)}


def test_names_of_facebook_are_listed_and_nobody_is_stored(folder: Path) -> None:
    names = {"friends_v2": [{"name": "Ada L\u00c3\u00a9vy", "timestamp": 1_700_000_001}, 7]}
    (folder / "f.zip").write_bytes(of_facebook(("friends/friends.json", names)).getvalue())
    with runtime().database.write() as connection:
        added(connection, FACEBOOK)
    words = ("import", "archive", "f.zip", "--account", "our page")
    shown = said(*words)
    assert "Ada Lévy" in shown
    assert "1 rows could not be read" in shown
    first, counts = map(json.loads, said(*words, "--json").splitlines())
    assert (first["name"], first["kind"], counts["proposals"]) == ("Ada Lévy", "friend", 1)
    assert runtime_rows("contacts") == []
    assert "Ada" not in str(contents(runtime().database))


def test_an_archive_of_another_account_is_refused(folder: Path) -> None:
    (folder / "x.zip").write_bytes(of_x(["7001"], owner="6000").getvalue())
    with runtime().database.write() as connection:
        added(connection)
    assert "not the archive of our profile" in refused(
        "import", "archive", "x.zip", "--account", "our profile"
    )
    assert "cannot be read" in refused("import", "archive", "y.zip", "--account", "our profile")
