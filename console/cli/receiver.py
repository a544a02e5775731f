"""`regulars receiver`, `regulars push`: what the platforms tell by themselves."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from console.cli.accounts import secret_in
from console.cli.acting import enter
from console.cli.start import runtime
from console.cli.words import iso, local, note, out, print_json, print_table
from console.patience import patiently
from console.visible import shown
from domain.contact import Platform
from domain.errors import RegularsError
from domain.journal import Act, as_ranges
from store import accounts, inbox, pushed
from workers.runtime import utc_now

#: How a minute is written on the command line.
MINUTES = ["%Y-%m-%dT%H:%M"]

app = typer.Typer(
    help="See what the platforms told by themselves, and what became of it.", no_args_is_help=True
)


def register(root: typer.Typer) -> None:
    """Add the command and the group to the command line."""
    root.command()(receiver)
    root.add_typer(app, name="push")


def receiver(
    host: Annotated[
        str, typer.Option(help="Address to listen on; what it answers is for a proxy with HTTPS.")
    ] = ("127.0.0.1"),
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.", min=0, max=65535)] = 8090,
    ready_file: Annotated[
        Path | None, typer.Option(help="Written once it listens: the addresses of both platforms as JSON.")
    ] = None,
) -> None:
    """Receive the pushes of both platforms until Ctrl-C: checks their signatures and stores them."""
    from console.receiver.server import serve  # noqa: PLC0415  # only this command needs a web server

    serve(runtime(), host, port, ready_file)


@app.command("list")
def listed(json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False) -> None:
    """Show how many pushes wait, what was put aside and why, and what was unknown in them."""
    open_runtime = runtime()
    with open_runtime.inbox.read() as connection:
        tallied, aside = inbox.tallied(connection), inbox.put_aside(connection)
    with open_runtime.database.read() as connection:
        unknown = pushed.unknown(connection)
    if json:
        for each in tallied:
            moments = {name: iso(each[name]) for name in ("oldest_at", "newest_at")}
            print_json(
                {"pushes": each["count"], "platform": each["platform"], "state": each["state"], **moments}
            )
        for row in aside:
            print_json({**row, "received_at": iso(row["received_at"]), "expires_at": iso(row["expires_at"])})
        for shape in unknown:
            named = {name: shape[name] for name in ("platform", "reason", "shape", "count")}
            print_json({**named, "at": iso(shape["at"])})
        return
    if not tallied:
        note(
            "No push has arrived lately. `regulars receiver` receives them; docs/push.md says what to click."
        )
        return
    print_table(
        ("platform", "state", "pushes", "oldest", "newest"),
        (
            (
                each["platform"],
                each["state"],
                each["count"],
                local(each["oldest_at"]),
                local(each["newest_at"]),
            )
            for each in tallied
        ),
    )
    if aside:
        print_table(
            ("push", "platform", "received", "put aside because", "gone on"),
            (
                (
                    each["id"],
                    each["platform"],
                    local(each["received_at"]),
                    each["problem"],
                    local(each["expires_at"]),
                )
                for each in aside
            ),
        )
    if unknown:
        print_table(
            ("platform", "unknown", "times", "last"),
            ((each["platform"], each["reason"], each["count"], local(each["at"])) for each in unknown),
        )


@app.command("catch-up")
def catch_up(
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="Name or platform id of an X account.")],
    since: Annotated[datetime, typer.Option("--from", formats=MINUTES, help="First minute, in UTC.")],
    until: Annotated[datetime, typer.Option("--to", formats=MINUTES, help="Last minute, in UTC.")],
    app_token_file: Annotated[
        str, typer.Option(help="File with the app's bearer token, or - to read it from standard input.")
    ],
    webhook: Annotated[
        str | None, typer.Option(help="X's id of the webhook, where the app has several.")
    ] = None,
) -> None:
    """Ask X to push once more what it pushed while nobody received it.

    Pushes that are known already change nothing. Follows of X bear no moment: walk through the followers
    afterwards (`regulars harvest`).
    """
    from connectors.twitter.replay import Replay  # noqa: PLC0415  # half a second that no other command needs

    open_runtime = runtime()
    with open_runtime.database.read() as connection:
        found = accounts.find(connection, account)
    if found.platform != Platform.TWITTER:
        raise RegularsError("Facebook pushes nothing twice; `regulars harvest` finds what was missed.")
    if since > until:
        raise RegularsError("--from lies after --to; change them round.")
    base_url = open_runtime.settings.base_url(found.platform)
    asked = Replay(found, secret_in(app_token_file), base_url, now=utc_now())
    known = patiently(asked.webhooks)
    ids = [each for each, _ in known if webhook in (None, each)]
    if len(ids) != 1:
        listed_ids = ", ".join(f"{each} ({url})" for each, url in known) or "none"
        raise RegularsError(
            f"Say with --webhook which one is meant; X holds these for valid: {shown(listed_ids)}."
        )
    with open_runtime.database.write() as connection:
        enter(connection, Act.PUSHES_ASKED, account=found.key)
    job = patiently(lambda: asked.ask(ids[0], since.replace(tzinfo=UTC), until.replace(tzinfo=UTC)))
    out.print(f"X pushes it once more (its job {shown(job)}). Then: regulars harvest {shown(found.name)}")


@app.command()
def replay(
    pushes: Annotated[
        list[int] | None,
        typer.Argument(metavar="[PUSH]", help="Numbers from `push list`; none: all of them."),
    ] = None,
) -> None:
    """Take in once more what was put aside or was unknown, as after an update of Regulars."""
    open_runtime = runtime()
    with open_runtime.database.write() as connection:  # the inbox may be a file of its own
        enter(connection, Act.PUSHES_REPLAYED, pushes=as_ranges(pushes or ()) or "all")
    with open_runtime.inbox.write() as connection:
        count = inbox.replay(connection, pushes or ())
        if pushes and count < len(set(pushes)):  # nothing happens to the others either
            raise RegularsError(
                f"Only {count} of these were put aside or unknown and are there: see `regulars push list`."
            )
    out.print(f"{count} pushes wait again.")
