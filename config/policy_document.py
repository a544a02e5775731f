"""The text of docs/policy.md, made from the packs; `python -m config.policy_document` prints it."""

import sys
from collections.abc import Iterable, Sequence

from classifier.policy import Keep, Number, Policy, Rule
from classifier.topic_rules import Inferred, TopicRule
from config.packs import available_packs, load_pack
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


def policy_document(packs: Sequence[Policy]) -> str:
    """Write the whole document as Markdown, the same for the same packs."""
    parts = [_INTRO, "## The packs side by side\n", _side_by_side(packs)]
    for each in packs:
        parts += [f"## {each.name}, version {each.version}\n", _rules(each), "### Wording\n", _wordings(each)]
        parts += ["### Numbers\n", _numbers(each), "### Topics\n", _TOPICS_INTRO, _topics(each)]
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


def _value(number: Number) -> str:
    if isinstance(number.value, bool):
        return "yes" if number.value else "no"
    return str(number.value)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in each)} |\n" for each in lines)


if __name__ == "__main__":
    sys.stdout.write(policy_document([load_pack(each) for each in available_packs()]))
