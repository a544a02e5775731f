"""A bar a stream: its end is known only where the platform says how many there are."""

from typing import Any

import pytest
from rich.progress import Progress

from console.cli.progress import show_run

ROW: dict[str, Any] = {
    "id": 1,
    "account": "team",
    "stream": "followers",
    "state": "running",
    "pages": 2,
    "contacts_seen": 200,
    "requests": 3,
    "spend_micro_usd": 0,
    "uncertain_micro_usd": 0,
    "started_at": None,
    "waiting_for": None,
    "due_at": None,
    "error": None,
    "followers_count": 1000,
}


@pytest.mark.parametrize(
    ("changes", "total"),
    [
        pytest.param({}, 1000, id="followers-end-where-the-platform-says"),
        pytest.param({"contacts_seen": 1200}, 1200, id="more-than-that-is-no-more-than-all"),
        pytest.param({"followers_count": None}, None, id="without-a-number-there-is-no-end"),
        pytest.param({"stream": "mentions"}, None, id="nobody-says-how-many-mentions-there-are"),
    ],
)
def test_the_end_of_a_bar(changes: dict[str, Any], total: int | None) -> None:
    bars = Progress(disable=True)
    tasks: dict[int, Any] = {}
    show_run(bars, tasks, ROW | changes)
    (task,) = bars.tasks
    assert task.total == total
    assert task.completed == (ROW | changes)["contacts_seen"]
    show_run(bars, tasks, ROW | changes | {"state": "done"})
    assert task.completed == task.total
