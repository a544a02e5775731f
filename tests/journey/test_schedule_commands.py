"""Schedules from the command line's point of view, against a simulator."""

from pathlib import Path

import pytest

from tests.journey.road import simulator
from tests.journey.spoken import Spoken


@pytest.fixture
def made(tmp_path: Path) -> Spoken:
    """Connect the accounts of a simulator that has gone since: nothing is asked of it."""
    (tmp_path / "world").mkdir()
    with simulator(tmp_path / "world", audience=100) as world:
        spoken = Spoken(tmp_path, world)
        spoken.connect()
    return spoken


def test_a_schedule_from_its_beginning_to_its_end(made: Spoken) -> None:
    added = made.done(
        *("schedule", "add", "team-x", "--cron", "30 2 * * *", "--stream", "followers"),
        *("--jitter-minutes", "20", "--catch-up", "all", "--budget-usd", "12.50"),
    )
    assert "Schedule 1: At 02:30, every day, Europe/Paris." in added.out
    assert added.out.count("02:30 CE") == 5
    (row,) = made.done("schedule", "list", "--json").rows
    assert (row["cron"], row["streams"], row["jitter_s"]) == ("30 2 * * *", ["followers"], 1_200)
    assert (row["catch_up"], row["budget_micro_usd"], row["on"]) == ("all", 12_500_000, True)
    assert row["due_at"] <= row["begins_at"]
    assert "not yet" in made.done("schedule", "list").out
    made.done("schedule", "add", "team-page", "--cron", "0 */6 * * *", "--time-zone", "UTC")
    ahead = made.done("schedule", "next", "--count", "6", "--json").rows
    assert [each["at"] for each in ahead] == sorted(each["at"] for each in ahead)
    assert {each["schedule"] for each in ahead} == {1, 2}
    made.done("schedule", "pause", "1")
    assert "paused" in made.done("schedule", "list").out
    assert {each["schedule"] for each in made.done("schedule", "next", "--json").rows} == {2}
    assert "Next: " in made.done("schedule", "resume", "1").out
    made.done("schedule", "remove", "1")
    assert [each["schedule"] for each in made.done("schedule", "list", "--json").rows] == [2]
    entered = [each["act"] for each in made.done("journal", "list", "--json").rows]
    assert sum(each.startswith("schedule.") for each in entered) == 5


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("add", "team-x", "--cron", "often"), "five fields"),
        (("add", "team-x", "--cron", "* * * * *"), "quarter of an hour"),
        (("add", "team-x", "--cron", "0 2 * * *", "--time-zone", "Paris"), "no such time zone"),
        (("add", "team-x", "--cron", "0 2 * * *", "--stream", "subscribers"), "no stream"),
        (("add", "nobody", "--cron", "0 2 * * *"), "No account is called"),
        (("pause", "7"), "There is no schedule 7"),
        (("resume", "7"), "There is no schedule 7"),
        (("remove", "7"), "There is no schedule 7"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(made: Spoken, arguments: tuple[str, ...], says: str) -> None:
    told = made.tell("schedule", *arguments)
    assert told.code == 1
    assert says in told.err
    assert made.done("schedule", "list", "--json").rows == []


def test_before_anything_is_scheduled_the_commands_say_what_to_do(made: Spoken) -> None:
    assert "regulars schedule add" in made.done("schedule", "list").err
    assert "regulars schedule list" in made.done("schedule", "next").err
