"""`regulars keys`: the key that seals everything secret, and the keys of public links."""

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Connection

from config import keys
from config.keys import KeyMissingError, Sealer
from console.cli.acting import enter
from console.cli.start import runtime
from console.cli.words import iso, local, note, out, print_json, print_table
from domain.errors import RegularsError
from domain.journal import Act
from pipeline.rotate import rotate
from store import installation, link_keys, suppressions
from workers.life import at_work
from workers.runtime import Runtime, utc_now

app = typer.Typer(help="The key that seals tokens, and the keys of public links.", no_args_is_help=True)


def register(root: typer.Typer) -> None:
    """Add the group to the command line."""
    root.add_typer(app, name="keys")


@app.command("list")
def listed(json: Annotated[bool, typer.Option("--json", help="One object.")] = False) -> None:
    """List which keys there are and since when; never a key itself."""
    open_runtime = runtime()
    with open_runtime.database.read() as connection:
        fingerprint = installation.key_fingerprint(connection)
        suppressing, linking = suppressions.keys_since(connection), link_keys.since(connection)
    if json:
        print_json(
            {
                "installation": fingerprint,
                "suppression_keys": [iso(each) for each in suppressing],
                "link_keys": [iso(each) for each in linking],
            }
        )
        return
    rows: list[tuple[object, ...]] = [("installation", f"fingerprint {fingerprint}", "seals all the others")]
    rows += [("suppression", local(each), "wraps what is suppressed") for each in suppressing]
    rows += [("links", local(each), "opens links") for each in linking[:-1]]
    rows += [("links", local(each), "opens links, and seals new ones") for each in linking[-1:]]
    print_table(("key", "since", "what it does"), rows)


@app.command("rotate-links")
def links_rotated() -> None:
    """Seal links under a new key from now on; those in old mails still open, for no key is taken away.

    For when somebody may have seen the key of links. Running pages use the new one at once.
    """
    open_runtime = runtime()
    with open_runtime.database.write() as connection:
        number = len(link_keys.keys(connection))
        link_keys.add(connection, number, open_runtime.seal_key(connection), now=utc_now())
        enter(connection, Act.LINK_KEY_ADDED, keys=number + 1)
    out.print(
        f"Links are sealed under a new key; {number} older {'one' if number == 1 else 'ones'} still open."
    )


@app.command("rotate")
def rotated(
    new_key_file: Annotated[
        Path | None,
        typer.Option(
            "--new-key-file",
            help="File with the new key; made with mode 0600 where it is not there. Unset: the key file's "
            "successor beside it.",
        ),
    ] = None,
) -> None:
    """Seal every token anew under a new key, put it in the old one's place, and wrap the suppressions.

    Where the key is a file, running workers on this machine find the new one by themselves. A key in the
    environment cannot be replaced from here: stop all workers first, then set what the command says.
    The old key still opens the backups made before: keep it as long as them.
    """
    open_runtime = runtime()
    settings = open_runtime.settings
    if settings.secret_key is not None:
        _rotate_environment(open_runtime, new_key_file or settings.data_dir / "new-secret.key")
    else:
        _rotate_file(open_runtime, new_key_file)


def _rotate_file(open_runtime: Runtime, given: Path | None) -> None:
    settings = open_runtime.settings
    key = _key_in(given) if given else keys.new_key()
    new = Sealer(key)
    with keys.rotating(settings) as following:
        # Beside the old key until the database has it in force: a start at any moment finds the right one.
        keys.write_key(following, key, replace=True)
        try:
            count = rotate(open_runtime.database, open_runtime.sealer, new, open_runtime.ledger, _tell)
        except KeyMissingError:
            following.unlink()
            raise
        keys.find_key(settings, new.fingerprint)
    path = keys.key_path(settings)
    out.print(
        f"Sealed anew: {count}. {path} holds the new key. Keep a copy of it elsewhere.",
        soft_wrap=True,
    )


def _rotate_environment(open_runtime: Runtime, path: Path) -> None:
    _require_stopped(open_runtime)
    key = _key_in(path)
    count = rotate(open_runtime.database, open_runtime.sealer, Sealer(key), open_runtime.ledger, _tell)
    out.print(f"Sealed anew: {count}.")
    note(
        f"Now set REGULARS_SECRET_KEY to what {path} holds, or unset it and set REGULARS_SECRET_KEY_FILE to "
        "that file, for every process; then start the workers."
    )


def _tell(connection: Connection, count: int) -> None:
    enter(connection, Act.KEY_ROTATED, secrets=count)


def _key_in(path: Path) -> bytes:
    """Read the new key, or make it there."""
    if not path.exists():
        keys.write_key(path, keys.new_key())
    return keys.read_key(path)


def _require_stopped(open_runtime: Runtime) -> None:
    if at_work(open_runtime.database, now=utc_now()):
        raise RegularsError(
            "Workers or a dispatcher are at work with the key of their environment, which cannot be replaced "
            "from here. Stop them, rotate, and start them with the new key."
        )
