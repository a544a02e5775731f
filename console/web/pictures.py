"""Pictures that were drawn lately: drawing one takes longer than all else that a page does."""

import time
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from fastapi import Response

if TYPE_CHECKING:
    from console.web.desk import Visit

#: How old a picture may be, in seconds; the table beside it is of now.
OLDEST_S = 60.0


class Sheet(NamedTuple):
    """What a picture is drawn for: the language of its words, its theme, `narrow` for a phone."""

    language: str
    dark: bool = False
    narrow: bool = False


class Pictures:
    """Keeps each chart for whoever asks for it next."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[tuple[str, Sheet], tuple[float, bytes]] = {}
        self._lock = Lock()

    def answer(self, visit: "Visit", draws: Callable[[Sheet], bytes]) -> Response:
        """Answer with a visit's chart, drawn where none is kept that is young enough.

        Whoever asks meanwhile waits for it: matplotlib is not made for threads.
        """
        sheet = Sheet(visit.language, visit.query.get("theme") == "dark", "narrow" in visit.query)
        with self._lock:
            until, drawn = self._kept.get((visit.path, sheet), (float("-inf"), b""))
            if self._clock() >= until:
                drawn = draws(sheet)
                self._kept[visit.path, sheet] = (self._clock() + OLDEST_S, drawn)
        return Response(drawn, media_type="image/svg+xml")
