"""What the reading of every platform's pushes shares."""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from connectors.quarantine import MalformedError, Translated, shape_of
from domain.batch import Quarantined
from domain.push import Ended, Heard, Told
from domain.signal import Signal

#: What one item of a push says: acts that began or ended, none where it is no act; None where the
#: author is not shown.
Said = Sequence[Signal | Ended] | None

_WORD = re.compile(r"[A-Za-z_.]{1,40}")


class Collected:
    """What was heard so far of one push."""

    def __init__(self) -> None:
        self.told: defaultdict[str, Told] = defaultdict(Told)
        self.unknown: list[Quarantined] = []
        self.left = 0
        self.unattributed = 0

    def add(self, account: str, read: Translated[Sequence[Signal | Ended]]) -> None:
        """Add what items said of one account."""
        self.unknown += read.quarantined
        self.unattributed += read.unattributed
        for said in read.values:
            self.left += not said
            for each in said:
                if isinstance(each, Ended):
                    self.told[account].ended.append(each)
                else:
                    self.told[account].began.append(each)

    def refuse(self, reason: str, item: Any) -> None:
        """Set aside what could not be read."""
        self.unknown.append(Quarantined(reason, shape_of(item)))

    def heard(self) -> Heard:
        """Return it all."""
        return Heard(dict(self.told), tuple(self.unknown), self.left, self.unattributed)


def heard_of(body: bytes, read: Callable[[Collected, dict[str, Any]], None]) -> Heard:
    """Hear a push: `read` collects what its JSON object says; one that is none is set aside."""
    found = Collected()
    try:
        push = object_of(body)
    except MalformedError as error:
        found.refuse(str(error), None)
    else:
        read(found, push)
    return found.heard()


def object_of(body: bytes) -> dict[str, Any]:
    """Read a push's JSON; raises MalformedError where it is no object."""
    try:
        push = json.loads(body)
    except (ValueError, RecursionError):
        raise MalformedError("the push is no JSON") from None
    if not isinstance(push, dict):
        raise MalformedError("the push is no JSON object")
    return push


def word_of(value: Any) -> str:
    """Return a word of the platform's own vocabulary, "?" for anything that might be somebody's text."""
    return value if isinstance(value, str) and _WORD.fullmatch(value) else "?"
