"""Paper: what the law wants in writing, filled in from what is configured and stored."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from classifier.policy import Keep, Policy, Rule
from classifier.topic_rules import Inferred, inferable
from config import notice, papers
from config.notice_fields import listed, notice_fields
from config.settings import Settings
from config.version import VERSION
from domain.contact import Platform
from domain.label import Label
from domain.signal import SignalKind
from pipeline.inform import public_name
from pipeline.safeguards import safeguards
from store import accounts, notices, reading, recipients, register, targetings
from store.targetings import Targeting

#: What stands empty is marked as to be filled in by a person.
_TO_FILL = ("controller", "contact", "dpo", "transfers", "notice_url", "objection_url", "legitimate_interest")


def paper_facts(
    connection: Connection,
    settings: Settings,
    controller: str | None,
    policy: Policy,
    language: str,
    *,
    now: datetime,
) -> dict[str, Any]:
    """Gather what papers tell of this installation, in the words of a language; nobody's identity.

    `controller` is the kind of controller, None where it was not chosen.
    """
    said = papers.words(language)
    ours = accounts.every(connection)
    named = [(each.platform, public_name(each.platform, each.handle, each.name)) for each in ours]
    fields = notice_fields(settings, controller, policy, named, language)
    registered = _registered(connection, said)
    kinds, platforms = (notice.words(language)[name] for name in ("kinds", "platforms"))
    facts = {
        **fields,
        **{name: fields[name] or said["fill"] for name in _TO_FILL},
        **{name: fields[name] or [said["fill"]] for name in ("legal_basis", "recipients")},
        **({"recipients": [*_named(settings), *registered]} if registered else {}),
        "fill": said["fill"],
        "nothing": said["nothing"],
        "written_on": now.date().isoformat(),
        "program": f"Regulars {VERSION}",
        "pack": policy.signature,
        "controller_kind": said["controllers"].get(controller, said["fill"]),
        "impact_assessment": settings.impact_assessment or said["fill"],
        "notice_version": _version(fields, language) or said["no_notice"],
        "numbers": {name: int(each.value) for name, each in policy.numbers.items()},
        "accounts": [
            {
                "platform": platforms[each.platform],
                "name": name,
                "added_on": each.added_at.date().isoformat(),
                "state": said["paused"] if each.paused_reason else said["read"],
            }
            for each, (_, name) in zip(ours, named, strict=True)
        ],
        "platforms": [platforms[each] for each in Platform if each in {platform for platform, _ in named}],
        "processors": [*_named(settings), *registered],
        "acts": _acts(connection, policy, kinds, said),
        "labels": _worded(reading.label_counts(connection), said["labels"]),
        "statuses": _worded(notices.counts(connection, now=now), said["statuses"]),
        "safeguards": {
            said["safeguards"][name]: said["states"][state]
            for name, state in safeguards(connection, settings).items()
        },
        "held": dict(register.held(connection)),
        "inferred_topics": sorted({topic for topic, _ in inferable(policy.topics, Inferred.CONTACTS)}),
        "counted_topics": sorted({topic for topic, _ in inferable(policy.topics, Inferred.COUNTS)}),
        "targetings": [_used(each, said, policy) for each in targetings.every(connection)],
        "has_head": settings.topics_head is not None,
        "exported": settings.export_dir is not None,
    }
    return {name: _in_cells(each) for name, each in facts.items()}


def _named(settings: Settings) -> list[str]:
    return listed(settings.recipients) if settings.to_others and settings.recipients else []


def _registered(connection: Connection, said: Mapping[str, Any]) -> list[str]:
    """Name those who get files or hold them: what each is, where, the ground outside the EEA, and by what."""
    words, by = said["registered"], said["holds"]
    told = []
    for each, ways in recipients.holding(connection):
        parts = [each.name, words[each.part], each.country, *([words[each.ground]] if each.ground else [])]
        if ways:
            parts.append(by["data"].format(ways=" + ".join(by[one] for one in ways)))
        told.append(", ".join(parts))
    return told


def _version(fields: Mapping[str, Any], language: str) -> str | None:
    try:
        return notice.build(fields, language).version
    except notice.NoticeError:
        return None


def _acts(
    connection: Connection, policy: Policy, kinds: Mapping[str, str], said: Mapping[str, Any]
) -> list[dict[str, Any]]:
    counted = register.acts(connection)
    nothing = register.Acts(0, 0)
    return [
        {
            "kind": kinds[each],
            "label": said["labels"][policy.rules[each].label.word],
            "kept": _kept(policy.rules[each], said),
            "how_long": _how_long(policy.rules[each], said),
            **counted.get(each, nothing)._asdict(),
        }
        for each in SignalKind
    ]


def _kept(rule: Rule, said: Mapping[str, Any]) -> str:
    if rule.keep is Keep.COUNT:
        return str(said["count_only"])
    if rule.label is Label.SUPPRESSED:
        return str(said["fingerprint"])
    kept = [said["stored"]]
    if rule.profile:
        kept.append(said["with_profile"])
    if rule.text_days:
        kept.append(said["with_text"].format(days=rule.text_days))
    return ", ".join(kept)


def _how_long(rule: Rule, said: Mapping[str, Any]) -> str:
    if rule.keep is Keep.COUNT:
        return "-"
    if rule.label is Label.SUPPRESSED:
        return str(said["lasts"])
    return str(said["days"].format(days=rule.keep_days) if rule.keep_days else said["stands"])


def _used(used: Targeting, said: Mapping[str, Any], policy: Policy) -> dict[str, str]:
    """Return a use of a segment, in cells; nobody is named, and no small group."""
    least = policy.number("aggregate_k")
    people = said["at_least" if used.people else "fewer_than"].format(n=used.people or least)
    criteria = ", ".join(f"{name} = {value}" for name, value in used.criteria.items())
    return {
        "on": used.at.date().isoformat(),
        "why": used.why,
        "criteria": f"{used.segment}: {criteria} ({people})",
        "recipient": used.recipient or said["ourselves"],
        "proof": ", ".join(each[:12] for each in used.wordings) or said["form"],
    }


def _worded(counts: Mapping[Any, int], said: Mapping[str, str]) -> dict[str, int]:
    return {word: counts.get(name, 0) for name, word in said.items()}


def _in_cells(value: Any) -> Any:
    """Let no text end a table's cell."""
    if isinstance(value, str):
        return value.replace("|", "\\|")
    if isinstance(value, dict):
        return {name: _in_cells(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_in_cells(each) for each in value]
    return value
