"""Heed: before anything is written of people, whoever objected is left out, and whoever objects now goes."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from classifier.stopping import is_stop
from config.suppression import Suppressor
from domain.contact import ContactKey
from domain.signal import Signal, SignalKind
from pipeline.suppress import suppress
from store import suppressions
from store.messaging import Step

#: A comment that says "stop" is no objection: only a message is written to us alone.
_MAY_OBJECT = (SignalKind.MESSAGED, SignalKind.OBJECTED)


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

    Takes three small statements a page. Whoever is known by a name alone is from now on known by their id
    too, and goes where stored. Run it through `Database.transact`: pages with such names may wait for others.
    """
    if not acts:
        return Heeded([], [], [])
    stops = {each.contact: each for each in acts if each.kind in _MAY_OBJECT and objects(each)}
    steps = []
    if stops:
        suppressions.take(connection)
        steps = suppress(connection, stops, "said_stop", suppressor, now=now)
    else:
        suppressions.share(connection)
    others = [each for each in acts if each.contact not in stops] if stops else acts
    met, unknown = _met(connection, others, suppressor)
    if unknown:
        suppressions.take(connection)
        steps += suppress(connection, unknown, "met_again", suppressor, now=now)
    kept = [each for each in others if each.contact not in met]
    return Heeded(kept, steps, sorted({*stops, *unknown}))


def objects(act: Signal) -> bool:
    """Tell whether an act is an objection, in whatever form."""
    if act.kind is SignalKind.MESSAGED:
        return act.text is not None and is_stop(act.text)
    return act.kind is SignalKind.OBJECTED


def _met(
    connection: Connection, acts: Sequence[Signal], suppressor: Suppressor
) -> tuple[set[ContactKey], set[ContactKey]]:
    """Return whose acts are of the suppressed, and who of these are not known by their id."""
    shown = list({each.contact for each in acts})
    # Every name that is shown: the same person may have changed it between two acts.
    named = [(each.contact, each.profile.handle) for each in acts if each.profile and each.profile.handle]
    if len(named) > len(shown):
        named = list({*named})
    keys = [*shown, *(key for key, _ in named)]
    values = suppressor.raw([*shown, *[(f"handle:{key[0]}", handle) for key, handle in named]])
    perhaps = suppressions.sieved(connection, values, suppressor.sieve)
    places = suppressions.places_among(connection, values, perhaps)
    by_id = {keys[each] for each in places if each < len(shown)}
    met = {keys[each] for each in places}
    return met, met - by_id
