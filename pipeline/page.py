"""One page of acts into the store: labels are decided before anything is written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from classifier import keeping
from classifier.notices import due_at
from classifier.policy import Policy, Rule
from domain.admission import OverrideFacts
from domain.contact import Profile
from domain.label import Label
from domain.signal import Signal
from pipeline import halting
from pipeline.withhold import seen_again
from store import contacts, decisions, interests, messaging, notices, overrides, signals, texts
from store.contacts import Fresh, Known, Relabelled
from store.decisions import Carried
from store.messaging import Step
from store.signals import Act

NO_PROFILE = Profile(None, None)


@dataclass(slots=True)
class Written:
    """What a page did: its contacts, whom it made regular or occasional, and the feed's steps to publish.

    `began` counts its contacts with an act that is new or began again.
    """

    contact_ids: list[int] = field(default_factory=list)
    began: int = 0
    regular: int = 0
    occasional: int = 0
    steps: list[Step] = field(default_factory=list)


class _Person(NamedTuple):
    """A contact of the page: the act and rule that count most, and the profile that may be kept.

    `lowered` is the operator's word that holds its label down.
    """

    label: Label
    signal: Signal
    rule: Rule
    profile: Profile
    lowered: OverrideFacts | None = None


def write_page(
    connection: Connection, account: tuple[int, str], acts: Sequence[Signal], policy: Policy, *, now: datetime
) -> Written:
    """Store screened acts towards an account (id, platform) and what follows from them.

    Everything is a set statement, whatever the number of acts; the steps are not yet published.
    """
    account_id, platform = account
    written = Written()
    if not acts:
        return written
    people = _people(acts, policy)
    there = contacts.known(connection, platform, people)
    fresh = [
        Fresh(each, who.label, who.profile, _keep_until(who, now))
        for each, who in people.items()
        if each not in there
    ]
    ids = contacts.add(connection, platform, fresh, now=now) if fresh else {}
    if ids:
        notices.begin(connection, ids.values(), due_at(now, policy))
    overtaken = [each.platform_id for each in fresh if each.platform_id not in ids]
    if overtaken:  # another transaction added them between our look and our insert
        there |= contacts.known(connection, platform, overtaken)
    _hold_down(connection, people, there)
    moved = {each: people[each] for each in ids}
    risen = {each: who for each, who in people.items() if each in there and who.label > there[each].label}
    _raise(connection, there, risen, written, now=now)
    ids |= {each: known.id for each, known in there.items()}
    moved |= risen
    _decide(connection, account_id, ids, moved, policy, now=now)
    began = signals.add(connection, account_id, [_act(each, ids, policy, now) for each in acts], now=now)
    back = halting.met_again(connection, account_id, there, acts, policy, now=now)
    _keep_longer(connection, there, people, began, now=now)
    readable = [each for each in acts if not _is_suppressed(each, there, people)]
    _keep_texts(connection, account_id, readable, ids, policy, now=now)
    written.steps += _entering(moved, ids, platform) + _renamed(connection, there, people, platform)
    written.steps += [Step(each, *act.contact, "upsert", str(act.kind)) for each, act in back.items()]
    seen = [(each.kind, each.item, ids[each.contact.platform_id]) for each in acts]
    written.steps = seen_again(connection, account_id, seen, written.steps, policy, now=now)
    written.contact_ids = sorted(set(ids.values()))
    written.began = len(began)
    written.regular = sum(who.label is Label.REGULAR for who in moved.values())
    written.occasional = sum(who.label is Label.OCCASIONAL for who in moved.values())
    return written


def _people(acts: Iterable[Signal], policy: Policy) -> dict[str, _Person]:
    """Take the strongest act of each contact; the label of a set is that of its strongest member."""
    people: dict[str, _Person] = {}
    rules = policy.rules
    for each in acts:
        rule = rules[each.kind]
        platform_id = each.contact.platform_id
        before = people.get(platform_id)
        if before is None or rule.label > before.label:
            profile = each.profile if rule.profile and each.profile and not each.hidden else NO_PROFILE
            people[platform_id] = _Person(rule.label, each, rule, profile)
    return people


def _hold_down(connection: Connection, people: dict[str, _Person], there: dict[str, Known]) -> None:
    """Let what an operator decided stand: a page raises nobody above it, but an objection still counts."""
    words = overrides.of_contacts(connection, [each.id for each in there.values()])
    for platform_id, known in there.items():
        word, who = words.get(known.id), people[platform_id]
        if word and word.to < who.label is not Label.SUPPRESSED:
            people[platform_id] = who._replace(label=word.to, profile=NO_PROFILE, lowered=word)


def _raise(
    connection: Connection,
    there: dict[str, Known],
    risen: dict[str, _Person],
    written: Written,
    *,
    now: datetime,
) -> None:
    """Give known contacts their stronger label; a suppressed one first leaves the messaging store."""
    if not risen:
        return
    suppressed = {there[each].id: who for each, who in risen.items() if who.label is Label.SUPPRESSED}
    out = messaging.take_out(connection, suppressed) if suppressed else set()
    if suppressed:
        texts.forget(connection, suppressed)
        interests.forget(connection, suppressed)
    for contact_id, who in suppressed.items():
        if contact_id in out:
            written.steps.append(Step(contact_id, *who.signal.contact, "remove", str(who.signal.kind)))
    contacts.relabel(
        connection,
        [
            Relabelled(there[each].id, who.label, who.profile, _keep_until(who, now))
            for each, who in risen.items()
        ],
        now=now,
    )
    regular = [there[each].id for each, who in risen.items() if who.label is Label.REGULAR]
    if regular:
        texts.read_again(connection, regular)


def _decide(
    connection: Connection,
    account_id: int,
    ids: dict[str, int],
    moved: dict[str, _Person],
    policy: Policy,
    *,
    now: datetime,
) -> None:
    if not moved:
        return
    carried = [
        Carried(
            ids[each],
            who.label,
            who.signal.kind,
            account_id,
            who.signal.item,
            who.signal.started_at,
            who.rule.source,
        )
        if who.lowered is None
        else Carried(ids[each], who.label, None, None, None, None, None, who.lowered.by, who.lowered.reason)
        for each, who in moved.items()
    ]
    decisions.append(connection, carried, policy=policy.signature, now=now)


def _act(signal: Signal, ids: dict[str, int], policy: Policy, now: datetime) -> Act:
    keep_until = keeping.keep_until(policy.rules[signal.kind], now)
    contact_id = ids[signal.contact.platform_id]
    return Act(contact_id, signal.kind, signal.item, signal.started_at, signal.ended_at, keep_until)


def _keep_longer(
    connection: Connection,
    there: dict[str, Known],
    people: dict[str, _Person],
    began: set[int],
    *,
    now: datetime,
) -> None:
    """Let an occasional contact stay as long as its newest act may."""
    by_date: dict[datetime, list[int]] = {}
    for platform_id, known in there.items():
        until = _keep_until(people[platform_id], now)
        if until and known.label is Label.OCCASIONAL and known.id in began:
            by_date.setdefault(until, []).append(known.id)
    for until, ids in by_date.items():
        contacts.keep_longer(connection, ids, until)


def _is_suppressed(act: Signal, there: dict[str, Known], people: dict[str, _Person]) -> bool:
    platform_id = act.contact.platform_id
    known = there.get(platform_id)
    labels = (people[platform_id].label, known.label if known else Label.NONE)
    return Label.SUPPRESSED in labels


def _keep_texts(
    connection: Connection,
    account_id: int,
    acts: Iterable[Signal],
    ids: dict[str, int],
    policy: Policy,
    *,
    now: datetime,
) -> None:
    kept = [
        texts.KeptText(
            ids[each.contact.platform_id], each.kind, each.item, each.text, until, each.under or ""
        )
        for each in acts
        if each.text and (until := keeping.text_until(policy.rules[each.kind], now))
    ]
    if kept:
        texts.add(connection, account_id, kept)


def _entering(moved: dict[str, _Person], ids: dict[str, int], platform: str) -> list[Step]:
    return [
        Step(ids[each], platform, each, "upsert", str(who.signal.kind))
        for each, who in moved.items()
        if who.label is Label.REGULAR
    ]


def _renamed(
    connection: Connection, there: dict[str, Known], people: dict[str, _Person], platform: str
) -> list[Step]:
    """Bring the profiles of regular contacts up to date, in the store and in the feed."""
    changed = [
        (known.id, each, people[each].profile)
        for each, known in there.items()
        if known.label is Label.REGULAR
        and people[each].rule.profile
        and people[each].profile not in (NO_PROFILE, known.profile)
    ]
    if changed:
        contacts.rename(connection, [(contact_id, profile) for contact_id, _, profile in changed])
    return [
        Step(contact_id, platform, platform_id, "upsert", "changed") for contact_id, platform_id, _ in changed
    ]


def _keep_until(who: _Person, now: datetime) -> datetime | None:
    return keeping.keep_until(who.rule, now) if who.label is Label.OCCASIONAL else None
