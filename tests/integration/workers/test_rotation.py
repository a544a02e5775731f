"""Rotation beside workers that go on: no value is made with keys that are no longer in force."""

import threading
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from config import keys
from config.keys import Sealer
from config.settings import Settings
from pipeline.rights import OBJECTED, end_contact
from pipeline.rotate import rotate
from store import suppressions
from store.database import Database
from tests.cast import ADA, BO, LATER, follows
from tests.contents import rows
from tests.installations import Installation
from tests.interests import page
from workers.runtime import Runtime


@pytest.fixture
def settings(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Make an installation in the database under test, with its key in a file."""
    monkeypatch.setenv("REGULARS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("REGULARS_DATABASE_URL", database.engine.url.render_as_string(hide_password=False))
    settings = Settings()
    keys.write_key(keys.key_path(settings), Fernet.generate_key())
    Installation(database, settings.ledger_path, keys.find_key(settings, None))
    page(database, [follows(ADA), follows(BO)])
    return settings


def rotated(runtime: Runtime) -> None:
    """Rotate as the command does: the new key lies in its place when the database has it in force."""
    key = Fernet.generate_key()
    rotate(runtime.database, runtime.sealer, Sealer(key), runtime.ledger)
    keys.write_key(keys.key_path(runtime.settings), key, replace=True)


def test_a_worker_under_way_uses_the_new_key_and_a_rotation_waits_for_it(
    database: Database, settings: Settings
) -> None:
    Installation(database, settings.ledger_path, keys.find_key(settings, None)).connect()
    worker, operator = Runtime(settings), Runtime(settings)
    for who in (ADA, BO):
        rotation = threading.Thread(target=rotated, args=(operator,))
        with database.write() as connection:
            suppressor = worker.suppressor_of(connection)
            rotation.start()
            rotation.join(0.1)
            assert rotation.is_alive()
            end_contact(connection, [who], suppressor, OBJECTED, now=LATER)
        rotation.join()
        operator.database.close()
        operator = Runtime(settings)
    with database.write() as connection:
        suppressor = worker.suppressor_of(connection)
        assert suppressor.wraps == 3
        assert len(suppressions.among(connection, suppressor.values([ADA, BO]))) == 2
    assert {each["wraps"] for each in rows(database, "suppressions")} == {3}
    for each in (worker, operator):
        each.database.close()
