"""Every refusal is one sentence that says what to do, without a traceback, a token or a name."""

import contextlib
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import servers
from tests.journey.road import COMMAND, ROOT, simulator
from tests.journey.spoken import Spoken, Told

X = ("account", "add", "twitter", "new", "--platform-id", "{x}", "--token-file")
PAGE = ("account", "add", "facebook", "new", "--platform-id", "{page}", "--token-file")
DEAD_QUEUE = {"REGULARS_REDIS_URL": "redis://127.0.0.1:9/0"}
DEAD_DATABASE = {"REGULARS_DATABASE_URL": "postgresql://postgres@127.0.0.1:9/none"}

Row = tuple[tuple[str, ...], dict[str, str], tuple[str, ...]]

REFUSALS: dict[str, Row] = {
    "unknown-setting": (
        ("config", "show"),
        {"REGULARS_DATADIR": "."},
        ("REGULARS_DATADIR", "REGULARS_DATA_DIR meant", "unset"),
    ),
    "number-that-is-none": (
        ("config", "show"),
        {"REGULARS_WORKER_THREADS": "many"},
        ("REGULARS_WORKER_THREADS", "mend it"),
    ),
    "number-too-small": (
        ("config", "show"),
        {"REGULARS_WORKER_THREADS": "0"},
        ("REGULARS_WORKER_THREADS", "mend it"),
    ),
    "log-level-that-is-none": (
        ("config", "show"),
        {"REGULARS_LOG_LEVEL": "LOUD"},
        ("REGULARS_LOG_LEVEL", "DEBUG"),
    ),
    "token-file-missing": ((*X, "{folder}/none"), {}, ("{folder}/none", "name the file")),
    "token-file-empty": ((*X, "{empty}"), {}, ("one token", "copy it again")),
    "token-file-of-bytes": ((*X, "{bytes}"), {}, ("no text", "name the file")),
    "token-file-with-two": ((*X, "{two}"), {}, ("one token",)),
    "token-not-ascii": ((*X, "{accents}"), {}, ("copy it again",)),
    "token-that-is-wrong": ((*X, "{wrong}"), {}, ("{x}", "make a new one")),
    "token-of-an-app": ((*X, "{app}"), {}, ("app", "signed in as")),
    "token-of-another-account": (
        ("account", "add", "twitter", "new", "--platform-id", "{neighbour}", "--token-file", "{user}"),
        {},
        ("{x}", "{neighbour}", "only accounts whose token you hold"),
    ),
    "handle-for-an-id": (
        ("account", "add", "twitter", "new", "--platform-id", "team", "--token-file", "{user}"),
        {},
        ("give the id, not the handle",),
    ),
    "page-token-that-is-a-persons": ((*PAGE, "{person}"), {}, ("{page}", "/me/accounts")),
    "page-token-that-is-wrong": ((*PAGE, "{wrong}"), {}, ("{page}", "make a new one")),
    "persons-token-that-is-wrong": (
        (*PAGE, "{page_token}", "--user-token-file", "{wrong}"),
        {},
        ("--user-token-file", "make a new one"),
    ),
    "token-of-another-page": (
        ("account", "add", "facebook", "new", "--platform-id", "4711", "--token-file", "{page_token}"),
        {},
        ("4711", "only accounts whose token you hold"),
    ),
    "facebook-secrets-for-x": (
        (*X, "{user}", "--user-token-file", "{user}"),
        {},
        ("--user-token-file", "leave it out"),
    ),
    "owned-reads-for-facebook": ((*PAGE, "{page_token}", "--owned-reads"), {}, ("leave it out",)),
    "platform-without-address": (
        (*X, "{user}"),
        {"REGULARS_TWITTER_BASE_URL": "nonsense"},
        ("https://host", "mend"),
    ),
    "unknown-account": (("harvest", "nobody"), {}, ("'nobody'", "account list")),
    "check-of-unknown-account": (("account", "check", "nobody"), {}, ("account list",)),
    "removal-of-unknown-account": (("account", "remove", "nobody", "--yes"), {}, ("account list",)),
    "unknown-stream": (("harvest", "team-x", "--stream", "fans"), {}, ("'fans'", "followers", "quotes")),
    "no-such-run": (("runs", "show", "77"), {}, ("77", "runs list")),
    "no-run-to-cancel": (("runs", "cancel", "77"), {}, ("77", "runs list")),
    "no-failure-to-replay": (("failures", "replay", "77"), {}, ("77", "failures list")),
    "no-failure-to-drop": (("failures", "drop", "77"), {}, ("77", "failures list")),
    "no-failure-named": (("failures", "replay"), {}, ("--all",)),
    "unknown-label": (("contacts", "list", "--label", "blue"), {}, ("regular",)),
    "key-that-is-none": (("explain", "somebody"), {}, ("twitter:<user id>",)),
    "key-of-nobody": (("explain", "twitter:1"), {}, ("nothing under this key",)),
    "key-missing-on-stdin": (("explain", "-"), {}, ("twitter:<user id>",)),
    "dead-database": (("runs", "list"), DEAD_DATABASE, ("REGULARS_DATABASE_URL",)),
    "database-address-that-is-none": (
        ("runs", "list"),
        {"REGULARS_DATABASE_URL": "somewhere"},
        ("postgresql://",),
    ),
    "database-of-another-kind": (
        ("runs", "list"),
        {"REGULARS_DATABASE_URL": "mysql://127.0.0.1/x"},
        ("postgresql://", "mend it"),
    ),
    "dead-queue-for-a-worker": (("worker",), DEAD_QUEUE, ("REGULARS_REDIS_URL",)),
    "dead-queue-for-a-dispatcher": (("dispatch",), DEAD_QUEUE, ("REGULARS_REDIS_URL",)),
    "dead-queue-for-up": (("up",), DEAD_QUEUE, ("REGULARS_REDIS_URL",)),
    "queue-address-that-is-none": (("worker",), {"REGULARS_REDIS_URL": "there"}, ("REGULARS_REDIS_URL",)),
    "worker-without-a-queue": (("worker",), {}, ("REGULARS_REDIS_URL", "regulars up")),
    "unknown-queue": (("worker", "--queue", "mail"), DEAD_QUEUE, ("'mail'", "harvest.twitter")),
    "pack-in-force-is-another": (
        ("runs", "list"),
        {"REGULARS_POLICY": "eu-2026"},
        ("cnil-2016", "reclassify --policy eu-2026"),
    ),
    "unknown-pack": (("reclassify", "--policy", "mine"), {}, ("'mine'", "cnil-2016")),
    "pack-file-missing": (("reclassify", "--policy", "{folder}/mine.toml"), {}, ("mine.toml", "check")),
    "export-into-a-file": (("export", "--out", "{user}"), {}, ("Choose another folder",)),
    "export-where-nothing-may-be": (("export", "--out", "/proc/export"), {}, ("Choose another folder",)),
    "data-folder-is-a-file": (
        ("runs", "list"),
        {"REGULARS_DATA_DIR": "{user}"},
        ("REGULARS_DATA_DIR",),
    ),
    "another-key": (
        ("runs", "list"),
        {"REGULARS_SECRET_KEY": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="},
        ("Give the key in force",),
    ),
    "key-that-is-no-key": (("runs", "list"), {"REGULARS_SECRET_KEY": "abc"}, ("URL-safe base64",)),
    "key-file-missing": (
        ("runs", "list"),
        {"REGULARS_SECRET_KEY_FILE": "{folder}/none.key"},
        ("{folder}/none.key", "Bring it back"),
    ),
    "simulator-port-taken": (("simulator", "--port", "{port}"), {}, ("{port}", "choose another")),
    "simulator-ready-file": (
        ("simulator", "--ready-file", "{folder}/none/ready"),
        {},
        ("name another place",),
    ),
}


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spoken]:
    """Make an installation with both accounts and nothing harvested."""
    folder = tmp_path_factory.mktemp("refusals")
    with simulator(folder, seed=3, audience=200) as world:
        made = Spoken(folder, world)
        made.connect()
        yield made


@pytest.fixture(scope="module")
def places(installation: Spoken) -> dict[str, str]:
    """Name what the rows speak of."""
    x, page = installation.world.ready["twitter"], installation.world.ready["facebook"]
    binary = installation.folder / "bytes"
    binary.write_bytes(b"\xff\xfe\x00")
    files = {
        "empty": "",
        "two": "one two",
        "accents": "tökén",
        "wrong": "not-the-token-8271",
        "app": x["app_token"],
        "user": x["user_token"],
        "person": page["user_token"],
        "page_token": page["page_token"],
    }
    return {
        "x": x["account_id"],
        "page": page["page_id"],
        "neighbour": x["other_account_id"],
        "folder": str(installation.folder),
        "bytes": str(binary),
        "port": x["base_url"].rsplit(":", 1)[1].partition("/")[0],
        **{name: installation.secret(f"{name}.txt", text) for name, text in files.items()},
    }


def refused(told: Told, installation: Spoken, *words: str, code: int = 1) -> None:
    """Fail unless the command was refused with one sentence that says each of the words."""
    assert told.code == code, told
    assert told.out == ""
    assert told.err.count("\n") == 1, told.err
    assert told.err.rstrip("\n").endswith("."), told.err
    assert "Traceback" not in told.err
    ready = installation.world.ready
    secrets = {
        text
        for each in ready.values()
        if isinstance(each, dict)
        for name, text in each.items()
        if "token" in name
    }
    assert not [each for each in (*secrets, "not-the-token-8271", "tökén") if each in told.err]
    for each in words:
        assert each in told.err


@pytest.mark.parametrize("row", [pytest.param(row, id=name) for name, row in REFUSALS.items()])
def test_a_refusal_is_one_sentence(row: Row, installation: Spoken, places: dict[str, str]) -> None:
    arguments, settings, words = row
    told = installation.tell(
        *(each.format(**places) for each in arguments),
        **{name: value.format(**places) for name, value in settings.items()},
    )
    code = 5 if settings.keys() & {"REGULARS_SECRET_KEY", "REGULARS_SECRET_KEY_FILE"} else 1
    refused(told, installation, *(each.format(**places) for each in words), code=code)


def test_wrong_usage_ends_with_two(installation: Spoken) -> None:
    told = installation.tell("account", "add", "myspace", "x", "--platform-id", "1", "--token-file", "-")
    assert told.code == 2
    assert "regulars account add" in told.err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param(["--appendonly", "no"], "appendonly yes", id="a-queue-that-forgets"),
        pytest.param(["--maxmemory-policy", "allkeys-lru"], "noeviction", id="a-queue-that-evicts"),
    ],
)
def test_an_unsafe_queue_is_refused(options: list[str], words: str, installation: Spoken) -> None:
    with servers.valkey(*options) as url:
        told = installation.tell("worker", REGULARS_REDIS_URL=url)
    refused(told, installation, words, "REGULARS_ALLOW_VOLATILE_QUEUE")


def test_the_key_of_a_database_must_be_there(installation: Spoken) -> None:
    key = installation.folder / "data" / "secret.key"
    moved = key.rename(key.with_suffix(".away"))
    try:
        refused(installation.tell("runs", "list"), installation, str(key), "Bring it back", code=5)
        assert not key.exists(), "a new key would make every stored token unreadable"
    finally:
        moved.rename(key)


def test_a_newer_database_is_refused(installation: Spoken, tmp_path: Path) -> None:
    newer = Spoken(tmp_path, installation.world)
    newer.done("db", "upgrade")
    _change(tmp_path / "data" / "regulars.db", "UPDATE alembic_version SET version_num = '9999'")
    refused(newer.tell("runs", "list"), installation, "newer Regulars", "9999")
    refused(newer.tell("db", "upgrade"), installation, "newer Regulars", "9999")


def test_a_harvest_is_not_begun_twice(installation: Spoken) -> None:
    begun = installation.done("harvest", "team-x", "--stream", "followers")
    assert "regulars up" in begun.err
    try:
        told = installation.tell("harvest", "team-x", "--stream", "followers")
        refused(told, installation, "followers", "runs cancel")
        told = installation.tell("reclassify", "--policy", "eu-2026")
        refused(told, installation, "A harvest is running", "cancel")
        assert installation.tell("reclassify", "--policy", "eu-2026", "--dry-run").code == 0
    finally:
        newest = installation.done("runs", "list", "--json").rows[0]
        installation.done("runs", "cancel", str(newest["run"]))
    cancelled = installation.done("runs", "show", str(newest["run"]), "--json").rows[0]
    assert (cancelled["state"], cancelled["requests"]) == ("cancelled", 0)


def test_a_full_disk_says_so(installation: Spoken, tmp_path: Path) -> None:
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", tmp_path], check=False).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        told = alone({**installation.settings, "REGULARS_DATA_DIR": str(tmp_path / "data")}, "runs", "list")
        refused(told, installation, "disk")
        _fill(tmp_path / "rest")
        told = alone(installation.settings, "export", "--format", "csv", "--out", str(tmp_path / "export"))
        refused(told, installation, "No space left", "make room")
    finally:
        subprocess.run(["umount", tmp_path], check=True)


def test_a_first_start_tells_what_to_do_next(installation: Spoken, tmp_path: Path) -> None:
    fresh = Spoken(tmp_path, installation.world)
    assert "account add" in fresh.done("account", "list").err
    assert "harvest" in fresh.done("runs", "list").err
    assert fresh.done("failures", "list").err.startswith("No failure is open.")
    assert fresh.done("failures", "show").err.startswith("Nothing is in quarantine.")
    moved = fresh.done("reclassify", "--policy", "eu-2026", "--dry-run", "--json").rows[0]
    assert (moved["contacts"], moved["moves"]) == (0, [])


def test_a_refusal_in_a_process_of_its_own_says_the_same(installation: Spoken) -> None:
    told = alone({"REGULARS_NONSENSE": "1"}, "config", "show")
    refused(told, installation, "REGULARS_NONSENSE")


def alone(settings: dict[str, str], *arguments: str) -> Told:
    """Run a command in a process of its own, so that it holds nothing afterwards."""
    done = subprocess.run(
        [*COMMAND, *arguments],
        env={"PYTHONPATH": str(ROOT), "PATH": "", **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    return Told(done.returncode, done.stdout, done.stderr)


def _change(path: Path, statement: str) -> None:
    """Change a database by a bare connection."""
    with sqlite3.connect(path) as connection:
        connection.execute(statement)
    connection.close()


def _fill(path: Path) -> None:
    """Write until the disk is full."""
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"\0" * 4096)
