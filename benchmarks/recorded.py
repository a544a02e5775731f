"""What benchmarks share: results that a later call goes on from, peaks of memory, and their place in docs."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

Figures = dict[str, Any]


class Results:
    """What was measured, by its name; each is kept in a file at once where one is given."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        lines = path.read_text(encoding="utf-8").splitlines() if path and path.exists() else []
        self.known: dict[str, Figures] = dict(json.loads(each) for each in lines)

    def once(self, what: str, measure: Callable[[], Figures]) -> Figures:
        """Measure something unless it is known."""
        if what not in self.known:
            self.known[what] = measure()
            print(what, json.dumps(self.known[what]), flush=True)
            if self._path:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                with self._path.open("a", encoding="utf-8") as file:
                    file.write(json.dumps([what, self.known[what]]) + "\n")
        return self.known[what]


def peak_mb() -> float:
    """Return the most memory that this process had since `forget_peak`."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    (line,) = [each for each in lines if each.startswith("VmHWM:")]
    return int(line.split()[1]) / 1024


def forget_peak() -> None:
    """Let the kernel forget the peak: a process begins with that of the one that started it."""
    Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Write rows as a table of Markdown."""
    return [f"| {' | '.join(each)} |" for each in (columns, ["---"] * len(columns), *rows)]


def write_between(page: Path, name: str, lines: Sequence[str]) -> None:
    """Put lines between a benchmark's two marks in a page; raises ValueError where the marks are missing."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, found, rest = page.read_text(encoding="utf-8").partition(begin)
    _, also, after = rest.partition(end)
    if not (found and also):
        raise ValueError(f"{page.name} has no place for {name}: put {begin} and {end} there.")
    page.write_text("\n".join([before + begin, "", *lines, "", end + after]), encoding="utf-8")
