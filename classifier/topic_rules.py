"""What a pack says of a topic: whether it may be inferred, for whom, and from which platform's content."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from classifier.errors import PolicyError

#: Topics near what GDPR art. 9(1) and art. 10 protect (health, offences, poverty): no pack may tie them to a
#: contact unless the contact declared them.
ONLY_DECLARED = frozenset({"health", "security", "social"})


class Inferred(StrEnum):
    """What may come of words that speak of a topic."""

    #: Nothing.
    NEVER = "never"
    #: One more in a count over a post, and nobody's identity.
    COUNTS = "counts"
    #: An interest of a regular contact; for nobody else is there a purpose.
    CONTACTS = "contacts"


@dataclass(frozen=True, slots=True)
class TopicRule:
    """What may be inferred of one topic, and who says so; what a contact declares needs its consent only.

    `platforms` are those whose content may be read for it. `source`, `wording` and `checked_on` are as in
    the rules of acts.
    """

    topic: str
    inferred: Inferred
    platforms: tuple[str, ...]
    source: str
    wording: str
    checked_on: date


def check_topic(rule: TopicRule) -> None:
    """Raise PolicyError for a rule below the law's floor, or one that says nothing of where it reads."""
    table = f"topics.{rule.topic}"
    if rule.inferred is Inferred.CONTACTS and rule.topic in ONLY_DECLARED:
        raise PolicyError(
            f"{rule.topic} may not be inferred of contacts, it is too near what GDPR art. 9 protects; make "
            "it counts or never.",
            table=table,
            key="inferred",
        )
    if (rule.inferred is Inferred.NEVER) is bool(rule.platforms):
        raise PolicyError(
            f"{rule.topic} must name the platforms whose content is read for it, and none where nothing is.",
            table=table,
            key="platforms",
        )


def inferable(rules: Mapping[str, TopicRule], inferred: Inferred) -> frozenset[tuple[str, str]]:
    """Return the (topic, platform) of which this may come; a topic without a rule is never inferred."""
    return frozenset(
        (topic, each) for topic, rule in rules.items() if rule.inferred is inferred for each in rule.platforms
    )
