"""`regulars reclassify`: every contact decided anew, by a job that goes on wherever it was stopped."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.progress import Progress

from console.cli.acting import Why, enter
from console.cli.harvest import road_for
from console.cli.start import runtime
from console.cli.words import err, note, out, print_json, print_table
from domain.errors import RegularsError
from domain.journal import Act
from pipeline.reclassify import Pass, begin_reclassify, preview, require_no_harvest
from store import contacts, installation, jobs
from workers.runtime import Runtime, utc_now

#: Seconds between two looks at the job.
LOOK_S = 0.1


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(reclassify)


def reclassify(
    policy: Annotated[str, typer.Option(help="The pack: a name in config/policies or a file's path.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show who would move.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Move them without asking.")] = False,
    why: Why = "",
    json: Annotated[bool, typer.Option("--json", help="One object at the end; asks nothing.")] = False,
) -> None:
    """Decide every contact anew from its stored acts under a policy, and put the policy in force.

    Shows first who would move, and in a terminal asks. `classify` workers carry it out, brought up for its
    time where none are at work; what was stopped goes on when it is called again.
    """
    open_runtime = runtime()
    with open_runtime.database.read() as connection:
        going_on = jobs.running(connection, jobs.RECLASSIFY)
        total = contacts.count(connection)
        if not dry_run and going_on is None:
            require_no_harvest(connection)  # before anybody looks at what would come of it
    if going_on is None:
        with _bar("looking", total) as show:
            would = preview(open_runtime.database, policy, now=utc_now(), progress=show)
        if dry_run or not json:
            _tell(would, policy, "would move", json=json)
        if dry_run:
            return
        if not (yes or json) and sys.stdin.isatty() and not typer.confirm("Move them?", err=True):
            raise RegularsError("Nobody was moved.")
    elif dry_run:
        raise RegularsError(
            f"Contacts are being decided under {going_on['arguments']['pack']} just now; look again later."
        )
    with open_runtime.database.write() as connection:
        before = installation.policy(connection)
        job_id = begin_reclassify(connection, policy, now=utc_now())
        if going_on is None:
            enter(connection, Act.POLICY_CHANGED, why=why, policy=policy, before=before, job=job_id)
    with road_for(open_runtime, jobs.QUEUE_OF[jobs.RECLASSIFY]), _bar("deciding", total) as show:
        job = _ended(open_runtime, job_id, show)
    if job["state"] != "done":
        raise RegularsError(f"{job['error']} See `regulars failures list`.")
    _tell(Pass.of(job["reached"]), policy, "moved", json=json)


def _ended(open_runtime: Runtime, job_id: int, show: Callable[[int], None]) -> Mapping[str, Any]:
    while True:
        with open_runtime.database.read() as connection:
            job = jobs.get(connection, job_id)
        show(job["reached"].get("seen", 0))
        if job["state"] != "running":
            return job
        time.sleep(LOOK_S)


@contextmanager
def _bar(words: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a bar; yields what moves it to how many contacts were seen."""
    with Progress(console=err, disable=not err.is_terminal) as bars:
        bar = bars.add_task(words, total=total)
        yield lambda seen: bars.update(bar, completed=seen)


def _tell(done: Pass, policy: str, verb: str, *, json: bool) -> None:
    if json:
        moves = [{"from": before, "to": after, "contacts": count} for (before, after), count in done.moves]
        told = {"policy": policy, "dry_run": verb != "moved", "contacts": done.seen, "moves": moves}
        print_json(told | {"names_dropped": done.unnamed})
        return
    if done.moves and verb != "moved":
        rows = ((before, after, count) for (before, after), count in done.moves)
        print_table(("from", "to", "contacts"), rows)
    out.print(f"{sum(count for _, count in done.moves)} of {done.seen} contacts {verb} under {policy}.")
    if done.unnamed:
        note(f"{done.unnamed} {'lost' if verb == 'moved' else 'would lose'} name and handle.")
