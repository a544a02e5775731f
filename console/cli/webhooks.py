"""`regulars consumer webhook`: where consumers are told that there is something to read."""

from datetime import timedelta
from typing import Annotated

import typer

from connectors.outbound import OutboundError
from console.cli.start import runtime
from console.cli.words import iso, note, out, print_json, print_table
from console.visible import shown
from domain.errors import RegularsError
from domain.journal import Act
from domain.webhook import OVERLAP
from pipeline.webhook_sending import send_test
from pipeline.webhooks import (
    Means,
    add_webhook,
    enter,
    pause_webhook,
    remove_webhook,
    resume_webhook,
    rotate_secret,
)
from store import consumers, webhooks
from store.webhooks import Listed
from workers.announcer import opened, outbound_of
from workers.runtime import system_user, utc_now

app = typer.Typer(
    help="Where consumers are told that there is something to read (Standard Webhooks).", no_args_is_help=True
)

Number = Annotated[int, typer.Argument(metavar="WEBHOOK", help="The webhook's number, as `list` shows it.")]


@app.command()
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The consumer's name, such as crm-paris.")],
    url: Annotated[
        str, typer.Argument(metavar="URL", help="Where it listens, such as https://crm.example/hook.")
    ],
) -> None:
    """Tell a consumer by POST whenever it has something to read; the secret that signs is printed once.

    An event names nobody: it only says that `/v1/changes` has more than was acknowledged. Addresses with
    http:// and in private networks must lie in REGULARS_OUTBOUND_PRIVATE.
    """
    opened_runtime = runtime()
    means = Means(outbound_of(opened_runtime), opened_runtime.seal_text)
    with opened_runtime.database.write() as connection:
        consumer = consumers.named(connection, name)
        made, secret = add_webhook(connection, consumer, url, means, system_user(), now=utc_now())
    _print_once(secret)
    note(f"Webhook {made.id}: try it with `regulars consumer webhook test {made.id}`.")


@app.command("list")
def listed(json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False) -> None:
    """List the webhooks of all consumers: how each stands, when it was last reached, and its dead letters."""
    with runtime().database.read() as connection:
        rows = webhooks.every(connection)
    if json:
        for each in rows:
            print_json(_told(each))
    elif rows:
        print_table(
            ("webhook", "consumer", "address", "state", "reached", "failing since", "next try", "letters"),
            (
                (
                    str(each.webhook.id),
                    each.consumer,
                    shown(each.webhook.url),
                    each.webhook.state.value,
                    iso(each.webhook.delivered_at) or "never",
                    iso(each.webhook.failing_since) or "",
                    iso(each.pending.due_at) if each.pending else "",
                    str(len(each.letters)),
                )
                for each in rows
            ),
        )
    else:
        note(
            "No consumer is told anything: each asks by itself. `regulars consumer webhook add` changes that."
        )


@app.command()
def test(number: Number) -> None:
    """Send a webhook a trial (`webhook.test`), once and at once, and say what came of it."""
    opened_runtime = runtime()
    now = utc_now()
    with opened_runtime.database.write() as connection:
        webhook = webhooks.get(connection, number)
        sealed = webhooks.secrets_of(connection, number, now=now)
        signing = opened(opened_runtime, connection, sealed)
        enter(connection, system_user(), Act.WEBHOOK_TESTED, webhook, now)
    try:
        send_test(outbound_of(opened_runtime), webhook, signing, now=now)
    except OutboundError as error:
        raise RegularsError(f"It was not taken: {error}") from None
    out.print("It was taken.")


@app.command()
def rotate(
    number: Number,
    now: Annotated[
        bool,
        typer.Option("--now", help="Sign with the new one alone, as where somebody else has the former."),
    ] = False,
) -> None:
    """Give a webhook a new secret, printed once; both sign for a day."""
    opened_runtime = runtime()
    overlap = timedelta(0) if now else OVERLAP
    with opened_runtime.database.write() as connection:
        webhook = webhooks.get(connection, number)
        secret = rotate_secret(
            connection, webhook, opened_runtime.seal_text, system_user(), now=utc_now(), overlap=overlap
        )
    _print_once(secret)


@app.command()
def pause(number: Number) -> None:
    """Send a webhook nothing until `resume`; what it misses is told then, in one event."""
    with runtime().database.write() as connection:
        pause_webhook(connection, webhooks.get(connection, number), system_user(), now=utc_now())
    out.print("Done.")


@app.command()
def resume(number: Number) -> None:
    """Send a webhook events again, also where it was disabled or answered that it is gone."""
    with runtime().database.write() as connection:
        resume_webhook(connection, webhooks.get(connection, number), system_user(), now=utc_now())
    out.print("Done.")


@app.command()
def remove(number: Number) -> None:
    """Forget a webhook with its secret and dead letters."""
    with runtime().database.write() as connection:
        remove_webhook(connection, webhooks.get(connection, number), system_user(), now=utc_now())
    out.print("Done.")


def _print_once(secret: str) -> None:
    typer.echo(secret)
    note("Keep it where the receiver checks signatures: it is shown this once.")


def _told(each: Listed) -> dict[str, object]:
    webhook, pending = each.webhook, each.pending
    return {
        "id": webhook.id,
        "consumer": each.consumer,
        "recipient": each.recipient,
        "url": webhook.url,
        "state": webhook.state.value,
        "delivered_at": iso(webhook.delivered_at),
        "failing_since": iso(webhook.failing_since),
        "next_try_at": iso(pending.due_at) if pending else None,
        "tries": pending.tries if pending else 0,
        "why": pending.error if pending else None,
        "letters": len(each.letters),
    }
