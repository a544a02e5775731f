"""The files of the checkout that would be committed, for tests that read them as text."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: The top-level folders of ours that are importable.
PACKAGES = (
    "domain", "classifier", "config", "connectors", "store", "pipeline", "exports", "workers", "console",
    "simulator",
)  # fmt: skip
#: Where there is no git: folders that hold nothing of ours.
_MADE = {".venv", ".git", "build", "dist", "data", "demo", "__pycache__"}


@cache
def committed() -> tuple[Path, ...]:
    """List every file that is, or on the next commit would be, in the repository."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout
        found = [ROOT / each for each in listed.split("\0") if each]
    except (OSError, subprocess.CalledProcessError):
        found = [each for each in ROOT.rglob("*") if not _is_made(each)]
    return tuple(sorted(each for each in found if each.is_file()))


def name(path: Path) -> str:
    """Return a path as it stands in the repository."""
    return path.relative_to(ROOT).as_posix()


def text_of(path: Path) -> str:
    """Read a committed file as text; what is no text reads as nothing."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def modules(*folders: str) -> tuple[Path, ...]:
    """List the Python files below top-level folders."""
    return tuple(each for each in committed() if each.suffix == ".py" and name(each).split("/")[0] in folders)


def _is_made(path: Path) -> bool:
    parts = set(path.relative_to(ROOT).parts)
    return bool(parts & _MADE) or any(each.endswith((".egg-info", "_cache")) for each in parts)
