"""`regulars budget`: what may be spent on reading, in a day, a month or altogether."""

from typing import Annotated

import typer

from console.cli.acting import enter
from console.cli.runs import micro_usd
from console.cli.start import runtime
from console.cli.words import note, out, print_json, print_table
from domain.budget import AtEnd, Period, dollars
from domain.errors import RegularsError
from domain.journal import Act
from pipeline.budgeting import set_budget, take_away
from store import accounts, budgets
from store.budgets import Scope
from workers.runtime import utc_now

app = typer.Typer(help="Set, list and remove budgets.", no_args_is_help=True)


def register(root: typer.Typer) -> None:
    """Add the group to the command line."""
    root.add_typer(app, name="budget")


@app.command("set")
def put(
    usd: Annotated[str, typer.Argument(metavar="USD", help="Dollars that may be spent, like 25 or 2.50.")],
    account: Annotated[
        str | None,
        typer.Option("--account", help="Only what this account's reading costs; without, all accounts'."),
    ] = None,
    per: Annotated[
        Period, typer.Option("--per", help="day or month (in UTC, as X bills), or once: it never renews.")
    ] = Period.MONTH,
    at_end: Annotated[
        AtEnd,
        typer.Option("--at-end", help="stop: harvests end and go on when told; wait: until the next period."),
    ] = AtEnd.STOP,
) -> None:
    """Set a budget, or change the one that there is for the same account and period.

    Nothing is read that could cost more than is left. What was spent before in the same day or month
    counts. To let an amount of --per once begin anew, remove it and set it again.
    """
    amount = micro_usd(usd)
    if per is Period.ONCE and at_end is AtEnd.WAIT:
        raise RegularsError(
            "An amount for once never renews, so nothing can wait for it; leave --at-end out."
        )
    open_runtime = runtime()
    with open_runtime.database.write() as connection:
        found = accounts.find(connection, account) if account else None
        scope = Scope(account_id=found.id if found else None)
        budget = set_budget(connection, scope, amount or 0, per, at_end, now=utc_now())
        enter(
            connection,
            Act.BUDGET_SET,
            budget=budget,
            account=found.key if found else None,
            micro_usd=amount or 0,
            per=per,
            at_end=at_end,
        )
    out.print(
        f"Budget {budget} is set: {dollars(amount or 0)} {_per(per)}, {found.name if found else 'all'}."
    )


@app.command("list")
def listed(json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False) -> None:
    """List the budgets: what each may spend, and what its present period has spent or reserved."""
    with runtime().database.read() as connection:
        rows = budgets.listed(connection, now=utc_now())
    if json:
        for each in rows:
            committed = each["committed_micro_usd"] or 0
            print_json(
                {
                    "budget": each["id"],
                    "account": each["account"],
                    "per": each["period"],
                    "at_end": each["at_end"],
                    "usd": each["amount_micro_usd"] / 1_000_000,
                    "committed_usd": committed / 1_000_000,
                    "left_usd": max(0, each["amount_micro_usd"] - committed) / 1_000_000,
                }
            )
    elif rows:
        print_table(
            ("budget", "account", "amount", "spent or reserved", "at its end"),
            (
                (
                    each["id"],
                    each["account"] or "all",
                    f"{dollars(each['amount_micro_usd'])} {_per(Period(each['period']))}",
                    dollars(each["committed_micro_usd"] or 0),
                    each["at_end"],
                )
                for each in rows
            ),
        )
    else:
        note("There is no budget: harvests spend what they need. `regulars budget set --help` says how.")


@app.command()
def remove(budget: Annotated[int, typer.Argument(metavar="BUDGET", help="Number of the budget.")]) -> None:
    """Remove a budget; runs that it stopped stay stopped until somebody resumes them."""
    with runtime().database.write() as connection:
        take_away(connection, budget, now=utc_now())
        enter(connection, Act.BUDGET_REMOVED, budget=budget)
    out.print(f"Budget {budget} is removed.")


def _per(period: Period) -> str:
    return "once" if period is Period.ONCE else f"a {period}"
