"""`regulars user`: who may sign in to the console."""

import sys
from typing import Annotated

import typer

from console.cli.acting import enter
from console.cli.start import runtime
from console.cli.words import iso, local, note, out, print_json, print_table
from domain.errors import RegularsError
from domain.journal import Act
from domain.user import Role, check_password, name_of, role_of
from pipeline import signing_in
from store import sessions, users
from workers.runtime import system_user, utc_now

app = typer.Typer(help="Who may sign in to the console, and as what.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The name to sign in with.")]
RoleWord = Annotated[str, typer.Option("--role", help="viewer, operator, manager or admin.")]


def register(root: typer.Typer) -> None:
    """Add the group to the command line."""
    root.add_typer(app, name="user")


@app.command()
def add(name: Name, role: RoleWord = "viewer") -> None:
    """Add a user; the password is asked for, or read from standard input."""
    wanted, checked = role_of(role), name_of(name)
    open_runtime = runtime()
    password = _password()
    with open_runtime.database.write() as connection:
        signing_in.add_user(connection, checked, wanted, password, now=utc_now(), actor=system_user())
    out.print(f"{checked} may sign in as {wanted.word}.")


@app.command()
def invite(role: RoleWord = "viewer") -> None:
    """Print a path under the console's address by which somebody becomes a user; it lives 15 minutes."""
    wanted = role_of(role)
    with runtime().database.write() as connection:
        token = signing_in.invite(connection, wanted, now=utc_now())
        enter(connection, Act.USER_INVITED, role=wanted.word)
    out.print(f"/welcome/{token}")


@app.command("list")
def listed(json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False) -> None:
    """List the users: role, when last seen, how many sessions are open."""
    with runtime().database.read() as connection:
        rows = users.listed(connection)
    if json:
        for each in rows:
            facts = {"name": each["name"], "role": Role(each["role"]).word, "sessions": each["sessions"]}
            moments = {name: iso(each[name]) for name in ("created_at", "seen_at", "shut_out_at")}
            print_json({**facts, **moments})
    elif rows:
        print_table(
            ("user", "role", "last seen", "sessions", "shut out"),
            (
                (
                    each["name"],
                    Role(each["role"]).word,
                    local(each["seen_at"]),
                    each["sessions"],
                    local(each["shut_out_at"]),
                )
                for each in rows
            ),
        )
    else:
        note("Nobody can sign in yet. `regulars user add NAME --role admin` makes the first user.")


@app.command("role")
def change_role(
    name: Name,
    role: Annotated[str, typer.Argument(metavar="ROLE", help="viewer, operator, manager or admin.")],
) -> None:
    """Give a user another role; it must sign in again."""
    _change(name, {"role": role_of(role)})


@app.command()
def password(name: Name) -> None:
    """Set a new password, asked for or from standard input; the user's sessions end everywhere."""
    new = _password()
    check_password(new, name_of(name))
    _change(name, {"password_hash": signing_in.hasher().hash(new)})


@app.command("shut-out")
def shut_out(name: Name) -> None:
    """Let a user sign in no more, and end its sessions everywhere."""
    _change(name, {"shut_out_at": utc_now()})


@app.command("sign-out")
def sign_out(name: Name) -> None:
    """End all sessions of a user everywhere."""
    with runtime().database.write() as connection:
        stored = users.require(connection, name_of(name))
        ended = sessions.end_of(connection, stored.user.id)
        enter(connection, Act.SESSIONS_ENDED, user=stored.user.name)
    out.print(f"{ended} sessions of {stored.user.name} have ended.")


def _change(name: str, values: dict[str, object]) -> None:
    with runtime().database.write() as connection:
        stored = users.require(connection, name_of(name))
        users.change(connection, stored.user.id, **values)
        enter(connection, Act.USER_CHANGED, user=stored.user.name, changed=", ".join(values))
    out.print("Done.")


def _password() -> str:
    """Ask for a password twice, or read it from standard input where that is no terminal."""
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    given = sys.stdin.readline().rstrip("\r\n")
    if not given:
        raise RegularsError("Give the password on standard input.")
    return given
