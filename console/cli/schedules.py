"""`regulars schedule`: when accounts are harvested by themselves."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from console.cli.acting import enter
from console.cli.runs import micro_usd
from console.cli.start import runtime
from console.cli.words import iso, local, note, out, print_json, print_table, usd
from console.cron_words import in_words
from console.visible import shown
from domain.errors import RegularsError
from domain.journal import Act
from domain.schedule import CatchUp, Timing
from pipeline import scheduling
from store import accounts, schedules
from store.schedules import Schedule, Wish
from workers.runtime import utc_now

app = typer.Typer(help="Harvest accounts by themselves, at set times.", no_args_is_help=True)

Number = Annotated[int, typer.Argument(metavar="NUMBER", help="Number of the schedule.")]
#: How many harvests ahead are shown.
AHEAD = 5


def register(root: typer.Typer) -> None:
    """Add the group to the command line."""
    root.add_typer(app, name="schedule")


@app.command()
def add(
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="Name or platform id of the account.")],
    cron: Annotated[
        str,
        typer.Option(
            help='Minute, hour, day of the month, month, day of the week: "30 2 * * *" is every day at 02:30.'
        ),
    ],
    time_zone: Annotated[
        str, typer.Option(help="By whose clock; a time that the clock skips comes right after.")
    ] = "Europe/Paris",
    stream: Annotated[
        list[str] | None, typer.Option("--stream", help="Only this stream; may be given several times.")
    ] = None,
    jitter_minutes: Annotated[
        int,
        typer.Option(help="Begin up to so many minutes later, so that not all begin at once.", min=0, max=60),
    ] = 0,
    catch_up: Annotated[
        CatchUp,
        typer.Option(
            help="What is done about times that passed while no dispatcher ran: one harvest for all of them "
            "(once), one for each (all), none (skip)."
        ),
    ] = CatchUp.ONCE,
    budget_usd: Annotated[
        str | None, typer.Option(help="Dollars that its harvests may cost a calendar month (UTC).")
    ] = None,
    ping_file: Annotated[
        Path | None,
        typer.Option(
            help="File whose only line is an address that is asked for after each whole harvest, so "
            "that an outside service notices when none does."
        ),
    ] = None,
) -> None:
    """Add a schedule; a dispatcher (`regulars up` or `dispatch`) begins its harvests.

    Nothing is begun while the harvest before it still reads, while the account is paused, or when a budget is
    spent; `schedule list` says why.
    """
    timing = Timing(cron, time_zone, jitter_minutes * 60, catch_up)
    open_runtime = runtime()
    now = utc_now()
    with open_runtime.database.write() as connection:
        found = accounts.find(connection, account)
        wish = Wish(found.id, tuple(stream or ()), timing, micro_usd(budget_usd), _line_of(ping_file))
        road = open_runtime.road("command line")
        number = scheduling.add_schedule(connection, road, found, wish, now=now)
        enter(connection, Act.SCHEDULE_SET, account=found.key, schedule=number)
    with open_runtime.database.read() as connection:
        added = schedules.get(connection, number)
    out.print(f"Schedule {number}: {shown(in_words(added.timing.cron, 'en'))}, {added.timing.time_zone}.")
    _tell_next(added, now)


@app.command("list")
def listed(json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False) -> None:
    """List schedules, the next one first, and what became of the last time of each."""
    now = utc_now()
    with runtime().database.read() as connection:
        rows = schedules.listed(connection)
        last = schedules.last_told(connection)
        spent = schedules.spent(connection, now=now)
    if json:
        for each in rows:
            print_json(_as_json(each, last.get(each.id), spent.get(each.id, 0)))
    elif rows:
        print_table(
            ("schedule", "account", "when", "next", "spend", "last time"),
            (
                (
                    each.id,
                    each.account,
                    f"{in_words(each.timing.cron, 'en')}, {each.timing.time_zone}",
                    local(each.begins_at) if each.is_on else "paused",
                    _money(each, spent.get(each.id, 0)),
                    _said(last.get(each.id)),
                )
                for each in rows
            ),
        )
        for each in rows:
            note(f"Schedule {each.id} reads {shown(', '.join(each.streams)) or 'all streams'}.")
    else:
        note("Nothing is scheduled yet. `regulars schedule add --help` says how.")


@app.command()
def pause(number: Number) -> None:
    """Begin nothing by a schedule until it is resumed; times until then are not made up for."""
    with runtime().database.write() as connection:
        scheduling.pause_schedule(connection, number, now=utc_now())
        enter(connection, Act.SCHEDULE_PAUSED, schedule=number)
    out.print(f"Schedule {number} is paused.")


@app.command()
def resume(number: Number) -> None:
    """Let a schedule go on with its next time."""
    open_runtime = runtime()
    with open_runtime.database.write() as connection:
        scheduling.resume_schedule(connection, number, now=utc_now())
        enter(connection, Act.SCHEDULE_RESUMED, schedule=number)
    with open_runtime.database.read() as connection:
        _tell_next(schedules.get(connection, number), utc_now())


@app.command()
def remove(number: Number) -> None:
    """Remove a schedule; what it harvested stays."""
    with runtime().database.write() as connection:
        schedules.remove(connection, number)
        enter(connection, Act.SCHEDULE_REMOVED, schedule=number)
    out.print(f"Schedule {number} is removed.")


@app.command("next")
def coming(
    count: Annotated[int, typer.Option(help="How many.", min=1, max=100)] = AHEAD,
    json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False,
) -> None:
    """Show the next harvests of all schedules, each by its own clock."""
    now = utc_now()
    with runtime().database.read() as connection:
        rows = schedules.listed(connection)
    ahead = scheduling.next_of_all(rows, count, now=now)
    if json:
        for each in ahead:
            print_json(
                {"schedule": each.schedule.id, "account": each.schedule.account, "at": iso(each.moment)}
            )
    elif ahead:
        print_table(
            ("at", "schedule", "account", "streams"),
            (
                (
                    _by_its_clock(each.schedule, each.moment),
                    each.schedule.id,
                    each.schedule.account,
                    ", ".join(each.schedule.streams) or "all",
                )
                for each in ahead
            ),
        )
    else:
        note("Nothing is due. `regulars schedule list` shows schedules and whether they are paused.")


def _line_of(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise RegularsError(f"{shown(str(file))} cannot be read.") from None


def _tell_next(schedule: Schedule, now: datetime) -> None:
    ahead = scheduling.next_of(schedule, AHEAD, now=now)
    out.print("Next: " + "; ".join(_by_its_clock(schedule, each) for each in ahead) + ".", soft_wrap=True)


def _by_its_clock(schedule: Schedule, moment: datetime) -> str:
    return f"{moment.astimezone(ZoneInfo(schedule.timing.time_zone)):%a %Y-%m-%d %H:%M %Z}"


def _money(schedule: Schedule, spent: int) -> str:
    budget = schedule.budget_micro_usd
    return usd(spent) if budget is None else f"{usd(spent)} of {usd(budget)}"


def _said(last: Mapping[Any, Any] | None) -> str:
    if last is None:
        return "not yet"
    said = f"{last['outcome']} {local(last['moment'])}"
    return f"{said}: {last['why']}" if last["why"] else said


def _as_json(each: Schedule, last: Mapping[Any, Any] | None, spent: int) -> dict[str, Any]:
    return {
        "schedule": each.id,
        "account": each.account,
        "streams": list(each.streams),
        "cron": each.timing.cron,
        "time_zone": each.timing.time_zone,
        "jitter_s": each.timing.jitter_s,
        "catch_up": each.timing.catch_up.value,
        "on": each.is_on,
        "due_at": iso(each.due_at),
        "begins_at": iso(each.begins_at),
        "budget_micro_usd": each.budget_micro_usd,
        "spent_micro_usd": spent,
        "pings": each.ping_url is not None,
        "pinged_at": iso(each.pinged_at),
        "ping_error": each.ping_error,
        "last_outcome": last["outcome"] if last else None,
        "last_at": iso(last["moment"]) if last else None,
        "last_why": last["why"] if last else None,
        "last_run": last["run_id"] if last else None,
    }
