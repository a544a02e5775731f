"""`regulars verify-consumer`: a kit for those who write a consumer of the feed."""

from collections.abc import Sequence
from typing import Annotated

import typer

from console.cli.words import note, out, print_json
from console.verifying.address import Address
from console.verifying.command import Command
from console.verifying.consumer import Consumer
from console.verifying.kit import Result, verify
from console.verifying.scenarios import NAMES, SCENARIOS, Scenario
from console.visible import shown
from domain.errors import RegularsError

_STATES = {True: "passed", False: "FAILED", None: "skipped"}


def register(root: typer.Typer) -> None:
    """Add the command to the command line."""
    root.command("verify-consumer")(verify_consumer)


def verify_consumer(
    url: Annotated[
        str | None,
        typer.Argument(
            metavar="URL",
            help="Where the consumer listens: POST URL/sync with {url, token} lets it read to the end, "
            "GET URL/contacts tells whom it holds.",
        ),
    ] = None,
    command: Annotated[
        str | None,
        typer.Option(
            help='The consumer as a command, such as "python mirror.py held.json": it reads to the end and '
            "ends with 0; with --dump added it prints whom it holds."
        ),
    ] = None,
    scenario: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Only this one, as docs/consumers.md lists them; may be given again."
        ),
    ] = None,
    time_out: Annotated[
        float, typer.Option(help="Seconds that one reading of the consumer may take.", min=1)
    ] = 60,
    json: Annotated[bool, typer.Option("--json", help="One object a line, one for each scenario.")] = False,
) -> None:
    """Try a consumer of /v1 against invented people, and say what it does wrong and how to mend it.

    A feed of its own listens on this machine, with a token of its own; nothing of your installation is read.
    A command gets CONSUMER_URL and CONSUMER_TOKEN in its environment. Whom it holds it tells as one JSON
    object a line: contact_key, display_name, and do_not_contact (true) where it keeps only that mark. Give it
    a store that is empty: what it holds is replaced. docs/consumers.md has the whole and an example.
    """
    consumer = _consumer(url, command, time_out)
    wanted = _wanted(scenario or NAMES)
    failed = 0
    for each in verify(consumer, wanted):
        failed += each.passed is False
        if json:
            print_json(_told(each))
        else:
            _print(each)
    if failed:
        raise RegularsError(
            f"{failed} of {len(wanted)} scenarios failed; --scenario NAME tries one alone once it is mended."
        )
    note(f"Of {len(wanted)} scenarios none failed.")


def _consumer(url: str | None, command: str | None, time_out_s: float) -> Consumer:
    if (url is None) == (command is None):
        raise typer.BadParameter("Name the consumer by its address or by --command, one of both.")
    return Address(url, time_out_s) if url is not None else Command.of(command or "", time_out_s)


def _wanted(names: Sequence[str]) -> list[Scenario]:
    unknown = [each for each in names if each not in NAMES]
    if unknown:
        raise typer.BadParameter(f"There is no scenario {unknown[0]}; there are {', '.join(NAMES)}.")
    return [each for each in SCENARIOS if each.name in names]


def _print(result: Result) -> None:
    out.print(f"{_STATES[result.passed]:<8}{result.scenario.name:<20}{result.scenario.what}", soft_wrap=True)
    if result.said:
        out.print(shown(f"{'':8}{result.said}"), soft_wrap=True)


def _told(result: Result) -> dict[str, object]:
    return {
        "scenario": result.scenario.name,
        "what": result.scenario.what,
        "passed": result.passed,
        "said": result.said,
        "took_s": round(result.took_s, 3),
    }
