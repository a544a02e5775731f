"""`regulars pages`: the pages for everybody."""

from pathlib import Path
from typing import Annotated

import typer

from console.cli.start import runtime


def register(root: typer.Typer) -> None:
    """Add the command to the command line."""
    root.command()(pages)


def pages(
    host: Annotated[
        str, typer.Option(help="Address to listen on; a proxy with HTTPS stands before it.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.", min=0, max=65535)] = 8091,
    ready_file: Annotated[
        Path | None, typer.Option(help="Written once it listens: the addresses of the pages as JSON.")
    ] = None,
) -> None:
    """Serve the pages for everybody until Ctrl-C: objecting, one-click links, signing up.

    Signing up opens with REGULARS_CONTROLLER_NAME and REGULARS_PUBLIC_URL; see docs/pages.md.
    """
    from console.pages.server import serve  # noqa: PLC0415  # only this command needs a web server

    serve(runtime(), host, port, ready_file)
