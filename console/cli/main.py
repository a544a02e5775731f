"""The command `regulars`: its groups, and how every command ends."""

import sys

import typer

from console.cli import accounts, contacts, demo, exporting, failures, harvest, road, runs, system
from console.cli.start import UnfinishedError
from console.cli.words import note, reader_left
from domain.errors import BadAnswerError, RegularsError, RetryLaterError

app = typer.Typer(
    name="regulars",
    help="Harvest the contacts of your own Facebook and X accounts, tell regular from occasional, and let "
    "only regular contacts be written to.",
    epilog="Exit codes: 0 done; 1 refused or failed, with a sentence; 2 wrong usage; 3 a harvest ended "
    "without having read every stream whole; 130 stopped by Ctrl-C.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)
for each in (demo, road, harvest, contacts, exporting, system):
    each.register(app)
app.add_typer(accounts.app, name="account")
app.add_typer(runs.app, name="runs")
app.add_typer(contacts.app, name="contacts")
app.add_typer(failures.app, name="failures")
app.add_typer(system.database, name="db")
app.add_typer(system.configuration, name="config")


def main() -> None:
    """Run the command line; every error is one sentence on standard error."""
    try:
        app(prog_name="regulars")
    except UnfinishedError as error:
        _end(str(error), 3)
    except (RetryLaterError, BadAnswerError) as error:
        _end(f"{error} Try again later; if it stays so, check the network and the platform's state.", 1)
    except RegularsError as error:
        _end(str(error), 1)
    except OSError as error:
        _end(_said(error), 1)
    except KeyboardInterrupt:
        _end("Stopped.", 130)
    finally:
        _flush()


def _flush() -> None:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        reader_left()


def _end(sentence: str, code: int) -> None:
    note(sentence)
    sys.exit(code)


def _said(error: OSError) -> str:
    if error.filename is None:
        return f"The system refused ({error.strerror or error}); look at its disk and its rights."
    return (
        f"{error.filename} cannot be used ({error.strerror}); name another place (REGULARS_DATA_DIR, --out), "
        "make room, or change its rights."
    )


if __name__ == "__main__":
    main()
