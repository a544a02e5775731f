"""Real Singer targets take the tap's messages: twice, then with removals, then whole."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest
from psycopg.rows import dict_row
from pydantic import SecretStr

from config.settings import Settings
from console.tapping import Target, tap
from domain.recipient import Part, Recipient
from exports import singer
from exports.singer import ALL, STREAM, Wanted
from pipeline.recipients import add_recipient
from store import recipients
from store.database import Database
from tests.cast import ADA, BO, DI, NOW
from tests.delivered import follow, object_, shown, unfollow
from tests.readers.environments import environment, run
from workers.runtime import Runtime

pytestmark = [pytest.mark.slow, pytest.mark.postgresql]
#: Reads each message as singer-python does, and says how many of each type there were.
READER = """
import collections, sys, singer
counted = collections.Counter(type(singer.parse_message(line)).__name__ for line in sys.stdin)
print(dict(counted))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder for environments."""
    return tmp_path_factory.mktemp("environments")


@pytest.fixture
def kind() -> str:
    """Read from PostgreSQL, into which one of the targets writes as well."""
    return "postgresql"


class Source:
    """A tap that remembers the state of its target."""

    def __init__(self, database: Database, folder: Path) -> None:
        url = database.engine.url.render_as_string(hide_password=False)
        settings = Settings().model_copy(update={"data_dir": folder, "database_url": SecretStr(url)})
        self.runtime = Runtime(settings)
        with database.write() as connection:
            add_recipient(connection, Recipient("Us", "FR", Part.OWN, None), "cli:ada", now=NOW)
            self.recipient = recipients.called(connection, "Us")
        self.state: Any = {}

    def messages(self, asked: Wanted = ALL) -> bytes:
        """Return what the tap writes on the state that the target said last."""
        lines: list[bytes] = []
        target = Target(self.recipient, asked, singer.place_of(self.state), "cli:ada")
        form = orjson.OPT_APPEND_NEWLINE | orjson.OPT_OMIT_MICROSECONDS
        tap(self.runtime, target, lambda each: lines.append(orjson.dumps(each, option=form)), now=NOW)
        return b"".join(lines)

    def told(self, said: str) -> None:
        """Keep the last state that a target said."""
        self.state = json.loads(said.strip().splitlines()[-1])


@pytest.fixture
def source(database: Database, tmp_path: Path) -> Iterator[Source]:
    """Make a tap whose target knows nobody."""
    made = Source(database, tmp_path)
    yield made
    made.runtime.database.close()


def test_a_reader_of_singers_own_takes_every_message(
    database: Database, source: Source, folder: Path
) -> None:
    shown(database)
    python = environment(folder, "singer", "singer-python==6.8.0") / "python"
    messages = source.messages()
    assert run(python, "-c", READER, given=messages).strip() == str(
        {"SchemaMessage": 1, "RecordMessage": 5, "ActivateVersionMessage": 1, "StateMessage": 1}
    )


@pytest.mark.parametrize("hard_delete", [False, True], ids=["soft", "hard"])
def test_a_table_is_kept_up_to_date(
    database: Database, source: Source, folder: Path, tmp_path: Path, *, hard_delete: bool
) -> None:
    target = environment(folder, "tpg", "meltanolabs-target-postgres==0.8.1") / "target-postgres"
    url = database.engine.url
    place = f"postgresql+psycopg://postgres@/{url.database}?host={url.query['host']}"
    config = tmp_path / "target.json"
    config.write_text(
        json.dumps({"sqlalchemy_url": place, "default_target_schema": "crm", "hard_delete": hard_delete})
    )

    def sent(asked: Wanted = ALL) -> dict[str, dict[str, Any]]:
        source.told(run(target, "--config", config, given=source.messages(asked)))
        with psycopg.connect(
            host=str(url.query["host"]), user="postgres", dbname=url.database, row_factory=dict_row
        ) as connection:
            found = connection.execute("SELECT * FROM crm.regular_contacts").fetchall()
        assert len({each["contact_key"] for each in found}) == len(found)
        return {each["contact_key"]: each for each in found}

    shown(database)
    first = sent()
    assert len(first) == 5
    ada = first[str(ADA)]
    assert (ada["display_name"], ada["topics"]) == ("Ada Lévy 🌻", ["climate", "housing"])
    assert ada["regular_since"].replace(tzinfo=UTC) == NOW
    assert ada["not_addressable_because"]["email"] == "no_consent"
    follow(database, BO)
    second = sent()
    assert second.keys() == first.keys() | {str(BO)}
    unfollow(database, BO)
    object_(database, DI)
    third = sent()
    assert third.keys() == second.keys()  # emptied in their place
    for who, reason in ((BO, "unfollowed"), (DI, "objected")):
        row = third[str(who)]
        assert (row["op"], row["reason"]) == ("remove", reason)
        assert row["handle"] is row["display_name"] is row["topics"] is None
        assert row["_sdc_deleted_at"] is not None
    last = sent(ALL._replace(is_full=True))
    here = {key for key, each in last.items() if each["_sdc_deleted_at"] is None}
    assert here == first.keys() - {str(DI)}
    if hard_delete:
        assert last.keys() == here


def test_a_file_of_rows_is_written(database: Database, source: Source, folder: Path, tmp_path: Path) -> None:
    target = environment(folder, "tcsv", "meltanolabs-target-csv==0.5.0") / "target-csv"
    config = tmp_path / "target.json"
    config.write_text(
        json.dumps(
            {
                "output_path": str(tmp_path),
                "file_naming_scheme": "{stream_name}.csv",
                "overwrite_behavior": "replace_file",
            }
        )
    )
    full = ALL._replace(is_full=True)
    shown(database)
    for expected in (5, 4):
        source.told(run(target, "--config", config, given=source.messages(full)))
        with (tmp_path / f"{STREAM}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == expected
        assert {each["op"] for each in rows} == {"upsert"}
        unfollow(database, DI)
    assert str(DI) not in {each["contact_key"] for each in rows}
    (ada,) = [each for each in rows if each["contact_key"] == str(ADA)]
    assert ada["display_name"] == "Ada Lévy 🌻"
