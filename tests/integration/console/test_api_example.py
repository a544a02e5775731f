"""The example consumer of docs/consumers.md runs as it stands there."""

import json
import os
import re
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
from workers.runtime import utc_now

DOCUMENT = Path(__file__).parents[3] / "docs" / "consumers.md"
LONGEST = 60


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_the_example_mirrors_the_store_and_acknowledges(database: Database, tmp_path: Path) -> None:
    *_, example = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert len(example.splitlines()) <= LONGEST
    made_with = Settings(controller=Controller.PARTY)
    with listening(Consoles(database, tmp_path / "data", settings=made_with)) as console:
        page(database, [follows(ADA), follows(CY)], now=utc_now())
        environment = {**os.environ, "CONSUMER_TOKEN": let_in(console)}

        def run() -> set[str]:
            held = tmp_path / "held.json"
            command = [sys.executable, "-c", example, f"http://127.0.0.1:{console.port}", str(held)]
            subprocess.run(command, env=environment, check=True, timeout=60)  # the document's own
            return set(json.loads(held.read_text())["people"])

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
