"""Where there is nothing to list, one sentence says what will be there, and no empty table."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from console.cli.main import command_line

LISTS = (
    "account list", "budget list", "brake list", "campaign show", "contacts list",
    "contacts list --label regular",
    "deletions list", "failures list", "failures show", "freshness show", "jobs list", "notices list",
    "notices list --overdue", "push list", "runs list", "spend",
)  # fmt: skip


@pytest.mark.parametrize("words", LISTS)
def test_an_empty_list_says_what_will_be_there(
    words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGULARS_DATA_DIR", str(tmp_path))
    result = CliRunner().invoke(
        command_line(words.split(maxsplit=1)[0]), words.split(), catch_exceptions=False
    )
    assert result.exit_code == 0
    assert "━" not in result.output
    assert len(result.stderr.split()) > 5
    assert result.stderr.splitlines()[0].endswith(".")
    as_json = CliRunner().invoke(command_line(words.split(maxsplit=1)[0]), [*words.split(), "--json"])
    assert as_json.exit_code in (0, 2)  # a few have none
