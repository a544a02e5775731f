"""The text of docs/policy.md, made from the packs; `python -m config.policy_document` prints it."""

import sys
from collections.abc import Iterable, Mapping, Sequence

from classifier.admission_rules import Permit
from classifier.policy import Keep, Number, Policy, Rule
from classifier.topic_rules import Inferred, TopicRule
from config.packs import available_packs, load_pack
from config.policy_cast import AUDIENCE, Member, Standing, stand
from domain.admission import Basis, Controller, Gate
from domain.channel import Channel
from domain.label import Label
from domain.signal import SignalKind
from domain.topic import TOPICS

_INTRO = """\
# Policy

<!-- Made from config/policies/*.toml by `python -m config.policy_document`; change the packs, not this. -->

A policy pack says for every kind of act which label it brings, what may be kept of it and for how long, and
who says so. The strongest single act that holds decides: none < occasional < regular < suppressed. Weak acts
never add up, the order of acts is irrelevant, and an act that ended counts nothing.

No pack may raise a like, reaction, comment, reply, mention, share, quote, rating or message above occasional;
an objection and a block suppress in every pack. A pack that breaks this is refused with the line that is
wrong. A source that begins with "inferred" is our own reading. "Checked" is the day on which the rule was
last held against our notes of the source; open the source itself before you rely on it. This page is no legal
advice.
"""

_TOPICS_INTRO = """\
What may be inferred from what people write, topic by topic; of a topic without a rule nothing is. A topic
that a contact declared itself needs its consent and no rule.
"""


_ADMISSION_INTRO = """\
Regular is not yet admitted, and admitted is not yet addressable. Whom a gate refuses stays in the store with
the refusal shown, and is not exported; each gate bears the name of its refusal. An open channel still asks
for the notice in the message. `regulars contacts explain KEY` gives every answer for one contact.
"""

_AUDIENCE_INTRO = """\
The same invented audience under each pack, for a party, and what else a candidate is refused:
"""

#: What opens a channel, in words.
PERMITS: Mapping[Permit, str] = {
    Permit.WROTE_FIRST: "who wrote to us first and has not said stop",
    Permit.WROTE_LATELY: "who wrote to us within `messenger_window_hours` and has not said stop",
    Permit.CONSENT: "whose consent to this channel is in force",
    Permit.NEVER: "nobody",
}


def policy_document(packs: Sequence[Policy]) -> str:
    """Write the whole document as Markdown, the same for the same packs."""
    parts = [_INTRO, "## The packs side by side\n", _side_by_side(packs)]
    parts += ["### Regular, admitted, addressable\n", _ADMISSION_INTRO, _gates_side_by_side(packs)]
    parts += [_AUDIENCE_INTRO, _audience_side_by_side(packs), _counts(packs)]
    for each in packs:
        parts += [f"## {each.name}, version {each.version}\n", _rules(each), "### Wording\n", _wordings(each)]
        parts += ["### Numbers\n", _numbers(each), "### Topics\n", _TOPICS_INTRO, _topics(each)]
        parts += ["### Admission\n", _gates(each), *_bases(each), _channels(each)]
    return "\n".join(parts)


def kept_in_words(rule: Rule) -> str:
    """Say what may be kept of one kind of act."""
    if rule.keep is Keep.COUNT:
        return "a count, nobody's identity"
    if rule.label is Label.SUPPRESSED:
        return "the key alone"
    kept = ["key", "label", "act"]
    if rule.profile:
        kept.append("name and handle")
    if rule.text_days:
        kept.append(f"text for {rule.text_days} days")
    return ", ".join(kept)


def kept_how_long(rule: Rule) -> str:
    """Say for how long it may be kept."""
    if rule.keep is Keep.COUNT:
        return "no limit"
    return f"{rule.keep_days} days" if rule.keep_days else "as long as it stands"


def _side_by_side(packs: Sequence[Policy]) -> str:
    rows = [
        [f"`{kind}`", *(f"{rule.label.word}; {kept_in_words(rule)}" for rule in _of_kind(packs, kind))]
        for kind in SignalKind
    ]
    return _table(["act", *(each.name for each in packs)], rows)


def _of_kind(packs: Sequence[Policy], kind: SignalKind) -> Iterable[Rule]:
    return (each.rules[kind] for each in packs)


def _rules(policy: Policy) -> str:
    heads = ["act", "label", "what is kept", "how long", "source", "checked"]
    rules = (policy.rules[each] for each in SignalKind)
    return _table(
        heads,
        [
            [
                f"`{each.kind}`",
                each.label.word,
                kept_in_words(each),
                kept_how_long(each),
                each.source,
                each.checked_on.isoformat(),
            ]
            for each in rules
        ],
    )


def _wordings(policy: Policy) -> str:
    return "".join(f"- `{each}`: {policy.rules[each].wording}\n" for each in SignalKind)


def _numbers(policy: Policy) -> str:
    rows = [
        [f"`{name}`", _value(number), number.source, number.checked_on.isoformat()]
        for name, number in policy.numbers.items()
    ]
    return _table(["number", "value", "source", "checked"], rows)


def inferred_in_words(rule: TopicRule) -> str:
    """Say what may be inferred of one topic, and from where."""
    if rule.inferred is Inferred.NEVER:
        return "nothing"
    what = "interests of regular contacts" if rule.inferred is Inferred.CONTACTS else "counts over own posts"
    return f"{what}, from {' and '.join(rule.platforms)}"


def _topics(policy: Policy) -> str:
    rules = [policy.topics[each] for each in TOPICS if each in policy.topics]
    if not rules:
        return "Nothing is inferred.\n"
    heads = ["topic", "inferred", "source", "checked"]
    rows = [
        [f"`{each.topic}`", inferred_in_words(each), each.source, each.checked_on.isoformat()]
        for each in rules
    ]
    alike: dict[str, list[str]] = {}
    for each in rules:
        alike.setdefault(each.wording, []).append(f"`{each.topic}`")
    said = "".join(f"- {', '.join(topics)}: {wording}\n" for wording, topics in alike.items())
    return f"{_table(heads, rows)}\n{said}"


def _gates_side_by_side(packs: Sequence[Policy]) -> str:
    gates = [
        [f"`{gate}`", *("asked" if gate in each.admission.gates else "" for each in packs)] for gate in Gate
    ]
    return _table(["gate", *(each.name for each in packs)], gates)


def _audience_side_by_side(packs: Sequence[Policy]) -> str:
    rows = [[each.words, *(_standing_in_words(each, pack) for pack in packs)] for each in AUDIENCE]
    return _table(["who", *(each.name for each in packs)], rows)


def _standing_in_words(member: Member, policy: Policy) -> str:
    party, candidate = (stand(member, policy, each) for each in (Controller.PARTY, Controller.CANDIDATE))
    label = party.decision.label.word
    more = [each.gate for each in candidate.admission.refusals if each.gate not in _refused_by(party)]
    beside = f"; a candidate: {_quoted(more)}" if more else ""
    if party.admission.refusals:
        return f"{label}; refused: {_quoted(_refused_by(party))}{beside}"
    return f"{label}; admitted; {_quoted(party.open) or 'no channel'}{beside}"


def _refused_by(standing: Standing) -> list[str]:
    return [each.gate for each in standing.admission.refusals]


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(f"`{each}`" for each in words)


def _counts(packs: Sequence[Policy]) -> str:
    stood = [[stand(each, pack, Controller.PARTY) for each in AUDIENCE] for pack in packs]
    rows = [
        ["regular", *(str(sum(each.decision.label is Label.REGULAR for each in pack)) for pack in stood)],
        ["admitted", *(str(sum(each.admission.admitted for each in pack)) for pack in stood)],
        *(
            [f"addressable by `{way}`", *(str(sum(way in each.open for each in pack)) for pack in stood)]
            for way in Channel
        ),
    ]
    return _table([f"of {len(AUDIENCE)}, for a party", *(each.name for each in packs)], rows)


def _gates(policy: Policy) -> str:
    rows = [
        [f"`{each.gate}`", each.source, each.checked_on.isoformat()]
        for each in policy.admission.gates.values()
    ]
    return _table(["gate", "source", "checked"], rows)


def _bases(policy: Policy) -> Iterable[str]:
    if not policy.admission.bases:
        return
    rows = [
        [
            f"`{each.controller}`",
            ", ".join(f"`{basis}`" for basis in Basis if basis in each.rely_on),
            each.source,
            each.checked_on.isoformat(),
        ]
        for each in policy.admission.bases.values()
    ]
    yield _table(["controller", "may rely on", "source", "checked"], rows)


def _channels(policy: Policy) -> str:
    rows = [
        [f"`{each.channel}`", PERMITS[each.permit], each.source, each.checked_on.isoformat()]
        for each in policy.admission.channels.values()
    ]
    return _table(["channel", "opens to whom", "source", "checked"], rows)


def _value(number: Number) -> str:
    if isinstance(number.value, bool):
        return "yes" if number.value else "no"
    return str(number.value)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in each)} |\n" for each in lines)


if __name__ == "__main__":
    sys.stdout.write(policy_document([load_pack(each) for each in available_packs()]))
