"""The command `regulars`: its groups, and how every command ends."""

import sys
from collections.abc import Mapping
from importlib import import_module

import typer

from config.crashes import calls_of, hush_threads
from console.cli.words import note, reader_left
from domain.errors import BadAnswerError, RegularsError, RetryLaterError
from workers.memory import collect_less_often

#: In which module a command stands: only that one is loaded, for each brings half a second of libraries.
MODULES: Mapping[str, str] = {
    "demo": "demo",
    "doctor": "doctor",
    "up": "road",
    "worker": "road",
    "alive": "alive",
    "dispatch": "road",
    "harvest": "harvest",
    "estimate": "estimating",
    "spend": "spending",
    "budget": "budgets",
    "explain": "contacts",
    "reclassify": "reclassify",
    "export": "exporting",
    "exports": "exporting",
    "recipient": "recipients",
    "consumer": "consumers",
    "verify-consumer": "verifying",
    "segment": "segments",
    "areas": "areas",
    "views": "viewing",
    "tap": "tapping",
    "simulator": "simulating",
    "receiver": "receiver",
    "push": "receiver",
    "pages": "pages",
    "serve": "serve",
    "user": "users",
    "account": "accounts",
    "runs": "runs",
    "freshness": "freshness",
    "schedule": "schedules",
    "brake": "brake",
    "halt": "halting",
    "resume": "halting",
    "jobs": "jobs",
    "contacts": "contacts",
    "import": "importing",
    "object": "rights",
    "forget": "rights",
    "access": "rights",
    "deletions": "deletions",
    "failures": "failures",
    "journal": "journal",
    "expire": "keeping",
    "campaign": "keeping",
    "consents": "consents",
    "keys": "keys",
    "backup": "backup",
    "restore": "backup",
    "db": "system",
    "config": "system",
    "topics": "topics",
    "notices": "notices",
    "register": "papers",
    "paper": "papers",
}


def command_line(command: str | None = None) -> typer.Typer:
    """Return the command line, with all commands or only those that stand beside `command`."""
    app = typer.Typer(
        name="regulars",
        epilog="Exit codes: 0 done; 1 refused or failed, with a sentence; 2 wrong usage; 3 a harvest ended "
        "without having read every stream whole; 4 it stopped at a budget and can go on; "
        "5 the key is missing; 130 stopped by Ctrl-C.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        add_completion=False,
    )
    app.callback()(regulars)
    known = MODULES.get(command or "")
    wanted = [known] if known else dict.fromkeys(MODULES.values())
    for each in wanted:
        import_module(f"console.cli.{each}").register(app)
    return app


def regulars() -> None:
    """Tell regular contacts from occasional ones, and let only regular ones be written to.

    Harvests the contacts of your own Facebook and X accounts through their official APIs.
    """


def main() -> None:
    """Run the command line; every error is one sentence on standard error."""
    hush_threads()
    collect_less_often()
    first = next((each for each in sys.argv[1:] if not each.startswith("-")), None)
    try:
        command_line(first)(prog_name="regulars")
    except (RetryLaterError, BadAnswerError) as error:
        _end(f"{error} Try again later; if it stays so, check the network and the platform's state.", 1)
    except RegularsError as error:
        _end(str(error), error.exit_code)
    except OSError as error:
        _end(_said(error), 1)
    except KeyboardInterrupt:
        _end("Stopped.", 130)
    except Exception as error:  # noqa: BLE001  # its own text may hold a name or a token: only the place is told
        _end(f"Regulars failed in its own code; nothing was lost. Report this line: {calls_of(error)}.", 1)
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
