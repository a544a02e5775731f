"""Heed: before anything is written of people, whoever objected is left out, and whoever objects now goes."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from classifier.stopping import is_stop
from config.suppression import Suppressor
from domain.contact import ContactKey
from domain.signal import Signal, SignalKind
from pipeline.objections import hold_to
from pipeline.suppress import suppress
from store import suppressions
from store.messaging import Step

#: What people write to us alone; a comment that says "stop" is none of it.
_TO_US = frozenset({SignalKind.MESSAGED})


class Heeded(NamedTuple):
    """The acts of whoever did not object; the removals of those who just did, and who they are.

    The removals are to be published, and of `gone` what the journal says is to go, last of all.
    """

    acts: list[Signal]
    steps: list[Step]
    gone: list[ContactKey]


def heeded(
    connection: Connection, acts: Sequence[Signal], suppressor: Suppressor, *, now: datetime
) -> Heeded:
    """Leave out whoever objected, and let whoever objects now go.

    Takes one statement a page, and one more where somebody is met. Whoever is known by a name alone is from
    now on known by their id, too, and goes where they are held. Run it through `Database.transact`: two
    pages that meet such names at once may wait for each other.
    """
    if not acts:
        return Heeded([], [], [])
    stops = {each.contact: each for each in acts if objects(each)}
    steps = []
    if stops:
        suppressions.take(connection)
        steps = suppress(connection, stops, "said_stop", suppressor, now=now)
    else:
        suppressions.share(connection)
    people = {each.contact: each for each in acts if each.contact not in stops}
    values = {value: key for key, act in people.items() for value in _values(key, act, suppressor)}
    found = suppressions.among(connection, values)
    met = {values[each] for each in found}
    by_name = {each for each in met if suppressor.value(*each) not in found}
    if met:
        of_ids = [suppressor.value(*key) for key in met]
        hold_to(connection, of_ids, "met_again", suppressor, now=now)
    if by_name:  # who is held without a name was not found when the name objected
        suppressions.take(connection)
        steps += suppress(connection, by_name, "met_again", suppressor, now=now)
    kept = [each for each in acts if each.contact not in stops and each.contact not in met]
    return Heeded(kept, steps, sorted({*stops, *by_name}))


def objects(act: Signal) -> bool:
    """Tell whether an act is an objection, in whatever form."""
    if act.kind is SignalKind.OBJECTED:
        return True
    return act.kind in _TO_US and act.text is not None and is_stop(act.text)


def _values(key: ContactKey, act: Signal, suppressor: Suppressor) -> Iterable[str]:
    yield suppressor.value(*key)
    if act.profile and act.profile.handle:
        yield suppressor.value(f"handle:{key.platform}", act.profile.handle)
