"""Pictures that were drawn lately: drawing one takes longer than all else that a page does."""

import time
from collections.abc import Callable
from threading import Lock, Thread
from typing import TYPE_CHECKING, NamedTuple

from fastapi import Response

if TYPE_CHECKING:
    from console.web.desk import Visit

#: How old a picture may be before it is drawn anew, and how old before somebody waits for that, in seconds;
#: the table beside it is of now.
OLDEST_S, STALEST_S = 60.0, 300.0


class Sheet(NamedTuple):
    """What a picture is drawn for: the language of its words, its theme, `narrow` for a phone."""

    language: str
    dark: bool = False
    narrow: bool = False


class Pictures:
    """Keeps each chart for whoever asks for it next."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        #: When each was drawn, and what; replaced whole, so it is read without the lock.
        self._kept: dict[tuple[str, Sheet], tuple[float, bytes]] = {}
        #: matplotlib is not made for threads.
        self._pen = Lock()
        self._ahead: set[tuple[str, Sheet]] = set()

    def answer(self, visit: "Visit", draws: Callable[[Sheet], bytes]) -> Response:
        """Answer with a visit's chart; one that has grown old is shown while a thread draws the next.

        Where none is kept, or one that is too old, whoever asks waits for it.
        """
        sheet = Sheet(visit.language, visit.query.get("theme") == "dark", "narrow" in visit.query)
        key = (visit.path, sheet)
        drawn, age = self._newest(key)
        if age >= STALEST_S:
            drawn = self._draw(key, draws)
        elif age >= OLDEST_S and key not in self._ahead:
            self._ahead.add(key)
            Thread(target=self._draw_ahead, args=(key, draws), name="pictures", daemon=True).start()
        return Response(drawn, media_type="image/svg+xml")

    def _newest(self, key: tuple[str, Sheet]) -> tuple[bytes, float]:
        drawn_at, drawn = self._kept.get(key, (float("-inf"), b""))
        return drawn, self._clock() - drawn_at

    def _draw(self, key: tuple[str, Sheet], draws: Callable[[Sheet], bytes]) -> bytes:
        with self._pen:
            drawn, age = self._newest(key)  # another may have drawn it meanwhile
            if age >= OLDEST_S:
                begun = self._clock()
                drawn = draws(key[1])
                self._kept[key] = (begun, drawn)
        return drawn

    def _draw_ahead(self, key: tuple[str, Sheet], draws: Callable[[Sheet], bytes]) -> None:
        try:
            self._draw(key, draws)
        finally:
            self._ahead.discard(key)
