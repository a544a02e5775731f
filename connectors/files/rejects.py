"""Rejects: the rows of a list that are no sign-ups, with reasons, in a file of their own beside it."""

import csv
import io
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from connectors.files.sign_up_list import Reject
from domain.errors import RegularsError

_MOST = 1_000
#: What a spreadsheet would carry out (OWASP, CSV injection); a number or a phone is none of it.
_FORMULA = re.compile(r"[=@\t\r]|[+-](?![\d .()]*\Z)")


def harmless(cells: Iterable[str]) -> list[str]:
    """Return cells as a spreadsheet may open them: nothing in them is carried out."""
    return [f"'{each}" if _FORMULA.match(each) else each for each in cells]


class RejectsFile:
    """Writes rejects; made with the first of them, for its owner alone, and never over another file."""

    def __init__(self, listed: Path, columns: Sequence[str]) -> None:
        self.count = 0
        self.path: Path | None = None
        self._listed = listed
        self._columns = columns
        self._file: io.TextIOWrapper | None = None

    def add(self, reject: Reject) -> None:
        """Write one; raises RegularsError where no file can be made."""
        if self._file is None:
            self._file = self._made()
            self._write("row", "reason", *self._columns)
        self._write(str(reject.row.number), reject.reason, *reject.row.cells)
        self.count += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file:
            self._file.close()

    def _write(self, *cells: str) -> None:
        if self._file:
            csv.writer(self._file).writerow(harmless(cells))

    def _made(self) -> io.TextIOWrapper:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
        for number in range(1, _MOST):
            again = f"-{number}" if number > 1 else ""
            path = self._listed.with_name(f"{self._listed.stem}.rejects{again}.csv")
            try:
                made = os.open(path, flags, 0o600)
            except FileExistsError:
                continue
            except OSError as error:
                raise RegularsError(
                    f"The rejects cannot be written beside the list ({error.strerror}); copy it to where "
                    "you may write."
                ) from error
            self.path = path
            return io.TextIOWrapper(io.FileIO(made, "w"), "utf-8-sig", newline="")
        raise RegularsError("There are too many files of rejects beside the list; delete those of before.")
