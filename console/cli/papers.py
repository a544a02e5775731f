"""`regulars register` and `paper`: what the law wants in writing, filled in as far as the software knows."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

import typer

from config.papers import PAPERS, PaperError, require, write
from console.cli.controller import controller_of
from console.cli.start import runtime
from console.pages.document import document
from pipeline.paper import paper_facts
from workers.runtime import utc_now

#: « not later than 72 hours after having become aware of it » (GDPR art. 33(1)).
TO_NOTIFY = timedelta(hours=72)


class Form(StrEnum):
    """How a paper is written."""

    MD = "md"
    HTML = "html"


Language = Annotated[str, typer.Option(help="fr or en.")]
Format = Annotated[Form, typer.Option("--format", help="md for an editor, html for a browser or a printer.")]


def register(root: typer.Typer) -> None:
    """Add the commands to the command line."""
    root.command("register")(record)
    root.command("paper")(paper)


def record(language: Language = "fr", form: Format = Form.MD) -> None:
    """Write the record of processing activities (GDPR art. 30) from what is configured and stored.

    Counts only, nobody's identity. What only people can decide is marked as to be filled in; the security
    measures are those that are really in force.
    """
    _print("register", language, form)


def paper(
    name: Annotated[
        str,
        typer.Argument(metavar="PAPER", help=f"{', '.join(each for each in PAPERS if each != 'register')}."),
    ],
    language: Language = "fr",
    form: Format = Form.MD,
    noticed_at: Annotated[
        datetime | None,
        typer.Option(
            help="With breach: when it was noticed, in UTC; the paper then says when the 72 hours end.",
            formats=["%Y-%m-%dT%H:%M"],
        ),
    ] = None,
) -> None:
    """Begin a paper: impact assessment, list of processors, record of targeting, checklist for a breach.

    Filled in as far as this installation knows; a person completes it.
    """
    if noticed_at and name != "breach":
        raise PaperError("Only the paper breach knows --noticed-at; leave it out.")
    moments: dict[str, str | None] = {"noticed_at": None, "authority_by": None}
    if noticed_at:
        noticed = noticed_at.replace(tzinfo=UTC)
        moments = {"noticed_at": _said(noticed), "authority_by": _said(noticed + TO_NOTIFY)}
    _print(name, language, form, **moments)


def _said(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")


def _print(name: str, language: str, form: Form, **more: Any) -> None:
    require(name, language)
    open_runtime = runtime()
    settings = open_runtime.settings
    with open_runtime.database.read() as connection:
        policy = open_runtime.policy_in_force(connection)
        facts = paper_facts(connection, settings, controller_of(settings), policy, language, now=utc_now())
    written = write(name, {**facts, **more}, language)
    typer.echo(written if form is Form.MD else document(written, language), nl=False)
