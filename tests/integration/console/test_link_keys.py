"""The keys of links and of waiting pushes: made with the installation, and sealed anew when its key turns."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config import keys, link_tokens
from config.keys import Sealer
from config.link_tokens import LinkError, LinkSealer
from config.settings import Settings
from console.cli.main import command_line
from console.cli.start import runtime
from pipeline.rotate import rotate
from store import inbox, journal, link_keys
from store.inbox import Arrived
from tests.cast import NOW
from tests.contents import rows
from tests.pushed import KEEP
from workers.runtime import Runtime


def test_a_link_opens_after_the_installations_key_turned_and_a_link_key_was_added(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    runtime = Runtime(settings, upgrade=True)
    with runtime.database.read() as connection:
        (before,) = link_keys.keys(connection)
        token = runtime.links_of(connection).seal("stop", b"whose", now=NOW)
    new = keys.new_key()
    with keys.rotating(settings) as following:
        keys.write_key(following, new, replace=True)
        rotate(runtime.database, runtime.sealer, Sealer(new), runtime.ledger)
        keys.find_key(settings, Sealer(new).fingerprint)
    with runtime.database.write() as connection:
        (after,) = link_keys.keys(connection)
        assert after != before
        assert runtime.links_of(connection).open("stop", token, now=NOW) == b"whose"
        link_keys.add(connection, 1, runtime.sealer.seal(link_tokens.new_key()), now=NOW)
        link_keys.add(connection, 1, b"of a slower process", now=NOW)
        assert len(link_keys.keys(connection)) == 2
        assert runtime.links_of(connection).open("stop", token, now=NOW) == b"whose"
    again = Runtime(settings)
    with again.database.read() as connection:
        assert again.links_of(connection).open("stop", token, now=NOW) == b"whose"
    again.database.close()
    runtime.database.close()


def test_a_link_key_is_added_by_a_command_and_old_links_still_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGULARS_DATA_DIR", str(tmp_path))
    running = runtime()
    with running.database.read() as connection:
        old = running.links_of(connection).seal("stop", b"whose", now=NOW)
    assert "1 older one still open" in said("rotate-links")
    with running.database.read() as connection:
        links = running.links_of(connection)
        new = links.seal("stop", b"whose", now=NOW)
        assert links.open("stop", old, now=NOW) == links.open("stop", new, now=NOW) == b"whose"
        first = LinkSealer([running.sealer.open(link_keys.keys(connection)[0])])
        (entry,) = journal.listed(connection, count=1)
    with pytest.raises(LinkError):
        first.open("stop", new, now=NOW)
    assert first.open("stop", old, now=NOW) == b"whose"
    assert (entry["act"], json.loads(entry["details"])) == ("key.link_added", {"keys": 2})
    listed = json.loads(said("list", "--json"))
    assert len(listed["link_keys"]) == 2
    assert listed["installation"] == running.sealer.fingerprint
    assert said("list").count("opens links") == 2
    for each in (running.sealer.open(key) for key in stored_keys(running)):
        assert each not in said("list")


def said(*words: str) -> str:
    result = CliRunner().invoke(command_line("keys"), ["keys", *words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def stored_keys(running: Runtime) -> tuple[bytes, ...]:
    with running.database.read() as connection:
        return link_keys.keys(connection)


def test_pushes_that_waited_open_after_the_installations_key_turned(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    receiver = Runtime(settings, upgrade=True)
    came = [Arrived("twitter", b'{"says": "something"}', NOW)]
    with receiver.inbox.write() as connection:
        inbox.put(connection, inbox.to_store(came, receiver.bodies.seal, keep=KEEP))
    new = keys.new_key()
    with keys.rotating(settings) as following:
        keys.write_key(following, new, replace=True)
        rotate(receiver.database, receiver.sealer, Sealer(new), receiver.ledger)
        keys.find_key(settings, Sealer(new).fingerprint)
    (kept,) = rows(receiver.inbox, "inbox")
    assert b"something" not in bytes(kept["body"])
    worker = Runtime(settings)
    assert worker.road("worker").opened(bytes(kept["body"])) == came[0].body
    later = receiver.bodies.seal(came[0].body)
    assert worker.bodies.open(later) == came[0].body, "a receiver that goes on seals with the same"
    for each in (receiver, worker):
        each.inbox.close()
        each.database.close()
