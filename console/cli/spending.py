"""`regulars spend`: what reading has cost, and whether the platform counts the same."""

from enum import StrEnum
from typing import Annotated

import typer

from console.cli.patience import patiently
from console.cli.start import runtime
from console.cli.words import iso, local, note, out, print_json, print_table, usd
from domain.account import Usage
from domain.drift import Comparison
from pipeline.billing import Checked, check
from store import accounts, ledger
from store.ledger import Sum
from store.runs import LEASE
from workers.runtime import Runtime, utc_now


class By(StrEnum):
    """By what spending is added up."""

    ACCOUNT = "account"
    STREAM = "stream"
    DAY = "day"


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(spend)


def spend(
    by: Annotated[By, typer.Option("--by", help="Add up by account, stream or UTC day.")] = By.ACCOUNT,
    look: Annotated[
        bool, typer.Option("--check", help="Ask X for its bill and compare it with ours since the last look.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False,
) -> None:
    """Show what was spent on reading.

    high is gross: every item at its price, with what is uncertain because an answer never came. low takes X
    at its word that the same person or post is billed once a UTC day, a soft promise.
    """
    open_runtime = runtime()
    if look:
        _check(open_runtime, json=json)
        return
    now = utc_now()
    with open_runtime.database.read() as connection:
        sums = ledger.added_up(connection, by, since=now - LEASE)
    if json:
        for each in sums:
            print_json(
                {
                    str(by): each.key,
                    "requests": each.requests,
                    "items": each.items,
                    "low_usd": each.low / 1_000_000,
                    "high_usd": each.high / 1_000_000,
                    "uncertain_usd": each.uncertain / 1_000_000,
                }
            )
    elif sums:
        whole = Sum("all", *(sum(column) for column in list(zip(*sums, strict=True))[1:]))
        print_table(
            (str(by), "requests", "items", "low", "high", "of it uncertain"),
            (
                (each.key, f"{each.requests:,}", f"{each.items:,}", *map(usd, each[3:]))
                for each in [*sums, whole]
            ),
        )
    else:
        note("Nothing was spent yet. What harvests pay stands here; `regulars estimate` says it before.")


def _check(open_runtime: Runtime, *, json: bool) -> None:
    with open_runtime.database.read() as connection:
        apps = ledger.readable(connection)
    if not apps:
        note("No X account is connected, and reading Facebook is free: there is no bill to look at.")
    for each in apps:
        usage = _ask(open_runtime, each["account_id"])
        with open_runtime.database.write() as connection:
            checked = check(connection, each["app"], usage, now=utc_now())
        if json:
            print_json(_numbers(each["app"], checked))
        else:
            _tell(checked)


def _ask(open_runtime: Runtime, account_id: int) -> Usage:
    with open_runtime.database.read() as connection:
        connector = open_runtime.connector_of(connection, accounts.get(connection, account_id))
    return patiently(connector.usage)


def _tell(checked: Checked) -> None:
    left, read = checked.usage.credits_micro_usd, checked.usage.posts_read
    if left is None and read is None:
        out.print("X does not tell its bill to this token; only its console shows it.")
        return
    if left is not None:
        out.print(f"X says that credits of {usd(left) if left >= 0 else '-' + usd(-left)} are left.")
    if read is not None:
        out.print(f"X says that {read:,} posts were read in this billing cycle.")
    if checked.money is None and checked.posts is None:
        out.print("There is nothing to compare yet: no earlier look, or credits were bought since.")
    if checked.money is not None:
        low, high = checked.money.ours
        out.print(
            f"Since {local(checked.since)} it charged {usd(checked.money.platform)}; "
            f"our ledger says {usd(low)} to {usd(high)}."
        )
    if _drifts(checked.money) or _drifts(checked.posts):
        note(
            "The two drift apart. Another program may read through the same app, the prices may have changed "
            "(config/prices.toml), or the account was connected with the wrong --owned-reads."
        )


def _drifts(comparison: Comparison | None) -> bool:
    return comparison is not None and comparison.drifts


def _numbers(app: str, checked: Checked) -> dict[str, object]:
    money, left = checked.money, checked.usage.credits_micro_usd
    return {
        "app": app or None,
        "credits_usd": None if left is None else left / 1_000_000,
        "posts_read": checked.usage.posts_read,
        "since": iso(checked.since),
        "charged_usd": money.platform / 1_000_000 if money else None,
        "ledger_low_usd": money.ours.low / 1_000_000 if money else None,
        "ledger_high_usd": money.ours.high / 1_000_000 if money else None,
        "drifts": _drifts(money) or _drifts(checked.posts),
    }
