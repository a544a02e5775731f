"""`regulars consumer`: programs that read the feed by the API, each with a token of its own."""

from datetime import timedelta
from typing import Annotated

import typer

from console.binding import add_bound
from console.cli import webhook_letters, webhooks
from console.cli.start import runtime
from console.cli.words import iso, note, out, print_json, print_table
from console.visible import shown
from domain.consumer import DAYS
from exports.feed import OFFERED
from exports.narrowing import called
from pipeline.consumers import OVERLAP, Wanted, revoke_consumer, rotate_token
from store import consumers, recipients
from workers.runtime import system_user, utc_now

app = typer.Typer(help="Programs that read contacts by the API, and their tokens.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The consumer's name, such as crm-paris.")]
Days = Annotated[int, typer.Option(help="For how many days the token is good.")]


def register(root: typer.Typer) -> None:
    """Add the group to the command line."""
    webhook_letters.register(webhooks.app)
    app.add_typer(webhooks.app, name="webhook")
    root.add_typer(app, name="consumer")


@app.command()
def add(
    name: Name,
    recipient: Annotated[str, typer.Option(help="Whose program it is: a recipient's name.")],
    fields: Annotated[
        str | None,
        typer.Option(
            help="What it may read beside key, op and seq, with a comma between two; all if left out: "
            f"{', '.join(OFFERED)}."
        ),
    ] = None,
    days: Days = DAYS,
    segment: Annotated[
        str | None,
        typer.Option(
            help="Only the contacts of this segment (`regulars segment list`), in numbers of its own."
        ),
    ] = None,
    why: Annotated[
        str,
        typer.Option(
            help="For which message or campaign: needed where the segment chooses by topic or area."
        ),
    ] = "",
) -> None:
    """Let a program of a recipient read the feed; its token is printed once and kept nowhere.

    Only for recipients that may get files (`regulars recipient list`). The address is /v1 beside the console.
    """
    wanted_fields = [each.strip() for each in fields.split(",")] if fields is not None else None
    open_runtime, now = runtime(), utc_now()
    with open_runtime.database.write() as connection:
        found = recipients.called(connection, recipient.strip())
        chosen = called(connection, segment)
        wanted = Wanted(name, found, wanted_fields, days, chosen.id if chosen else None, why)
        policy = open_runtime.policy_in_force(connection)
        token = add_bound(connection, wanted, chosen, policy, system_user(), now=now)
    _print_once(token)


@app.command("list")
def listed(json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False) -> None:
    """List the consumers: whose they are, how far behind, and which removals they have not acknowledged."""
    with runtime().database.read() as connection:
        rows = consumers.every(connection, now=utc_now())
    if json:
        for each in rows:
            print_json(_told(each))
    elif rows:
        print_table(
            (
                "consumer",
                "recipient",
                "segment",
                "token",
                "until",
                "seen",
                "acknowledged",
                "records",
                "removals",
            ),
            (
                (
                    each.consumer.name,
                    shown(each.recipient),
                    shown(each.segment) if each.segment else "all",
                    " ".join(f"{one.begins}…" for one in each.tokens),
                    each.tokens[0].ends_at.date().isoformat() if each.tokens else "over",
                    iso(each.consumer.seen_at) or "never",
                    iso(each.consumer.acked_at) or "never",
                    _counted(each.behind.records),
                    _counted(each.behind.removals),
                )
                for each in rows
            ),
        )
    else:
        note("Nobody reads the feed by the API. `regulars consumer add` lets a recipient's program do so.")


@app.command()
def rotate(
    name: Name,
    days: Days = DAYS,
    now: Annotated[
        bool, typer.Option("--now", help="Let the former token end at once, as where somebody else has it.")
    ] = False,
) -> None:
    """Give a consumer a new token, printed once; the former one is good for a day more."""
    overlap = timedelta(0) if now else OVERLAP
    with runtime().database.write() as connection:
        consumer = consumers.named(connection, name)
        token = rotate_token(connection, consumer, system_user(), now=utc_now(), days=days, overlap=overlap)
    _print_once(token)


@app.command()
def revoke(name: Name) -> None:
    """Let a consumer read nothing any more, from this moment.

    What it has already is in its recipient's hands: removals no longer reach it by the API.
    """
    with runtime().database.write() as connection:
        consumer = consumers.named(connection, name)
        untold = consumers.behind(connection, consumer).removals
        revoke_consumer(connection, consumer, system_user(), now=utc_now())
    out.print("Done.")
    if untold:
        note(
            f"It has not acknowledged {_counted(untold)} removals: tell its recipient to delete what it has."
        )


def _print_once(token: str) -> None:
    typer.echo(token)
    note(
        "Keep it where the program reads it: it is shown this once. It goes into a header, never an address."
    )


def _counted(number: int) -> str:
    return f"{number}+" if number >= consumers.MOST_COUNTED else str(number)


def _told(each: consumers.Listed) -> dict[str, object]:
    consumer = each.consumer
    return {
        "id": consumer.id,
        "name": consumer.name,
        "recipient": each.recipient,
        "segment": each.segment,
        "fields": consumer.fields,
        "tokens": [{"begins": one.begins, "ends_at": iso(one.ends_at)} for one in each.tokens],
        "seen_at": iso(consumer.seen_at),
        "acknowledged_at": iso(consumer.acked_at),
        "records": each.behind.records,
        "removals": each.behind.removals,
        "removals_since": iso(each.behind.removals_since),
    }
