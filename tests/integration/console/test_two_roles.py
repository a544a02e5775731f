"""The page on the journal, followed to the letter on a real PostgreSQL: a role for the application alone."""

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from console.cli.main import command_line
from store import schema
from store.database import Database

pytestmark = pytest.mark.postgresql
PAGE = Path(__file__).parents[3] / "docs/journal.md"
NAME = "as_the_page_says"


@pytest.fixture
def place(postgresql_server: str) -> Iterator[str]:
    """Make a database whose only role owns it, as an installation begins; yields where it is."""
    with psycopg.connect(f"{postgresql_server} user=postgres dbname=postgres", autocommit=True) as connection:
        connection.execute("CREATE ROLE regulars LOGIN")
        connection.execute(f"CREATE DATABASE {NAME} OWNER regulars")
        yield postgresql_server
        connection.execute(f"DROP DATABASE {NAME} WITH (FORCE)")
        connection.execute("DROP ROLE regulars, regulars_app")


def said(*words: str) -> str:
    result = CliRunner().invoke(command_line(words[0]), words, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_an_installation_with_one_role_gets_a_second(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Database] = []
    make = Database.__init__

    def remember(self: Database, url: str) -> None:
        make(self, url)
        opened.append(self)

    monkeypatch.setattr(Database, "__init__", remember)
    (tmp_path / "data").mkdir()
    monkeypatch.setenv("REGULARS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("REGULARS_DATABASE_URL", f"postgresql://regulars@/{NAME}?{place}")
    assert said("db", "upgrade") == f"The database has schema {schema.HEAD}.\n"
    said("contacts", "list")

    with psycopg.connect(f"{place} user=postgres dbname=postgres", autocommit=True) as connection:
        for each in re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
            connection.execute(each)
    monkeypatch.setenv("REGULARS_DATABASE_OWNER_URL", f"postgresql://regulars@/{NAME}?{place}")
    monkeypatch.setenv("REGULARS_DATABASE_URL", f"postgresql://regulars_app@/{NAME}?{place}")
    assert said("db", "upgrade") == f"Nothing to do: schema {schema.HEAD}.\n"

    monkeypatch.delenv("REGULARS_DATABASE_OWNER_URL")
    said("contacts", "list")
    said("budget", "set", "25")
    said("keys", "rotate")
    assert said("journal", "verify").startswith("4 entries: consistent, not proven.")
    with opened[-1].read() as connection:
        assert connection.scalar(text("SELECT current_user")) == "regulars_app"
        assert not connection.scalar(text("SELECT has_table_privilege('journal_chain', 'DELETE')"))
    for each in opened:
        each.close()
