"""What the command line says of a harvest: fields for programs, texts for people, files for a CRM."""

import csv
import json
import os
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journey.road import Installation, simulator
from tests.journey.spoken import Spoken

CONTACT = {
    "contact_key", "platform", "platform_id", "label", "handle", "display_name", "in_messaging_store",
    "refusal", "regular_since", "first_seen_at", "keep_until",
}  # fmt: skip
RUN = {
    "run", "account", "platform", "stream", "state", "pages", "requests", "contacts_seen", "regular",
    "occasional", "quarantined", "spend_usd", "started_at", "ended_at", "error",
}  # fmt: skip
#: What stands in a record where the contact gave it, and in every CSV.
GIVEN = {"email", "phone", "language", "area", "consents", "last_confirmed_at"}
RECORD = {
    "contact_key", "op", "seq", "platform", "platform_id", "handle", "display_name", "label", "label_reason",
    "policy", "regular_since", "topics", "declared_topics", "addressable", "not_addressable_because",
}  # fmt: skip
#: Hostile names of the simulator's people, and how each must be shown.
HOSTILE = {
    "[bold red]markup[/]": "[bold red]markup[/]",
    "escape \x1b[31mred\x1b[0m": "escape \\u001b[31mred\\u001b[0m",
    "\u202eevil\u202c": "\\u202eevil\\u202c",
    "line\nbreak": "line\\u000abreak",
    "tab\tbed": "tab\\u0009bed",
    "bell\x07": "bell\\u0007",
    "zero\u200bwidth": "zero\\u200bwidth",
    "\u2066isolate\u2069": "\\u2066isolate\\u2069",
}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00")


@pytest.fixture(scope="module")
def harvested(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spoken]:
    """Harvest both accounts of a simulator whose people wear hostile names."""
    folder = tmp_path_factory.mktemp("harvested")
    with simulator(folder, seed=8, audience=1600) as world:
        made = Spoken(folder, world)
        made.connect()
        made.harvest()
        yield made


@pytest.fixture(scope="module")
def people(harvested: Spoken) -> dict[str, dict[str, object]]:
    """Return all listed contacts by key."""
    return {each["contact_key"]: each for each in harvested.done("contacts", "list", "--json").rows}


def one(people: dict[str, dict[str, object]], platform: str, label: str) -> str:
    """Return the key of the first contact of a platform with a label."""
    return next(key for key, each in people.items() if (each["platform"], each["label"]) == (platform, label))


def test_contacts_have_the_promised_fields(people: dict[str, dict[str, object]]) -> None:
    assert len(people) > 500
    for key, each in people.items():
        assert set(each) == CONTACT
        assert key == f"{each['platform']}:{each['platform_id']}"
        assert each["in_messaging_store"] is (each["label"] == "regular")
        assert (each["regular_since"] is not None) is (each["label"] == "regular")
        assert (each["keep_until"] is not None) is (each["label"] == "occasional")


@pytest.mark.parametrize("label", ["occasional", "regular", "suppressed"])
@pytest.mark.parametrize("platform", ["twitter", "facebook"])
def test_contacts_are_listed_by_label_and_platform(
    label: str, platform: str, harvested: Spoken, people: dict[str, dict[str, object]]
) -> None:
    listed = harvested.done("contacts", "list", "--label", label, "--platform", platform, "--json").rows
    wanted = {key for key, each in people.items() if (each["label"], each["platform"]) == (label, platform)}
    assert {each["contact_key"] for each in listed} == wanted
    assert wanted or (platform, label) == ("twitter", "suppressed")


def test_only_regular_contacts_of_x_have_a_name(people: dict[str, dict[str, object]]) -> None:
    named = {
        (each["platform"], each["label"])
        for each in people.values()
        if each["handle"] is not None or each["display_name"] is not None
    }
    assert ("twitter", "regular") in named
    assert not [each for each in named if each[1] != "regular"]


def test_texts_stay_only_where_the_pack_says(harvested: Spoken, people: dict[str, dict[str, object]]) -> None:
    kinds: dict[bool, set[str]] = {True: set(), False: set()}
    for platform in ("twitter", "facebook"):
        occasional = [
            key
            for key, each in people.items()
            if (each["platform"], each["label"]) == (platform, "occasional")
        ]
        for key in occasional[:120]:
            for act in harvested.done("contacts", "show", key, "--json").rows[0]["signals"]:
                kinds[act["text"] is not None].add(act["kind"])
    # cnil-2016: a text only where an answer is due, so never of a like, a share or a reaction.
    assert kinds[True] == {"commented", "replied", "mentioned", "quoted", "rated"}
    assert {"liked", "reacted", "shared"} <= kinds[False]


def test_a_contact_is_shown_with_its_acts_and_decisions(
    harvested: Spoken, people: dict[str, dict[str, object]]
) -> None:
    key = one(people, "twitter", "regular")
    found = harvested.done("contacts", "show", key, "--json").rows[0]
    assert set(found) == CONTACT | {"interests", "signals", "decisions"}
    assert {
        "kind", "account", "item", "started_at", "seen_at", "last_confirmed_at", "withheld_since", "ended_at",
        "keep_until", "text",
    } == set(found["signals"][0])  # fmt: skip
    assert {each["kind"] for each in found["signals"]} >= {"follows"}
    newest = found["decisions"][0]
    assert (newest["label"], newest["kind"]) == ("regular", "follows")
    assert newest["policy"].startswith("cnil-2016/")
    assert "follows team-x" in newest["sentence"]
    plain = harvested.done("contacts", "show", key).out
    assert key in plain.replace("\n", "") or found["platform_id"] in plain
    assert "follows team-x" in plain


@pytest.mark.parametrize(
    ("platform", "label", "words"),
    [
        pytest.param("twitter", "regular", "follows team-x", id="a-follower"),
        pytest.param("facebook", "regular", "team-page", id="who-opted-in"),
        pytest.param("facebook", "suppressed", "is blocked", id="who-is-blocked"),
    ],
)
def test_a_label_is_explained(
    platform: str, label: str, words: str, harvested: Spoken, people: dict[str, dict[str, object]]
) -> None:
    key = one(people, platform, label)
    told = harvested.done("explain", "-", "--json", given=f"{key}\n").rows[0]
    assert set(told) == {"contact_key", "label", "sentence", "admitted", "gates", "channels"}
    assert told["admitted"] is (label == "regular")
    assert {each["channel"] for each in told["channels"]} == {"x_message", "messenger", "email", "sms"}
    assert (told["contact_key"], told["label"]) == (key, label)
    assert words in told["sentence"]
    sentence = told["sentence"].split()
    assert harvested.done("explain", key).out.replace("\n", " ").split()[: len(sentence)] == sentence


def test_runs_have_the_promised_fields(harvested: Spoken) -> None:
    rows = harvested.done("runs", "list", "--json").rows
    assert {each["stream"] for each in rows} >= {"followers", "likers", "comments", "reactions", "friends"}
    for each in rows:
        assert set(each) >= RUN
        assert (each["state"], each["error"]) == ("done", None)
        assert TIME.fullmatch(each["started_at"])
        assert TIME.fullmatch(each["ended_at"])
        assert each["requests"] >= each["pages"] > 0
        assert harvested.done("runs", "show", str(each["run"]), "--json").rows == [each]


def test_spend_is_what_the_simulator_billed(harvested: Spoken) -> None:
    spent = sum(each["spend_usd"] for each in harvested.done("runs", "list", "--json").rows)
    assert spent > 1
    assert not [
        each["spend_usd"]
        for each in harvested.done("runs", "list", "--json").rows
        if each["platform"] == "facebook" and each["spend_usd"]
    ]


def test_an_export_has_the_promised_fields(harvested: Spoken, people: dict[str, dict[str, object]]) -> None:
    records, tombstones = harvested.exported()
    regular = {key for key, each in people.items() if each["label"] == "regular"}
    assert {each["contact_key"] for each in records} == regular
    assert not tombstones
    for each in records:
        assert RECORD <= set(each) <= RECORD | GIVEN
        assert (each["op"], each["label"], each["policy"]) == ("upsert", "regular", "cnil-2016")
        assert each["label_reason"] in {"follows", "friend", "opted_in"}
        assert TIME.fullmatch(each["regular_since"])
    assert len({each["seq"] for each in records}) == len(records)


def test_no_cell_of_a_csv_is_a_formula(harvested: Spoken) -> None:
    folder = harvested.folder / "sheet"
    harvested.done("export", "--format", "csv", "--out", str(folder))
    with (folder / "contacts.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    by_key = {each["contact_key"]: each["display_name"] for each in harvested.exported()[0]}
    assert set(rows[0]) == RECORD | GIVEN
    assert not [
        cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    ]
    for row in rows:
        name = by_key[row["contact_key"]] or ""
        assert row["display_name"] in {name, f"'{name}"}
    assert [row for row in rows if row["display_name"] != (by_key[row["contact_key"]] or "")]


def test_an_export_replaces_the_last_one_and_leaves_nothing_beside_it(harvested: Spoken) -> None:
    harvested.exported()
    harvested.exported()
    assert sorted(each.name for each in (harvested.folder / "export").iterdir()) == [
        "contacts.ndjson",
        "datapackage.json",
        "datapackage.json.sig",
        "tombstones.ndjson",
    ]


@pytest.mark.parametrize("columns", [50, 200])
def test_hostile_names_are_shown_as_text(columns: int, harvested: Spoken) -> None:
    terminal = Installation(
        harvested.folder, harvested.world, COLUMNS=str(columns), FORCE_COLOR="1", TERM="xterm-256color"
    )
    shown = terminal.run("contacts", "list", "--label", "regular", "--platform", "twitter")
    own_colours = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert "\x1b" not in own_colours
    # A joiner between two pictures is harmless, and stays.
    assert not {each for each in own_colours if not each.isprintable()} - {"\n", "\u200d"}
    assert "\x1b[31m" not in shown, "a name coloured the terminal"
    if columns == 200:
        names = {each["display_name"] for each in harvested.exported()[0]}
        worn = {name: text for name, text in HOSTILE.items() if name in names}
        assert len(worn) >= 3, "too few hostile names among the regular contacts"
        assert not [text for text in worn.values() if text not in own_colours]


def test_a_check_says_what_each_stream_can_bring(harvested: Spoken) -> None:
    x = {each["stream"]: each for each in harvested.done("account", "check", "team-x", "--json").rows}
    page = {each["stream"]: each for each in harvested.done("account", "check", "team-page", "--json").rows}
    assert x["followers"]["label"] == "regular"
    assert {x[each]["label"] for each in ("mentions", "likers", "reposters", "quotes")} == {"occasional"}
    assert {x[each]["shows_authors"] for each in ("followers", "likers")} == {True}
    assert {each["readable"] for each in (*x.values(), *page.values())} == {True}
    assert page["friends"]["label"] == "regular"
    assert page["comments"]["label"] == "occasional"
    assert page["blocked"]["label"] == "suppressed"
    assert x["followers"]["permissions"] == ["follows.read", "tweet.read", "users.read"]
    assert page["friends"]["permissions"] == ["user_friends"]
    assert {tuple(each["missing_permissions"]) for each in (*x.values(), *page.values())} == {()}
    told = harvested.done("account", "check", "team-page").out
    assert "\nopt_ins: Facebook lists no followers" in told
    assert "user_friends" in told
    assert "Facebook lists no followers" in " ".join(each["remark"] for each in page.values())


def test_settings_are_shown_without_their_secrets(harvested: Spoken) -> None:
    key = (harvested.folder / "data" / "secret.key").read_text(encoding="utf-8")
    told = harvested.tell("config", "show", "--json", REGULARS_SECRET_KEY=key)
    assert told.code == 0
    assert told.rows[0]["REGULARS_POLICY"] == "cnil-2016"
    assert key not in told.out
    told = harvested.tell("config", "show", REGULARS_DATABASE_URL="postgresql://me:hush@h/n")
    assert "hush" not in told.out + told.err


def test_accounts_are_listed_without_their_tokens(harvested: Spoken) -> None:
    told = harvested.done("account", "list", "--json")
    assert [(each["name"], each["platform"]) for each in told.rows] == [
        ("team-x", "twitter"),
        ("team-page", "facebook"),
    ]
    assert harvested.world.ready["twitter"]["user_token"] not in told.out


def test_adding_an_account_again_updates_it(harvested: Spoken) -> None:
    before = harvested.done("account", "list", "--json").rows
    token = harvested.world.ready["twitter"]["user_token"]
    harvested.done(
        "account", "add", "twitter", "team-x", "--owned-reads", "--platform-id",
        harvested.world.ready["twitter"]["account_id"], "--token-file", "-", given=f"{token}\n",
    )  # fmt: skip
    after = harvested.done("account", "list", "--json").rows
    assert [each["name"] for each in after] == [each["name"] for each in before]
    assert [each["owned_reads"] for each in after] == [True, False]


def test_a_reader_that_stops_early_is_no_error(harvested: Spoken) -> None:
    installation = Installation(harvested.folder, harvested.world)
    reading, writing = os.pipe()
    process = installation.start("contacts", "list", "--json", stdout=writing)
    os.close(writing)
    with os.fdopen(reading) as read:
        assert json.loads(read.readline())["contact_key"]
    assert process.wait(timeout=60) == 0


COMMANDS = (
    "demo", "up", "worker", "dispatch", "simulator", "account add", "account list", "account check",
    "account remove", "harvest", "runs list", "runs show", "runs cancel", "jobs list", "contacts list",
    "contacts show", "contacts explain", "contacts override", "doctor",
    "explain", "reclassify", "export", "failures list", "failures show", "failures replay",
    "failures drop", "db upgrade", "config show",
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_tells_its_purpose_and_every_option(command: str, harvested: Spoken) -> None:
    told = harvested.done(*command.split(), "--help").out
    usage, _, rest = told.partition("\n\n")
    assert usage.startswith(f"Usage: regulars {command}")
    assert rest.strip().partition("\n")[0].strip()
    options = re.findall(r"^  (--?[a-z-]+(?: <[^>]+>)?)( {2,}\S.*)?$", told, flags=re.MULTILINE)
    assert options
    assert not [name for name, meaning in options if not meaning.strip() and not _goes_on(told, name)]


def _goes_on(told: str, option: str) -> bool:
    """Tell whether an option's meaning stands in the next line, where its name is long."""
    return bool(re.search(re.escape(option) + r"\n {10,}\S", told))


def test_exit_codes_are_told(harvested: Spoken) -> None:
    told = " ".join(harvested.done("--help").out.split())
    for each in ("0 done", "1 refused", "2 wrong usage", "3 a harvest", "130 stopped"):
        assert each in told


def test_what_is_written_lies_in_the_data_folder(harvested: Spoken) -> None:
    written = {each.name for each in (harvested.folder / "data").iterdir()}
    assert {"regulars.db", "secret.key", "queue"} <= written
    assert oct((Path(harvested.folder) / "data" / "secret.key").stat().st_mode & 0o777) == "0o600"


def test_the_number_of_followers_is_known_before_any_harvest(harvested: Spoken) -> None:
    with sqlite3.connect(harvested.folder / "data" / "regulars.db") as connection:
        known = dict(connection.execute("SELECT platform, followers_count FROM accounts"))
    connection.close()
    follows = sum(act["act"] == "follows" for each in harvested.world.truth() for act in each["acts"])
    assert known == {"twitter": follows, "facebook": None}


def test_a_contacts_interests_are_said_shown_and_exported(
    harvested: Spoken, people: dict[str, dict[str, object]]
) -> None:
    key = one(people, "facebook", "regular")
    said = ("contacts", "interests", key)
    consent = ("--consent", "Write to me about health.", "--source", "form of 2026-11-01")
    harvested.done(*said, "--declare", "health", *consent, "--pin", "digital")
    rows = harvested.done(*said, "--json").rows
    # What was read in the contact's texts may stand beside what was said of it.
    told_of = [(each["topic"], each["strength"], each["pinned"]) for each in rows]
    assert told_of[0] == ("health", "declared", False)
    assert ("digital", "interest", True) in told_of
    assert (rows[0]["consent"], rows[0]["source"]) == (consent[1], consent[3])
    shown = harvested.done("contacts", "show", key, "--json").rows[0]
    assert shown["interests"] == rows
    for told in (harvested.done("contacts", "show", key).out, harvested.done(*said).out):
        assert "declared: form of 2026-11-01" in told
        assert "interest, pinned" in told
    (record,) = (each for each in harvested.exported()[0] if each["contact_key"] == key)
    assert (record["topics"][0], record["declared_topics"]) == ("health", ["health"])
    assert "digital" in record["topics"]
    harvested.done("export", "--format", "csv", "--out", str(harvested.folder / "table"))
    with (harvested.folder / "table" / "contacts.csv").open(encoding="utf-8", newline="") as file:
        (row,) = (each for each in csv.DictReader(file) if each["contact_key"] == key)
    assert row["topics"] == "|".join(record["topics"])
    harvested.done(*said, "--remove", "health", "--take-back", "digital")
    assert "health" not in {each["topic"] for each in harvested.done(*said, "--json").rows}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        pytest.param(
            ["--pin", "health"], "only where the contact declared it", id="what may not be inferred"
        ),
        pytest.param(["--declare", "health"], "needs --consent", id="without consent"),
        pytest.param(["--pin", "party"], "There is no topic 'party'", id="no topic"),
    ],
)
def test_what_may_not_be_said_of_a_contact_is_refused_in_one_sentence(
    words: list[str], sentence: str, harvested: Spoken, people: dict[str, dict[str, object]]
) -> None:
    told = harvested.tell("contacts", "interests", one(people, "facebook", "regular"), *words)
    assert (told.code, told.err.count("\n")) == (1, 1)
    assert sentence in told.err
    assert harvested.tell("contacts", "interests", one(people, "facebook", "occasional"), *words).code == 1
