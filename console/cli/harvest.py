"""`regulars harvest`: begin a harvest and, if wanted, wait for it."""

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Annotated, Any

import typer

from console.cli.acting import enter
from console.cli.progress import follow
from console.cli.runs import as_json, micro_usd
from console.cli.runs_table import spent
from console.cli.start import StoppedAtBudgetError, UnfinishedError, runtime
from console.cli.topics_read import read_topics, tell_interests
from console.cli.words import note, out, print_json, print_table
from console.patience import patiently
from domain.journal import Act, as_ranges
from pipeline.begin import Wanted, begin_harvest
from pipeline.collecting import require_settled
from store import accounts, halts
from store.runs import queue_of
from store.stopped import STOPPED
from workers.runtime import Runtime, utc_now
from workers.supervisor import Supervisor, TakenError, road_is_up

#: How long the workers of `regulars up` may take to come up, in seconds.
STARTING_S = 15.0


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(harvest)


def harvest(
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="Name or platform id of the account.")],
    stream: Annotated[
        list[str] | None, typer.Option("--stream", help="Only this stream; may be given several times.")
    ] = None,
    wait: Annotated[
        bool,
        typer.Option(
            "--wait", help="Stay until it has ended; brings workers up for its time where none are at work."
        ),
    ] = False,
    page_size: Annotated[
        int, typer.Option(help="Items asked for in one request, at most what the platform gives.", min=1)
    ] = 1_000,
    budget_usd: Annotated[
        str | None,
        typer.Option(
            "--budget-usd",
            help="Dollars that all of it may cost together, from now on; it stops before more.",
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="With --wait: one object a run at the end.")] = False,
) -> None:
    """Harvest who follows and interacts with one of your accounts.

    A real platform is read only once you have said what you are, chosen a policy pack, and put the address of
    your notice into the account's public profile (`regulars doctor`): nobody is collected untold.

    With --wait a harvest that was stopped goes on from its last page; without, it is left alone. One that
    stopped at a budget goes on either way, and needs another --budget-usd where that was the budget.

    Exit code 0 means with --wait that every stream was read whole, 3 that one was not, 4 that it stopped
    at a budget. While the account, or everything, is halted nothing is begun (`regulars resume` ends that).
    """
    budget = micro_usd(budget_usd)
    open_runtime = runtime()
    with open_runtime.database.read() as connection:
        found = accounts.find(connection, account)
        halts.require_none_over(connection, found.id)
    patiently(lambda: require_settled(open_runtime.road("command line"), found))
    with open_runtime.database.write() as connection:
        halts.require_none_over(connection, found.id)
        connector = open_runtime.connector_of(connection, found)
        begun = begin_harvest(
            connection, found, connector, Wanted(stream or [], page_size, wait, budget), now=utc_now()
        )
        enter(connection, Act.HARVEST_BEGUN, account=found.key, runs=as_ranges(begun.values()))
    if not wait:
        out.print(f"Begun: {', '.join(f'{name} (run {run})' for name, run in begun.items())}.")
        if not road_is_up(open_runtime, queue_of(found.platform)):
            note("No worker is at work yet: `regulars up` carries the harvest out.")
        return
    with road_for(open_runtime, queue_of(found.platform)):
        rows = follow(open_runtime, list(begun.values()))
        read_topics(open_runtime)
    _tell(rows, json=json)
    if not json:
        tell_interests(open_runtime)
    unread = [each for each in rows if each["state"] != "done" or each["passed_over"]]
    short = f"{len(unread)} of {len(rows)} streams were not read whole: {_why(unread)}"
    if unread and all(each["state"] == STOPPED for each in unread):
        raise StoppedAtBudgetError(short)
    if unread:
        raise UnfinishedError(f"{short} See `regulars failures list`.")


def _why(unread: list[Mapping[Any, Any]]) -> str:
    """Say why streams were not read whole, each reason once."""
    reasons: dict[str, list[str]] = {}
    for each in unread:
        reasons.setdefault(each["error"] or each["state"], []).append(each["stream"])
    return "; ".join(f"{', '.join(streams)}: {reason}" for reason, streams in reasons.items())


@contextmanager
def road_for(open_runtime: Runtime, *queues: str) -> Iterator[None]:
    """Bring the road up for the time of a block, unless workers of these queues are there already."""
    until = time.monotonic() + STARTING_S
    with ExitStack() as stack:
        while not road_is_up(open_runtime, *queues):
            try:
                supervisor = stack.enter_context(Supervisor(open_runtime.settings, open_runtime))
            except TakenError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)  # its workers are coming up
            else:
                if supervisor.banner:
                    note(supervisor.banner)
                break
        yield


def _tell(rows: list[Mapping[Any, Any]], *, json: bool) -> None:
    if json:
        for each in rows:
            print_json(as_json(each))
        return
    print_table(
        ("stream", "state", "pages", "contacts", "regular", "occasional", "left", "spend"),
        (
            (
                each["stream"],
                each["state"],
                each["pages"],
                each["contacts_seen"],
                each["regular"],
                each["occasional"],
                each["left"],
                spent(each),
            )
            for each in rows
        ),
    )
