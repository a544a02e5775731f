"""How commands are told of which contact."""

from typing import Annotated

import typer

from domain.contact import ContactKey
from domain.errors import RegularsError

Key = Annotated[
    str,
    typer.Argument(
        metavar="KEY", help="A contact's key, such as twitter:123; - reads it from standard input."
    ),
]


def key_of(text: str) -> ContactKey:
    """Read a key, or the key on standard input; raises RegularsError for anything else."""
    written = typer.get_text_stream("stdin").readline() if text == "-" else text
    try:
        return ContactKey.parse(written)
    except ValueError as error:
        raise RegularsError(str(error)) from None
