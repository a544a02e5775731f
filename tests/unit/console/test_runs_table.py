"""Runs as people see them: what each waits for and how long, what it costs, within 80 columns."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rich.console import Console

from console.cli.runs_table import fitting_runs, shown_runs, waits

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
ROW: dict[str, Any] = {
    "id": 12,
    "account": "team-x",
    "stream": "followers",
    "state": "running",
    "pages": 1_234,
    "contacts_seen": 123_400,
    "regular": 120_000,
    "occasional": 0,
    "spend_micro_usd": 1_234_000_000,
    "uncertain_micro_usd": 0,
    "waiting_for": None,
    "due_at": NOW,
    "error": None,
    "followers_count": 1_000_000,
}
WAITING = ROW | {"waiting_for": "the platform's limit", "due_at": NOW + timedelta(minutes=14)}


def told(*rows: dict[str, Any], width: int, height: int | None = None) -> list[str]:
    file = io.StringIO()
    console = Console(file=file, width=width)
    if height is None:
        console.print(shown_runs(rows, now=NOW, width=width))
    else:
        console.print(fitting_runs(rows, now=NOW, width=width, height=height))
    return file.getvalue().splitlines()


@pytest.mark.parametrize("width", [80, 120])
def test_a_run_is_one_line_and_what_it_waits_for_another(width: int) -> None:
    lines = told(WAITING, width=width)
    (line,) = [each for each in lines if "team-x" in each]
    assert "followers" in line
    assert "123,400" in line
    assert "12 %" in line
    assert "$1,234.00" in line
    (said,) = [each for each in lines if each.startswith("run 12: waits for the platform's limit until ")]
    assert said.endswith("(in 14 min)")
    assert lines[-1] == "Together: 1 run, 1,234 pages, 123,400 contacts, $1,234.00."
    assert len(lines) == 7
    assert all(len(each) <= width for each in lines)


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (timedelta(seconds=-5), "(now)"),
        (timedelta(seconds=90), "(in 90 s)"),
        (timedelta(minutes=119), "(in 119 min)"),
        (timedelta(hours=30), "(in 30 h)"),
        (timedelta(days=20), "(in 20 d)"),
    ],
)
def test_how_long_that_is_from_now(ahead: timedelta, words: str) -> None:
    assert waits(WAITING | {"due_at": NOW + ahead}, NOW).endswith(words)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param({}, "", id="a-run-that-reads"),
        pytest.param({"state": "waiting", "waiting_for": "the posts"}, "waits for the posts", id="waiting"),
        pytest.param({"state": "failed", "error": "The token is dead."}, "The token is dead.", id="failed"),
    ],
)  # fmt: skip
def test_what_is_said_of_a_run(changes: dict[str, Any], sentence: str) -> None:
    assert waits(ROW | changes, NOW) == sentence


def test_only_of_followers_is_a_share_known() -> None:
    assert not [each for each in told(ROW | {"stream": "mentions"}, width=80) if "%" in each]
    assert not [each for each in told(ROW | {"followers_count": None}, width=80) if "%" in each]
    (line,) = [each for each in told(ROW | {"followers_count": 100}, width=80) if "team-x" in each]
    assert "100 %" in line, "a platform counts as it likes"


def test_the_total_adds_up() -> None:
    rows = [ROW | {"id": each, "state": "done", "spend_micro_usd": 5_000} for each in range(3)]
    assert told(ROW, *rows, width=80)[-1].startswith("Together: 4 runs (3 ended), 4,936 pages, ")
    assert told(ROW, *rows, width=80)[-1].endswith(" $1,234.02.")


def test_ended_runs_give_way_to_those_at_work_where_the_terminal_is_low() -> None:
    rows = [ROW | {"id": 100 - each, "state": "done" if each < 40 else "running"} for each in range(45)]
    lines = told(*rows, width=80, height=24)
    assert len(lines) < 24
    assert set(range(56, 61)) <= {int(each[1:6]) for each in lines if "team-x" in each}
    assert lines[-1].startswith("Together: 45 runs (40 ended),")
    long = WAITING | {"error": "A long sentence. " * 20}
    assert all(len(each) <= 80 for each in told(long, width=80, height=24))
