"""`regulars doctor`: what is missing before people may be collected lawfully, and what to do about it."""

from typing import Annotated

import typer

from console.cli.start import settings
from console.cli.words import out, print_json, print_table
from console.examination import Finding, examine
from domain.errors import RegularsError


class NotHealthyError(RegularsError):
    """Raised where something that is required is missing."""


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(doctor)


def doctor(json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False) -> None:
    """Say what is missing: controller, pack, notice, keys, retention, papers, queue server, schema.

    Exit code 1 where something that is required is missing. Papers and choices are required only where a
    real platform is read, not where all are simulated on this machine. Nothing is asked of a platform: of the
    notice's address in a profile the last look is told.
    """
    found = examine(settings())
    if json:
        for each in found:
            print_json(
                {
                    "what": each.what,
                    "state": each.state,
                    "required": each.required,
                    "found": each.found,
                    "advice": each.advice,
                }
            )
    else:
        print_table(("what", "state", "found", "what to do"), (_row(each) for each in found))
    lacking = [each.what for each in found if each.required and not each.fine]
    if lacking:
        raise NotHealthyError(f"Missing and required: {', '.join(lacking)}.")
    if not json:
        out.print("Nothing that is required is missing.")


def _row(finding: Finding) -> tuple[str, str, str, str]:
    return finding.what, finding.state, finding.found, "" if finding.fine else finding.advice
