"""`regulars account`: connect our own pages and profiles, check and remove them."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from connectors.base import Connector
from console.cli.acting import Why, enter
from console.cli.start import runtime
from console.cli.words import local, note, out, print_json, print_table
from console.connecting import Proven, keep, proof_of
from console.connecting import check as look_at
from console.visible import shown
from domain.account import Account, StreamCheck
from domain.contact import Platform
from domain.credentials import Credentials
from domain.errors import OperatorNeededError, RegularsError
from domain.journal import Act
from pipeline.parting import REASON
from pipeline.remove import forget_pushes, remove_account, remove_slowly
from pipeline.resume import resume_account
from store import accounts
from workers.runtime import Runtime, utc_now

app = typer.Typer(help="Connect, list, check and remove your own accounts.", no_args_is_help=True)


def register(root: typer.Typer) -> None:
    """Add the group to the command line."""
    root.add_typer(app, name="account")


TokenFile = Annotated[
    str, typer.Option("--token-file", help="File with the token, or - to read it from standard input.")
]


@app.command()
def add(
    platform: Annotated[Platform, typer.Argument(metavar="PLATFORM", help="twitter (X) or facebook.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="How you call the account here.")],
    platform_id: Annotated[str, typer.Option("--platform-id", help="The platform's id of the account.")],
    token_file: TokenFile,
    user_token_file: Annotated[
        Path | None, typer.Option(help="Facebook: a team member's own token, for friends.")
    ] = None,
    app_secret_file: Annotated[
        Path | None,
        typer.Option(help="The app's secret: signs pushes, and on Facebook proves that requests are yours."),
    ] = None,
    owned_reads: Annotated[
        bool, typer.Option("--owned-reads", help="X: the account owns the developer app (cheaper reads).")
    ] = False,
    refresh_token_file: Annotated[
        Path | None, typer.Option(help="X: the refresh token, which renews the other one every two hours.")
    ] = None,
    client_id: Annotated[
        str | None,
        typer.Option(help="X: the app's OAuth 2 client id; accounts with the same one share its limits."),
    ] = None,
    client_secret_file: Annotated[
        Path | None, typer.Option(help="X: the app's OAuth 2 client secret, where it has one.")
    ] = None,
    app_token_file: Annotated[
        Path | None,
        typer.Option(help="X: the app's bearer token, with which X is asked daily who is gone."),
    ] = None,
) -> None:
    """Connect one of your own accounts; the token must prove that it is yours.

    Tokens come from files or standard input, never from the command line, and are kept encrypted.
    Adding an account again brings its tokens up to date, and ends its pause: what failed in it goes on.
    """
    _require_platform(platform, user_token_file, owned_reads=owned_reads)
    _require_renewal(platform, refresh_token_file or client_secret_file, client_id, app_token_file)
    credentials = Credentials(
        secret_in(token_file),
        secret_in(str(user_token_file)) if user_token_file else None,
        secret_in(str(app_secret_file)) if app_secret_file else None,
        secret_in(str(refresh_token_file)) if refresh_token_file else None,
        secret_in(str(client_secret_file)) if client_secret_file else None,
        secret_in(str(app_token_file)) if app_token_file else None,
    )
    open_runtime = runtime()
    account = Account(platform, platform_id, name, app_id=client_id, owned_reads=owned_reads)
    proof = proof_of(open_runtime, account, credentials)
    with open_runtime.database.write() as connection:
        _, resumed = keep(connection, open_runtime, Proven(account, credentials, proof), now=utc_now())
        enter(connection, Act.ACCOUNT_ADDED, account=account.key, resumed=resumed)
    written = shown(name)
    out.print(f"{written} is connected ({platform}:{platform_id}). Next: regulars account check {written}")
    if resumed:
        out.print(f"{resumed} runs that its pause had ended go on.")


@app.command()
def resume(
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="Name or platform id of the account.")],
) -> None:
    """Read a paused account again once it was mended at the platform; what failed in the pause goes on.

    An account is paused where its token is refused: nothing more is asked with it.
    """
    open_runtime = runtime()
    with open_runtime.database.write() as connection:
        found = accounts.find(connection, account)
        if not found.paused:
            raise RegularsError(f"{shown(found.name)} is not paused.")
        resumed = resume_account(connection, found, now=utc_now())
        enter(connection, Act.ACCOUNT_RESUMED, account=found.key, resumed=resumed)
    out.print(f"{shown(found.name)} is read again; {resumed} runs go on.")


@app.command("list")
def listed(json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False) -> None:
    """List the connected accounts."""
    with runtime().database.read() as connection:
        rows = accounts.every(connection)
    if json:
        for each in rows:
            print_json(
                {
                    "name": each.name,
                    "platform": each.platform,
                    "platform_id": each.platform_id,
                    "handle": each.handle,
                    "owned_reads": each.owned_reads,
                    "paused_reason": each.paused_reason,
                }
            )
    elif rows:
        print_table(
            ("name", "platform", "id", "handle", "reads", "added", "state"),
            (
                (
                    each.name,
                    each.platform,
                    each.platform_id,
                    each.handle,
                    "owned" if each.owned_reads else "standard",
                    local(each.added_at),
                    f"paused: {each.paused_reason}" if each.paused_reason else "",
                )
                for each in rows
            ),
        )
    else:
        note("No account is connected yet. `regulars account add --help` says how.")


@app.command()
def check(
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="Name or platform id of the account.")],
    json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False,
) -> None:
    """Say before any harvest what each stream can bring, and what is missing.

    Looks at one item of each stream, which may cost a few cents on X.
    """
    open_runtime = runtime()
    connector, found = _connector(open_runtime, account)
    checked = look_at(open_runtime, found, connector)
    with open_runtime.database.read() as connection:
        policy = open_runtime.policy_in_force(connection)
    rows = []
    for each in checked:
        stream = connector.streams[each.stream]
        labels = sorted({policy.rules[kind].label.word for kind in stream.kinds}) or ["your posts"]
        rows.append((each, stream.permissions, " or ".join(labels)))
    if json:
        for each, permissions, brings in rows:
            print_json(
                {
                    "stream": each.stream,
                    "label": brings,
                    "readable": each.readable,
                    "shows_authors": each.shows_authors,
                    "permissions": list(permissions),
                    "missing_permissions": list(each.missing_permissions),
                    "remark": each.remark,
                }
            )
        return
    said = {True: "yes", False: "no", None: "not seen"}
    print_table(
        ("stream", "can make", "permissions", "readable", "authors"),
        (
            (each.stream, brings, _held(each, permissions), said[each.readable], said[each.shows_authors])
            for each, permissions, brings in rows
        ),
    )
    for each, _, _ in rows:
        if each.remark:
            out.print(shown(f"{each.stream}: {each.remark}"), soft_wrap=True)


def _held(check: StreamCheck, permissions: Sequence[str]) -> str:
    """Write the permissions that a stream needs, and which of them the token lacks."""
    named = dict.fromkeys((*permissions, *check.missing_permissions))
    return ", ".join(f"{each} (missing)" if each in check.missing_permissions else each for each in named)


@app.command()
def remove(
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="Name or platform id of the account.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    why: Why = "",
) -> None:
    """Disconnect an account: its tokens and runs go, its contacts lose what came through it."""
    open_runtime = runtime()
    with open_runtime.database.read() as connection:
        found = accounts.find(connection, account)
    if not yes and not typer.confirm(f"Remove {shown(found.name)} and everything that came through it?"):
        return
    with open_runtime.database.write() as connection:
        policy = open_runtime.policy_in_force(connection)
        accounts.pause(connection, found.id, REASON)  # nothing more comes in while it goes
        enter(connection, Act.ACCOUNT_PAUSED, why=why, account=found.key)
    gone = remove_slowly(open_runtime.database, found, policy, now=utc_now())
    with open_runtime.database.write() as connection:
        gone += remove_account(connection, found, policy, now=utc_now())
        enter(connection, Act.ACCOUNT_REMOVED, why=why, account=found.key, contacts=gone)
    forget_pushes(open_runtime.inbox, found, open_runtime.bodies.open)
    out.print(f"{shown(found.name)} is removed; {gone} contacts left of whom the feed had told.")


def _connector(open_runtime: Runtime, name: str) -> tuple[Connector, Account]:
    with open_runtime.database.read() as connection:
        found = accounts.find(connection, name)
        return open_runtime.connector_of(connection, found), found


def _require_platform(platform: Platform, facebook_file: Path | None, *, owned_reads: bool) -> None:
    if platform is Platform.TWITTER and facebook_file:
        raise RegularsError("--user-token-file is for Facebook; leave it out for an X account.")
    if platform is Platform.FACEBOOK and owned_reads:
        raise RegularsError("--owned-reads is for X, Facebook reads cost nothing; leave it out.")


def _require_renewal(
    platform: Platform, secret_file: Path | None, client_id: str | None, app_token_file: Path | None
) -> None:
    if platform is Platform.FACEBOOK and (secret_file or client_id or app_token_file):
        raise RegularsError(
            "--refresh-token-file, --client-id, --client-secret-file and --app-token-file are for X; leave "
            "them out for a page."
        )
    if secret_file and not client_id:
        raise RegularsError("X renews a token for the app's client id only; give --client-id too.")


def secret_in(path: str) -> str:
    """Read a secret from a file or from standard input; raises RegularsError where there is none."""
    if path == "-":
        secret = sys.stdin.read()
    else:
        try:
            secret = Path(path).read_text(encoding="utf-8")
        except OSError as error:
            raise RegularsError(
                f"The file {path} cannot be read ({error.strerror}); name the file that holds the secret."
            ) from error
        except UnicodeDecodeError:
            raise RegularsError(
                f"The file {path} holds no text, so it is no token; name the file that holds the secret."
            ) from None
    if not secret.strip() or len(secret.split()) > 1:
        raise OperatorNeededError(
            f"{'Standard input' if path == '-' else path} must hold one token and nothing else; "
            "copy it again as one line.",
            code="no_token",
        )
    return secret.strip()
