"""Planted bugs, each in one place of the product: the laws must find every one of them."""

from collections.abc import Callable
from typing import Any, NamedTuple

import config.identifiers
import connectors.pushes
from domain.admission import Admission
from domain.signal import SignalKind
from pipeline import (
    admit,
    backup,
    brake,
    expire,
    harvest,
    heed,
    joining,
    objections,
    push,
    put_aside,
    reclassify,
    redecide,
    replay,
    rotate,
    signing_up,
)
from pipeline.heed import Heeded
from pipeline.replay import Replayed
from store import erasing, expiring, journal, messaging, narrowing, suppressions

#: Makes the faulty function of the sound one.
Spoil = Callable[[Any], Any]


class Mutant(NamedTuple):
    """A planted bug: where it lies, and what stands there instead."""

    name: str
    place: Any
    function: str
    spoil: Spoil


def _gives(value: Any) -> Spoil:
    return lambda _: lambda *_args, **_options: value


def _passes_follows(sound: Any) -> Any:
    """Look at no page of a roster."""

    def heeded(connection: Any, acts: Any, suppressor: Any, *, now: Any) -> Heeded:
        listed = [each for each in acts if each.kind is SignalKind.FOLLOWS]
        rest = [each for each in acts if each.kind is not SignalKind.FOLLOWS]
        done = sound(connection, rest, suppressor, now=now)
        return done._replace(acts=[*listed, *done.acts])

    return heeded


def _lifts(_: Any) -> Any:
    """Take whoever is seen again for one who came back."""

    def heeded(connection: Any, acts: Any, suppressor: Any, *, now: Any) -> Heeded:
        objections.lift(
            connection, suppressor.values({each.contact for each in acts}), "s", suppressor, now=now
        )
        return Heeded(list(acts), [], [])

    return heeded


def _by_id_alone(sound: Any) -> Any:
    return lambda connection, keys, reason, *rest, **more: (
        [] if reason == "met_again" else sound(connection, keys, reason, *rest, **more)
    )


def _epoch_alone(_: Any) -> Any:
    def replayed(database: Any, *_args: Any, **_options: Any) -> Replayed:
        database.transact(messaging.open_epoch)
        return Replayed(0, 0, 0, 0)

    return replayed


def _no_removals(sound: Any) -> Any:
    return lambda connection, steps, **more: sound(
        connection, [each for each in steps if each.op != "remove"], **more
    )


def _shows_all(sound: Any) -> Any:
    """Show whoever comes in, and whatever is said of them, before any gate was asked."""

    def shown(connection: Any, steps: Any, *, now: Any) -> Any:
        sound(connection, steps, now=now)
        return steps

    return shown


def _tells_no_upsert(sound: Any) -> Any:
    """Let in, and tell nobody."""

    def step(inside: Any, said: Any) -> Any:
        told = sound(inside, said)
        return told if told is None or told.op == "remove" else None

    return step


def _told_no_removal(sound: Any) -> Any:
    return lambda *args, **more: [each for each in sound(*args, **more) if each.op != "remove"]


def _passes_over(*rules: str) -> Spoil:
    def spoil(sound: Any) -> Any:
        return lambda connection, name, *rest, **more: (
            [] if name in rules else sound(connection, name, *rest, **more)
        )

    return spoil


def _name_stays(sound: Any) -> Any:
    return lambda each, policy, now: sound(each, policy, now)._replace(profile=each.known.profile)


def _at_any_time(sound: Any) -> Any:
    return lambda *args, **more: sound(*args, **{**more, "before": None})


def _as_written(_: Any) -> Any:
    return lambda written: written


def _whole(_: Any) -> Any:
    return repr


def _only_the_name(_: Any) -> Any:
    """Strip a contact, and leave it with its acts."""

    def erase(connection: Any, contact_ids: Any) -> int:
        ids = list(contact_ids)
        stripped = "UPDATE contacts SET handle = NULL, display_name = NULL, label = 'none' WHERE id = :id"
        for each in ids:
            erasing.run(connection, stripped, id=each)
        return len(ids)

    return erase


#: The table. `expire` skips one rule in each of its lines.
MUTANTS = [
    Mutant("rosters are not checked", harvest, "heeded", _passes_follows),
    Mutant(
        "pushes are not checked",
        push,
        "heeded",
        lambda _: lambda _c, acts, *_a, **_o: Heeded(list(acts), [], []),
    ),
    Mutant("kept pushes are not looked through", put_aside, "_naming", _gives(set())),
    Mutant("shapes hold content", connectors.pushes, "shape_of", _whole),
    Mutant("nobody is ever met", suppressions, "among", _gives(set())),
    Mutant("the handle is not suppressed beside the id", erasing, "identifiers", _gives([])),
    Mutant("names are compared as they are written", config.identifiers, "_handle", _as_written),
    Mutant("who is met by name alone stays", heed, "suppress", _by_id_alone),
    Mutant("stop is not heard", heed, "is_stop", _gives(False)),
    Mutant("a rotation wraps nothing", suppressions, "wrap", _gives(0)),
    Mutant("a rotation leaves the ledger without its key", rotate, "write_down", _gives(None)),
    Mutant("nothing is written into the ledger", objections, "write_down", _gives(None)),
    Mutant("a restore does not replay the ledger", backup, "replay", _epoch_alone),
    Mutant("a restore erases nobody", replay, "sweep", _gives(0)),
    Mutant("a restore opens no epoch", messaging, "open_epoch", _gives("")),
    Mutant("a restore does not expire", backup, "expire", _gives({})),
    Mutant("a start leaves what the journal says", replay, "_forget_entries", _gives(None)),
    Mutant("expire skips texts", expiring, "due", _passes_over("texts")),
    Mutant("expire skips notices", expiring, "due", _passes_over("notices")),
    Mutant("expire skips occasional contacts", expiring, "due", _passes_over("occasional_contacts")),
    Mutant("expire skips contacts that ended", expiring, "due", _passes_over("ended_contacts")),
    Mutant("expire skips acts", expiring, "due", _passes_over("acts")),
    Mutant("expire skips the inactive", expiring, "due", _passes_over("sign_ups", "inactive_contacts")),
    Mutant("expire skips the journal", expiring, "due", _passes_over("journal")),
    Mutant("a tombstone stays with its key", expiring, "forget_steps", _gives(None)),
    Mutant("decisions outlive their act", expire, "_found_anew", _gives(None)),
    Mutant("removals write no step", messaging, "publish", _no_removals),
    Mutant("a walk tells no removal", brake, "redecide", _told_no_removal),
    Mutant("a push tells no removal", push, "redecide", _told_no_removal),
    Mutant("erasing leaves the acts", erasing, "erase", _only_the_name),
    Mutant("erasing leaves the steps", erasing, "forget_steps", _gives(None)),
    Mutant("the journal forgets nobody", journal, "forget", _gives(0)),
    Mutant("another pack keeps whom it only counts", narrowing, "count_instead", _gives(set())),
    Mutant("another pack keeps names", reclassify, "_drop_names", _gives([])),
    Mutant("another pack keeps texts", narrowing, "forget_texts", _gives(None)),
    Mutant("a name stays when its act is over", redecide, "_relabelled", _name_stays),
    Mutant("the gates admit everybody", admit, "admit", _gives(Admission(()))),
    Mutant("the feed shows whom no gate admitted", messaging, "_shown", _shows_all),
    Mutant("an admission takes no number", admit, "_step", _tells_no_upsert),
    Mutant("a changed record is told to nobody", messaging, "_admitted", _gives(set())),
    Mutant("a harvest lifts", harvest, "heeded", _lifts),
    Mutant("a list lifts", signing_up, "_suppressed", _gives(set())),
    Mutant("an old link lifts", joining, "lift", _at_any_time),
]
