"""Live progress of harvests: a bar a stream, and one line of what they cost together."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from console.cli.runs_table import spent, waits
from console.cli.words import err
from console.visible import shown
from store import runs
from workers.runtime import Runtime, utc_now

#: Seconds between two looks.
LOOK_S = 0.25


def follow(open_runtime: Runtime, run_ids: Sequence[int]) -> list[Mapping[Any, Any]]:
    """Show the runs until all have ended; returns their last rows."""
    bars = Progress(
        TextColumn("{task.fields[name]}", markup=False),
        BarColumn(bar_width=18),
        TextColumn("{task.fields[counts]}", markup=False),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[state]}", markup=False),
        console=err,
        disable=not err.is_terminal,
    )
    tasks: dict[int, TaskID] = {}
    with bars:
        while True:
            with open_runtime.database.read() as connection:
                rows = [runs.get(connection, each) for each in run_ids]
            for each in rows:
                show_run(bars, tasks, each)
            if all(each["state"] not in runs.ACTIVE for each in rows):
                return list(rows)
            time.sleep(LOOK_S)


def show_run(bars: Progress, tasks: dict[int, TaskID], row: Mapping[Any, Any]) -> None:
    """Bring a run's bar up to date; makes it where there is none."""
    ended = row["state"] not in runs.ACTIVE
    fields: dict[str, Any] = {
        "name": shown(f"{row['account']} {row['stream']}"),
        "counts": f"{row['pages']:>5} pages {row['contacts_seen']:>8} contacts {row['requests']:>5} requests "
        f"{spent(row):>8}",
        "state": row["state"] if ended else waits(row, utc_now()),
    }
    if row["id"] not in tasks:
        tasks[row["id"]] = bars.add_task("", total=None, start=False, **fields)
    task = tasks[row["id"]]
    if row["started_at"] and not bars.tasks[task].started:
        bars.start_task(task)
    if ended:
        bars.update(task, total=1, completed=1, **fields)
        bars.stop_task(task)
    else:
        # Only of followers does the platform say how many there are, and it counts as it likes.
        known = row["followers_count"] if row["stream"] == "followers" else None
        total = max(known, row["contacts_seen"]) if known else None
        bars.update(task, total=total, completed=row["contacts_seen"], **fields)
