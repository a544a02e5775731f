"""Files of anchors: a line each, which tells a number and a link of the journal."""

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from console.cli.words import iso
from domain.errors import RegularsError
from domain.journal import JournalError
from domain.journal_proof import Anchor


def anchors_in(path: Path) -> list[Anchor]:
    """Read the anchors of a file; raises JournalError where a line is none, or where there is none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RegularsError(
            f"The anchors in {path} cannot be read; name the file that holds them."
        ) from error
    found = [_anchor(line, f"{path}, line {number}") for number, line in enumerate(lines, 1) if line.strip()]
    if not found:
        raise JournalError(f"{path} holds no anchor, so it can prove nothing.")
    return found


def add_anchor(path: Path, anchor: Anchor, *, now: datetime) -> None:
    """Add an anchor to a file; those that it holds stay, for they vouch for what came before."""
    written = {"entry": anchor.seq, "link": anchor.link.hex(), "at": iso(now)}
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(written) + "\n")


def _anchor(line: str, place: str) -> Anchor:
    try:
        read = json.loads(line)
        return Anchor(int(read["entry"]), bytes.fromhex(read["link"]))
    except (ValueError, TypeError, KeyError) as error:
        raise JournalError(
            f"{place} is no anchor; give a file that `regulars journal anchor` wrote."
        ) from error


def known(path: Path) -> Iterable[Anchor]:
    """Return the anchors of a file that may not be there yet."""
    return anchors_in(path) if path.exists() and path.stat().st_size else ()
