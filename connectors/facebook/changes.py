"""One change of a page as a push tells it, and the acts that are made of it; pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from connectors.facebook import translate
from connectors.facebook.translate import is_id, moment_of
from connectors.pushes import Said, word_of
from connectors.quarantine import MalformedError
from domain.contact import ContactKey, Platform
from domain.push import Ended
from domain.signal import Signal, SignalKind

_BEGINS = frozenset({"add", "edit", "edited", "update", "follow"})
_ENDS = frozenset({"remove", "delete", "unfollow"})


class Change(NamedTuple):
    """One change of the page: its value, and when the entry that brought it was made."""

    page: str
    value: Mapping[str, Any]
    time: datetime

    @property
    def at(self) -> datetime:
        """When it happened: its own time where it shows one."""
        return moment_of(self.value, "created_time") or self.time

    @property
    def doer(self) -> dict[str, Any] | None:
        """Who did it, as a listing shows people; None where nobody is shown."""
        named = self.value.get("from")
        if isinstance(named, dict) and named.get("id") is not None:
            return {"id": id_of(named["id"]), "name": named.get("name")}
        for role in ("sender", "reviewer", "user", "follower"):
            if self.value.get(f"{role}_id") is not None:
                return {"id": id_of(self.value[f"{role}_id"]), "name": self.value.get(f"{role}_name")}
        return None

    @property
    def ended(self) -> bool:
        """Whether it takes something back; raises MalformedError for an unknown verb."""
        verb = self.value.get("verb")
        if verb in _ENDS:
            return True
        if verb in _BEGINS:
            return False
        raise MalformedError(f"a change with the unknown verb {word_of(verb)}")


def listed_in(listed: translate.Listed) -> Iterable[Signal]:
    """Return the acts of an answer that was made of a push; raises MalformedError for what was set aside."""
    for each in listed.rest.quarantined:
        raise MalformedError(each.reason)
    return listed.signals


def dated(said: Iterable[Signal] | None, at: datetime) -> Said:
    """Let acts begin at a moment, which their listing does not show."""
    return None if said is None else [each._replace(started_at=at) for each in said]


def ended_by(page: str, contact: str, kind: SignalKind, item: str, at: datetime) -> Said:
    """Return the end of one act of a person."""
    return [Ended(ContactKey(str(Platform.FACEBOOK), f"{page}:{contact}"), kind, item, at)]


def id_of(value: Any) -> str:
    """Return an id, which older pushes write as a number; raises MalformedError for anything else."""
    written = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if is_id(written):
        return written
    raise MalformedError("an id is no number")


def text_id(value: Mapping[str, Any], field: str) -> str:
    """Return the id of a post or a comment; raises MalformedError for anything else."""
    found = value.get(field)
    if isinstance(found, str) and found.replace("_", "").isdigit() and len(found) <= 200:
        return found
    raise MalformedError(f"{field} is no id with an underscore")
