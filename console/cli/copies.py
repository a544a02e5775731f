"""What commands say of copies: by when the last one is gone, and which files somebody must delete."""

from collections.abc import Sequence

from console.cli.words import note
from console.visible import shown
from store.written_files import BACKUP, ENDING, REJECTS, Written, host

#: Why files must go: those of a kind that ends, and all others.
_WHY = {
    "": "hold people who have left",
    BACKUP: "are backups whose date is over",
    REJECTS: "are rows that were rejected, and their date is over",
}


def tell_of(files: Sequence[Written]) -> None:
    """Tell which files hold people who have left, and which backups and rejects should be gone."""
    for kind, why in _WHY.items():
        named = [each for each in files if (each.kind if each.kind in ENDING else "") == kind]
        if named:
            note(f"{len(named)} files {why}; delete them, or export anew: {listed(named)}.")


def listed(files: Sequence[Written]) -> str:
    """Write where files lie, with the machine where it is another one."""
    return ", ".join(
        shown(str(each.path)) + ("" if each.host == host() else f" (on {shown(each.host)})") for each in files
    )
