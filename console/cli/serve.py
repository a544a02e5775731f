"""`regulars serve`: the console."""

from pathlib import Path
from typing import Annotated

import typer

from console.cli.start import runtime


def register(root: typer.Typer) -> None:
    """Add the command to the command line."""
    root.command()(serve)


def serve(
    host: Annotated[
        str,
        typer.Option(help="Address to listen on; before any but this machine's a proxy with HTTPS stands."),
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.", min=0, max=65535)] = 8090,
    ready_file: Annotated[
        Path | None, typer.Option(help="Written once it listens: the console's address as JSON.")
    ] = None,
) -> None:
    """Serve the console until Ctrl-C: what needs you, accounts, harvests, queues, contacts, rights.

    Nobody can sign in before there is a user: `regulars user add NAME --role admin`.
    """
    from console.web.server import serve as serve_console  # noqa: PLC0415  # only this command needs a web server

    serve_console(runtime(), host, port, ready_file)
