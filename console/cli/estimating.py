"""`regulars estimate`: what a harvest will take, before anything is spent."""

from typing import Annotated

import typer

from console.cli.start import runtime
from console.cli.words import note, out, print_json, print_table
from domain.budget import dollars
from domain.contact import Platform
from domain.estimate import Range
from pipeline.estimating import Estimate, estimate_harvest
from store import accounts
from workers.runtime import utc_now


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(estimate)


def estimate(
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="Name or platform id of the account.")],
    stream: Annotated[
        list[str] | None, typer.Option("--stream", help="Only this stream; may be given several times.")
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="One object: requests and seconds at most, usd_low, usd_high.")
    ] = False,
) -> None:
    """Say what a harvest would take at least and at most, without asking the platform.

    Counts on what the platform said of the account, on the counts beside its posts, and on earlier walks;
    what is not known yet is bounded by what the platform documents. The least allows for X billing the same
    person or post once a UTC day; the most does not.
    """
    open_runtime = runtime()
    with open_runtime.database.read() as connection:
        found = accounts.find(connection, account)
        connector = open_runtime.connector_of(connection, found)
        said = estimate_harvest(connection, found, connector, stream or [], now=utc_now())
    if json:
        print_json({"account": found.name, **_numbers(said)})
        return
    rows = [
        (
            each.stream,
            _range(each.items),
            _range(each.requests),
            _money(each.micro_usd),
            _time(each.seconds),
            each.basis,
        )
        for each in said.rows
    ]
    whole = said.total
    rows.append(("all", "", _range(whole.requests), _money(whole.micro_usd), _time(whole.seconds), ""))
    print_table(("stream", "items", "requests", "dollars", "time at most", "known"), rows)
    if found.platform == Platform.TWITTER and not found.owned_reads:
        note(
            "By X's standard prices. Where the account owns the developer app, followers, mentions and own "
            "posts cost less: connect it again with --owned-reads."
        )
    out.print("Cap it with `regulars harvest ACCOUNT --budget-usd`.")


def _numbers(said: Estimate) -> dict[str, object]:
    return {
        "requests": said.total.requests.high,
        "usd_low": said.total.micro_usd.low / 1_000_000,
        "usd_high": said.total.micro_usd.high / 1_000_000,
        "seconds": said.total.seconds,
        "requests_low": said.total.requests.low,
        "streams": [
            {
                "stream": each.stream,
                "items_low": each.items.low,
                "items_high": each.items.high,
                "requests_low": each.requests.low,
                "requests": each.requests.high,
                "usd_low": each.micro_usd.low / 1_000_000,
                "usd_high": each.micro_usd.high / 1_000_000,
                "seconds": each.seconds,
                "known": each.basis,
            }
            for each in said.rows
        ],
    }


def _range(numbers: Range) -> str:
    low, high = numbers
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _money(micro_usd: Range) -> str:
    low, high = (dollars(each) for each in micro_usd)
    return low if low == high else f"{low} to {high}"


def _time(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s"
