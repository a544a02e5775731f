"""`regulars freshness`: say how fresh a roster shall be, and see what that takes."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any

import typer

from console.cli.acting import enter
from console.cli.runs import micro_usd
from console.cli.start import runtime
from console.cli.words import iso, local, note, out, print_json, print_table, usd
from console.visible import shown
from domain.account import Account
from domain.errors import RegularsError
from domain.freshness import Wish
from domain.journal import Act
from pipeline.freshen import Outlook, outlook
from store import accounts, freshness
from workers.runtime import utc_now

app = typer.Typer(help="Keep rosters fresh for the least money.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="ACCOUNT", help="Name or platform id of the account.")]
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1)}


def register(root: typer.Typer) -> None:
    """Add the group to the command line."""
    root.add_typer(app, name="freshness")


@app.command("set")
def wish(
    account: Name,
    max_age: Annotated[
        str | None,
        typer.Option(help="How old a follow's confirmation may get, such as 24h or 7d; else 30d."),
    ] = None,
    budget_usd: Annotated[
        str | None, typer.Option(help="Dollars a calendar month (UTC) for this roster; else no limit.")
    ] = None,
) -> None:
    """Let an account's followers be kept fresh from now on; says what can be promised.

    A dispatcher begins each step when it is due: a look at the count, a read of the head, a whole walk.
    """
    wished = Wish(_age(max_age), micro_usd(budget_usd))
    open_runtime = runtime()
    now = utc_now()
    with open_runtime.database.write() as connection:
        found = accounts.find(connection, account)
        seen = outlook(connection, open_runtime.road("console"), found, wished, now=now)
        freshness.wish(connection, found.id, wished, now=now)
        budget = wished.budget_micro_usd
        enter(connection, Act.FRESHNESS_SET, account=found.key, max_age=max_age, budget_micro_usd=budget)
    _tell([(found, wished, seen)])


@app.command()
def show(
    account: Annotated[
        str | None, typer.Argument(metavar="[ACCOUNT]", help="Name or platform id; all without one.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False,
) -> None:
    """Show the next step of each plan, what it costs at most, and what can be promised."""
    open_runtime = runtime()
    with open_runtime.database.read() as connection:
        only = accounts.find(connection, account).id if account else None
        rows = []
        for each in freshness.wished(connection, only):
            found = accounts.get(connection, each.account_id)
            road = open_runtime.road("console")
            rows.append((found, each.wish, outlook(connection, road, found, each.wish, now=utc_now())))
    if json:
        for row in rows:
            print_json(_as_json(*row))
    elif rows:
        _tell(rows)
    else:
        note("Nothing is wished yet. `regulars freshness set --help` says how.")


@app.command()
def off(account: Name) -> None:
    """Stop keeping an account's followers fresh; what is known stays."""
    with runtime().database.write() as connection:
        found = accounts.find(connection, account)
        if not freshness.forget(connection, found.id):
            raise RegularsError(
                f"Nothing is wished of {found.name}. `regulars freshness show` shows of which it is."
            )
        enter(connection, Act.FRESHNESS_ENDED, account=found.key)
    out.print(f"{shown(found.name)} is no longer kept fresh.")


def _tell(rows: Sequence[tuple[Account, Wish, Outlook]]) -> None:
    print_table(
        ("account", "next", "at", "costs at most", "a month", "spent", "because"),
        (
            (
                account.name,
                seen.plan.action,
                local(seen.plan.at),
                usd(seen.plan.price_micro_usd),
                " to ".join(usd(each) for each in seen.promise.month_micro_usd),
                usd(seen.roster.spent_micro_usd),
                seen.plan.reason,
            )
            for account, _, seen in rows
        ),
    )
    for account, _, seen in rows:
        out.print(shown(f"{account.name}: {seen.promise.sentence}"), soft_wrap=True)


def _as_json(account: Account, wished: Wish, seen: Outlook) -> dict[str, Any]:
    low, high = seen.promise.month_micro_usd
    return {
        "account": account.name,
        "max_age_s": int(wished.max_age.total_seconds()) if wished.max_age else None,
        "budget_micro_usd": wished.budget_micro_usd,
        "spent_micro_usd": seen.roster.spent_micro_usd,
        "next": seen.plan.action,
        "at": iso(seen.plan.at),
        "reason": seen.plan.reason,
        "price_micro_usd": seen.plan.price_micro_usd,
        "follows_known_in_a_day": round(seen.promise.joins, 3),
        "unfollows_known_in_a_day": round(seen.promise.leaves, 3),
        "worst_age_s": int(seen.promise.worst_age.total_seconds()) if seen.promise.worst_age else None,
        "month_micro_usd_low": low,
        "month_micro_usd_high": high,
        "promise": seen.promise.sentence,
        "walked_at": iso(seen.roster.walked_at),
        "withheld": seen.roster.in_doubt,
    }


def _age(text: str | None) -> timedelta | None:
    if text is None:
        return None
    written = re.fullmatch(r"([1-9][0-9]{0,3})([hd])", text.strip())
    if written is None:
        raise RegularsError(f"--max-age takes hours or days, such as 24h or 7d, not {shown(text)!r}.")
    return int(written[1]) * _UNITS[written[2]]
