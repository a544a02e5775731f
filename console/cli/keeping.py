"""`regulars expire` and `regulars campaign`: what goes by itself, and when."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from classifier.keeping import limits
from console.cli.acting import enter
from console.cli.copies import tell_of
from console.cli.start import runtime
from console.cli.words import iso, note, out, print_json, print_table, shown
from domain.journal import Act
from pipeline.campaign import continue_campaign, end_campaign
from pipeline.expire import expire
from pipeline.own_files import overdue
from store import accounts, campaigns, expiring
from workers.runtime import Runtime, utc_now

app = typer.Typer(help="The end of a campaign: a day on which everything goes.", no_args_is_help=True)

#: How long before it an end is told of wherever runs are looked at.
NEAR = timedelta(days=14)

Json = Annotated[bool, typer.Option("--json", help="One object.")]
Named = Annotated[
    str | None, typer.Option("--account", help="Only what came through this account; unset: everything.")
]


def register(root: typer.Typer) -> None:
    """Add the commands to the command line."""
    root.command("expire")(expired)
    root.add_typer(app, name="campaign")


def expired(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would go.")] = False,
    json: Json = False,
) -> None:
    """Delete everything that is past its date, as the dispatcher does every day; counts by rule.

    Whoever leaves the messaging store so is told to the feed. Works in short transactions beside harvests,
    and goes on where it was stopped. The page docs/keeping.md says what each table keeps, why and until when.
    """
    opened = runtime()
    now = utc_now()
    with opened.database.read() as connection:
        policy = opened.policy_in_force(connection)
        due = expiring.to_reconfirm(connection, limits(policy, now), count=10_000)
        files = overdue(connection, tombstone_days=policy.number("tombstone_days"), now=now)
    counts = expire(opened.database, policy, now=now, dry_run=dry_run)
    if json:
        print_json({"dry_run": dry_run, "rows": counts, "to_reconfirm": [str(each) for each in due]})
        return
    print_table(("rule", "rows"), counts.items())
    out.print(f"{sum(counts.values())} rows {'would go' if dry_run else 'are gone'}.")
    tell_of(files)
    if due:
        note(
            f"{len(due)} contacts signed up long ago and are to be asked again: `regulars consents ask` asks "
            "each once, by mail; `regulars expire --dry-run --json` lists them."
        )


@app.command("end")
def end(
    on: Annotated[
        datetime, typer.Option("--on", formats=["%Y-%m-%d"], help="The day (UTC) on which everything goes.")
    ],
    account: Named = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would go.")] = False,
    json: Json = False,
) -> None:
    """Set the day after the ballot on which everything goes that was harvested.

    With --account nothing more is harvested of that account from now on, and what came through it goes on
    the day. Until then `regulars campaign continue` takes it back; afterwards nothing does.
    """
    opened = runtime()
    with opened.database.write() as connection:
        found = accounts.find(connection, account) if account else None
        reach = campaigns.reach(connection, found.id if found else campaigns.EVERYTHING)
        ended = []
        if not dry_run:
            ended = end_campaign(connection, found, on.replace(tzinfo=UTC), now=utc_now())
            whole = found.key if found else "all"
            enter(connection, Act.CAMPAIGN_ENDED, account=whole, on=f"{on:%Y-%m-%d}")
    if json:
        told = {"account": found.name if found else None, "purge_at": iso(on.replace(tzinfo=UTC))}
        print_json({**told, "dry_run": dry_run, **reach._asdict(), "runs_ended": ended})
        return
    whose = shown(found.name) if found else "all accounts"
    out.print(
        f"On {on:%Y-%m-%d} everything that came through {whose} {'would go' if dry_run else 'goes'}: "
        f"as of now {reach.acts} acts and {reach.contacts} contacts, {reach.messaging} of them in the "
        "messaging store.",
        soft_wrap=True,
    )
    if ended:
        out.print(f"{len(ended)} runs were ended.")


@app.command("continue")
def continued(account: Named = None) -> None:
    """Take the end of a campaign back before its day; an account that was stopped is read again."""
    opened = runtime()
    with opened.database.write() as connection:
        found = accounts.find(connection, account) if account else None
        resumed = continue_campaign(connection, found, now=utc_now())
        enter(connection, Act.CAMPAIGN_CONTINUED, account=found.key if found else "all")
    out.print(f"The end is taken back; {resumed} runs go on.")


@app.command("show")
def show(json: Json = False) -> None:
    """Show which ends are set, and which are carried out."""
    with runtime().database.read() as connection:
        ends = campaigns.every(connection)
    if json:
        print_json(
            {
                "ends": [
                    {
                        "account": each.account,
                        "purge_at": iso(each.purge_at),
                        "stopped": each.stopped,
                        "purged_at": iso(each.purged_at),
                    }
                    for each in ends
                ]
            }
        )
        return
    if not ends:
        note("No end is set. `regulars campaign end --on DATE` sets one.")
        return
    print_table(
        ("goes on", "what came through", "harvests", "gone"),
        (
            (
                f"{each.purge_at:%Y-%m-%d}",
                each.account or "all accounts",
                "stopped" if each.stopped else "go on",
                f"{each.purged_at:%Y-%m-%d}" if each.purged_at else "",
            )
            for each in ends
        ),
    )


def warn_of_ends(opened: Runtime, *, now: datetime) -> None:
    """Tell of ends that are near."""
    with opened.database.read() as connection:
        ends = campaigns.every(connection)
    for each in ends:
        if each.purged_at is None and each.purge_at - now <= NEAR:
            note(
                f"On {each.purge_at:%Y-%m-%d} everything that came through "
                f"{each.account or 'all accounts'} is deleted (`regulars campaign show`)."
            )
