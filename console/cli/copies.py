"""What commands say of copies: by when the last one is gone, and which files somebody must delete."""

from collections.abc import Sequence

from console.cli.words import note, shown
from store.written_files import BACKUP, Written, host


def tell_of(files: Sequence[Written]) -> None:
    """Tell which files hold people who have left, and which backups should be gone."""
    for leavers in (True, False):
        named = [each for each in files if (each.kind != BACKUP) == leavers]
        if named:
            why = "hold people who have left" if leavers else "are backups whose date is over"
            note(f"{len(named)} files {why}; delete them, or export anew: {listed(named)}.")


def listed(files: Sequence[Written]) -> str:
    """Write where files lie, with the machine where it is another one."""
    return ", ".join(
        shown(str(each.path)) + ("" if each.host == host() else f" (on {shown(each.host)})") for each in files
    )
