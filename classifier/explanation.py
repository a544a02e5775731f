"""A decision in one plain sentence, in English or French."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from domain.label import Decision, Label
from domain.signal import Signal, SignalKind

#: What a contact does or did, and the word before its date: a state lasts since, an act happened on.
ACTS: Mapping[str, Mapping[SignalKind, tuple[str, str]]] = {
    "en": {
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
    },
    "fr": {
        SignalKind.FOLLOWS: ("suit {le}", "since"),
        SignalKind.FRIEND: ("est ami {du}", "since"),
        SignalKind.OPTED_IN: ("a accepté les messages {du}", "since"),
        SignalKind.SIGNED_UP: ("s'est inscrit auprès {du}", "on"),
        SignalKind.LIKED: ("a aimé une publication {du}", "on"),
        SignalKind.REACTED: ("a réagi à une publication {du}", "on"),
        SignalKind.COMMENTED: ("a commenté une publication {du}", "on"),
        SignalKind.REPLIED: ("a répondu {au}", "on"),
        SignalKind.MENTIONED: ("a mentionné {le}", "on"),
        SignalKind.SHARED: ("a partagé une publication {du}", "on"),
        SignalKind.QUOTED: ("a cité une publication {du}", "on"),
        SignalKind.RATED: ("a évalué {le}", "on"),
        SignalKind.MESSAGED: ("a écrit un message {au}", "on"),
        SignalKind.OBJECTED: ("s'est opposé à être conservé ou contacté par {le}", "on"),
        SignalKind.BLOCKED: ("est bloqué par {le} ou le bloque", "since"),
    },
}
_SAYS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "by_hand": "{label}: decided by {by} on {day}, {reason} ({policy})",
        "nothing": "{label}: nothing that we hold of this contact counts ({policy}, {day})",
        "gone": "{label}: the acts that carried this are no longer kept ({policy}, {day})",
        "act": "{label}: {act} (rule {kind} → {label}, {source})",
        "one_more": ", and 1 more act as strong",
        "more": ", and {count} more acts as strong",
        "since": "{act} since {day}",
        "on": "{act} on {day}",
        "since_latest": "{act} since {day} at the latest",
        "on_latest": "{act} by {day}",
    },
    "fr": {
        "by_hand": "{label} : décidé par {by} le {day}, {reason} ({policy})",
        "nothing": "{label} : rien de ce que nous conservons de ce contact ne compte ({policy}, {day})",
        "gone": "{label} : les actes qui fondaient cette étiquette ne sont plus conservés ({policy}, {day})",
        "act": "{label} : {act} (règle {kind} → {label}, {source})",
        "one_more": ", et un autre acte aussi fort",
        "more": ", et {count} autres actes aussi forts",
        "since": "{act} depuis le {day}",
        "on": "{act} le {day}",
        "since_latest": "{act} depuis le {day} au plus tard",
        "on_latest": "{act} le {day} au plus tard",
    },
}
_LABELS = {
    Label.NONE: "sans acte",
    Label.OCCASIONAL: "occasionnel",
    Label.REGULAR: "régulier",
    Label.SUPPRESSED: "opposé",
}
_KINDS = {
    SignalKind.FOLLOWS: "abonnement",
    SignalKind.FRIEND: "ami",
    SignalKind.OPTED_IN: "accord",
    SignalKind.SIGNED_UP: "inscription",
    SignalKind.LIKED: "mention j'aime",
    SignalKind.REACTED: "réaction",
    SignalKind.COMMENTED: "commentaire",
    SignalKind.REPLIED: "réponse",
    SignalKind.MENTIONED: "mention",
    SignalKind.SHARED: "partage",
    SignalKind.QUOTED: "citation",
    SignalKind.RATED: "avis",
    SignalKind.MESSAGED: "message",
    SignalKind.OBJECTED: "opposition",
    SignalKind.BLOCKED: "blocage",
}


def iso_day(moment: datetime) -> str:
    """Write the day (UTC) of a moment as 2026-11-01."""
    return moment.astimezone(UTC).date().isoformat()


def explain(
    decision: Decision,
    *,
    account: str | None = None,
    seen_at: datetime | None = None,
    language: str = "en",
    day: Callable[[datetime], str] = iso_day,
) -> str:
    """Say in one sentence why a contact has its label, in `en` or `fr`.

    `account` is how to write the account concerned ("@example"), None for our account. `seen_at` is when we
    first saw the first act of the evidence, for platforms that show no date; without it the decision's time
    stands. `day` writes days.
    """
    says, label = _SAYS[language], _label(decision.label, language)
    told = {"label": label, "day": day(decision.decided_at), "policy": decision.policy}
    if decision.decided_by is not None:
        return says["by_hand"].format(**told, by=decision.decided_by, reason=decision.reason)
    if decision.label is Label.NONE:
        return says["nothing"].format(**told)
    if not decision.evidence:
        return says["gone"].format(**told)
    first, *others = decision.evidence
    known_at = seen_at or decision.decided_at
    act = say_act(first.signal, account=account, known_at=known_at, language=language, day=day)
    if others:
        act += says["one_more" if len(others) == 1 else "more"].format(count=len(others))
    kind = first.signal.kind.value if language == "en" else _KINDS[first.signal.kind]
    return says["act"].format(**told, act=act, kind=kind, source=first.source)


def say_act(
    signal: Signal,
    *,
    account: str | None,
    known_at: datetime,
    language: str = "en",
    day: Callable[[datetime], str] = iso_day,
) -> str:
    """Say what a contact did and when; where the platform shows no date, by when it had done it."""
    words, before = ACTS[language][signal.kind]
    act = words.format(**_account(account))
    # The platform shows no date: all we know is when the act had already happened.
    how = before if signal.started_at is not None else f"{before}_latest"
    return _SAYS[language][how].format(act=act, day=day(signal.started_at or known_at))


def _label(label: Label, language: str) -> str:
    return label.word if language == "en" else _LABELS[label]


def _account(name: str | None) -> Mapping[str, str]:
    """Return how an account is spoken of: as such, and in French with its article."""
    if name is None:
        return {
            "account": "our account",
            "le": "notre compte",
            "du": "de notre compte",
            "au": "à notre compte",
        }
    return {"account": name, **{each: f"{each} compte {name}" for each in ("le", "du", "au")}}
