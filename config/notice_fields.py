"""The fields of the notice, from what is really configured: settings, pack, accounts."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from classifier.policy import Keep, Policy, Rule
from classifier.topic_rules import Inferred, inferable
from config.notice import words
from config.settings import Settings
from domain.contact import Platform
from domain.label import Label
from domain.signal import SignalKind

#: Not-for-profit bodies, which may rely on regular contact (GDPR art. 9(2)(d)); all others are persons.
BODIES = frozenset({"party", "association", "foundation"})
#: Acts that only the account's owner sees.
CLOSED = frozenset(
    {
        SignalKind.FRIEND,
        SignalKind.OPTED_IN,
        SignalKind.SIGNED_UP,
        SignalKind.MESSAGED,
        SignalKind.OBJECTED,
        SignalKind.BLOCKED,
    }
)
NONE = "none"


def notice_fields(
    settings: Settings,
    controller: str | None,
    policy: Policy,
    accounts: Sequence[tuple[str, str]],
    language: str,
) -> dict[str, Any]:
    """Fill in what is known of the notice; `build` refuses it while anything is missing.

    `controller` is the kind of controller (party, association, foundation, candidate, elected_person or
    other), `accounts` are (platform, name); one of no platform stands for our own forms.
    """
    said = words(language)
    kind = None if controller is None else "body" if controller in BODIES else "person"
    return {
        **{name: said[name] for name in ("title", "objection", "purposes", "rights", "withdrawal")},
        **{name: said[name] for name in ("complaint", "automated")},
        "objection_url": f"{settings.public_url.rstrip('/')}/object" if settings.public_url else "",
        "notice_url": settings.notice_url or "",
        "controller": settings.controller_name or "",
        "contact": settings.controller_address or "",
        "dpo": _or_none(settings.dpo, said["no_dpo"]),
        "legal_basis": said["legal_basis"].get(kind, ()),
        "legitimate_interest": said["legitimate_interest"].get(kind, ""),
        "recipients": listed(_or_none(settings.recipients, said["no_recipients"])),
        "transfers": _or_none(settings.transfers, said["no_transfers"]),
        "source": [
            said["source"].format(platform=said["platforms"][platform], account=name)
            if platform in set(Platform)
            else said["source_form"]
            for platform, name in accounts
        ],
        "public_access": _public_access(policy, said),
        "categories": categories(policy, language),
        "keeping": keeping(policy, language),
    }


def categories(policy: Policy, language: str) -> list[str]:
    """Name the categories of data that the pack lets be stored."""
    said = words(language)
    stored = _stored(policy)
    found = [said["identity"], said["acts"].format(acts=_named(stored, said))]
    if any(each.profile for each in stored):
        found.append(said["profile"])
    if with_texts := [each for each in stored if each.text_days]:
        found.append(said["texts"].format(acts=_named(with_texts, said)))
    if policy.rules[SignalKind.SIGNED_UP].keep is Keep.STORE:
        found.append(said["form"])
    found.append(said["topics"])
    if inferable(policy.topics, Inferred.CONTACTS):
        found.append(said["inferred_topics"])
    return [*found, said["opinion"]]


def keeping(policy: Policy, language: str) -> list[str]:
    """Say how long the pack lets each of them be kept."""
    said = words(language)
    stored = _stored(policy)
    found = []
    if standing := [each for each in stored if not each.keep_days and each.label is not Label.SUPPRESSED]:
        found.append(
            said["keep_standing"].format(
                acts=_named(standing, said),
                grace_days=policy.number("regular_grace_after_end_days"),
                inactive_months=policy.number("regular_inactive_months"),
            )
        )
    for days in sorted({each.keep_days for each in stored} - {0}):
        acts = _named((each for each in stored if each.keep_days == days), said)
        found.append(said["keep_days"].format(acts=acts, days=days))
    if text_days := max(each.text_days for each in policy.rules.values()):
        found.append(said["keep_texts"].format(days=text_days))
    if counted := [each for each in policy.rules.values() if each.keep is Keep.COUNT]:
        found.append(said["keep_counts"].format(acts=_named(counted, said)))
    return [*found, said["keep_objection"]]


def listed(text: str) -> list[str]:
    """Take a setting apart that lists several with semicolons."""
    return [each.strip() for each in text.split(";") if each.strip()]


def _stored(policy: Policy) -> list[Rule]:
    return [policy.rules[each] for each in SignalKind if policy.rules[each].keep is Keep.STORE]


def _named(rules: Iterable[Rule], said: Mapping[str, Any]) -> str:
    return ", ".join(said["kinds"][each.kind] for each in rules)


def _public_access(policy: Policy, said: Mapping[str, Any]) -> str:
    stored = _stored(policy)
    closed = [each for each in stored if each.kind in CLOSED]
    open_ = [each for each in stored if each.kind not in CLOSED]
    if not closed or not open_:
        return str(said["none_public" if closed else "all_public"])
    return str(said["public_access"].format(open=_named(open_, said), closed=_named(closed, said)))


def _or_none(value: str | None, none: str) -> str:
    if value is None:
        return ""
    return none if value.strip().lower() == NONE else value
