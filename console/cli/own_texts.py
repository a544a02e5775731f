"""Texts for trying terms: those of a file, or those that are stored and may still be read."""

import json
from pathlib import Path

from console.cli.acting import reading
from console.cli.start import runtime
from domain.errors import RegularsError
from domain.journal import Act
from store import texts
from workers.runtime import utc_now

#: So many stored texts are taken at most.
MOST = 20_000


def texts_of(path: Path | None) -> list[str]:
    """Read texts one a line, or JSON lines with `text`; without a path, those that are stored."""
    found = _stored() if path is None else _in_file(path)
    if not found:
        raise RegularsError(
            "There is no text to look in: harvest first, or name a file of texts with --texts."
            if path is None
            else f"{path} holds no text."
        )
    return found


def _stored() -> list[str]:
    with reading(runtime().database, Act.TEXTS_READ) as connection:
        return texts.readable(connection, MOST, now=utc_now())


def _in_file(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return [_text(line, f"{path}, line {number}") for number, line in enumerate(lines, 1) if line.strip()]


def _text(line: str, place: str) -> str:
    if not line.startswith("{"):
        return line
    try:
        text = json.loads(line)["text"]
    except (ValueError, KeyError) as error:
        raise RegularsError(f'{place}: a line that begins with {{ must be JSON with "text".') from error
    if not isinstance(text, str):
        raise RegularsError(f'{place}: "text" must be a text.')
    return text
