"""A decision in one plain sentence."""

from datetime import UTC, datetime

from domain.label import Decision, Label
from domain.signal import Signal, SignalKind

#: What a contact does or did, and the word before its date: a state lasts since, an act happened on.
ACTS: dict[SignalKind, tuple[str, str]] = {
    SignalKind.FOLLOWS: ("follows {account}", "since"),
    SignalKind.FRIEND: ("is a friend of {account}", "since"),
    SignalKind.OPTED_IN: ("has opted in to messages of {account}", "since"),
    SignalKind.SIGNED_UP: ("signed up with {account}", "on"),
    SignalKind.LIKED: ("liked a post of {account}", "on"),
    SignalKind.REACTED: ("reacted to a post of {account}", "on"),
    SignalKind.COMMENTED: ("commented on a post of {account}", "on"),
    SignalKind.REPLIED: ("replied to {account}", "on"),
    SignalKind.MENTIONED: ("mentioned {account}", "on"),
    SignalKind.SHARED: ("shared a post of {account}", "on"),
    SignalKind.QUOTED: ("quoted a post of {account}", "on"),
    SignalKind.RATED: ("rated {account}", "on"),
    SignalKind.MESSAGED: ("wrote a message to {account}", "on"),
    SignalKind.OBJECTED: ("objected to being kept or written to by {account}", "on"),
    SignalKind.BLOCKED: ("is blocked at {account} or blocks it", "since"),
}


def explain(decision: Decision, *, account: str = "our account", seen_at: datetime | None = None) -> str:
    """Say in one sentence why a contact has its label.

    `account` is how to write the account concerned ("@example"). `seen_at` is when we first saw the
    first act of the evidence, for platforms that show no date; without it the decision's time stands.
    """
    word, day = decision.label.word, _day(decision.decided_at)
    if decision.decided_by is not None:
        return f"{word}: decided by {decision.decided_by} on {day}, {decision.reason} ({decision.policy})"
    if decision.label is Label.NONE:
        return f"{word}: nothing that we hold of this contact counts ({decision.policy}, {day})"
    if not decision.evidence:
        return f"{word}: the acts that carried this are no longer kept ({decision.policy}, {day})"
    first, *others = decision.evidence
    act = _act(first.signal, account, seen_at or decision.decided_at)
    return f"{word}: {act}{_more(len(others))} (rule {first.signal.kind} → {word}, {first.source})"


def _act(signal: Signal, account: str, known_at: datetime) -> str:
    words, before = ACTS[signal.kind]
    act = words.replace("{account}", account)
    if signal.started_at is not None:
        return f"{act} {before} {_day(signal.started_at)}"
    # The platform shows no date: all we know is when the act had already happened.
    return (
        f"{act} since {_day(known_at)} at the latest" if before == "since" else f"{act} by {_day(known_at)}"
    )


def _more(count: int) -> str:
    if count == 0:
        return ""
    return f", and {count} more {'act' if count == 1 else 'acts'} as strong"


def _day(moment: datetime) -> str:
    return moment.astimezone(UTC).date().isoformat()
