"""The example consumer of docs/consumers.md runs as it stands there."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.settings import Settings
from domain.admission import Controller
from pipeline.rights import OBJECTED, end_contact
from store import consumers, messaging
from store.database import Database
from tests.cast import ADA, CY, DI, follows
from tests.consoles import Consoles, listening
from tests.consumers import let_in
from tests.interests import page
from tests.scripts import example
from workers.runtime import utc_now

LONGEST = 60


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_the_example_mirrors_the_store_and_acknowledges(database: Database, tmp_path: Path) -> None:
    assert len(example().splitlines()) <= LONGEST
    made_with = Settings(controller=Controller.PARTY)
    with listening(Consoles(database, tmp_path / "data", settings=made_with)) as console:
        page(database, [follows(ADA), follows(CY)], now=utc_now())
        environment = {
            **os.environ,
            "CONSUMER_URL": f"http://127.0.0.1:{console.port}",
            "CONSUMER_TOKEN": let_in(console),
        }
        command = [sys.executable, "-c", example(), str(tmp_path / "held.json")]

        def run() -> set[str]:
            subprocess.run(command, env=environment, check=True, timeout=60)  # the document's own
            told = subprocess.run([*command, "--dump"], check=True, timeout=60, capture_output=True)
            return {json.loads(line)["contact_key"] for line in told.stdout.splitlines()}

        assert run() == {str(ADA), str(CY)}
        page(database, [follows(DI)], now=utc_now())
        with database.write() as connection:
            suppressor = console.runtime.suppressor_of(connection)
            end_contact(connection, [CY], suppressor, OBJECTED, now=utc_now())
        assert run() == {str(ADA), str(DI)}
        with database.read() as connection:
            assert consumers.behind(connection, consumers.named(connection, "crm")).removals == 0
        with database.write() as connection:
            messaging.open_epoch(connection)
        assert run() == {str(ADA), str(DI)}
