"""What the packs let be inferred of topics, by hand, and the lines of those that are refused."""

from dataclasses import replace
from datetime import date

import pytest

from classifier.policy import PolicyError
from classifier.topic_rules import ONLY_DECLARED, Inferred, inferable
from config.packs import load_pack, parse_pack
from config.policy_document import policy_document
from domain.topic import TOPICS
from tests.unit.config.test_packs import CNIL, line_with


def test_2016_infers_of_contacts_all_but_health_security_and_social() -> None:
    rules = load_pack("cnil-2016").topics
    assert set(rules) == set(TOPICS)
    assert inferable(rules, Inferred.CONTACTS) == {
        (topic, platform)
        for topic in set(TOPICS) - {"health", "security", "social"}
        for platform in ("twitter", "facebook")
    }
    assert {rules[each].inferred for each in ("health", "security", "social")} == {Inferred.NEVER}


def test_2026_infers_nothing_of_contacts_and_nothing_from_x() -> None:
    rules = load_pack("eu-2026").topics
    assert inferable(rules, Inferred.CONTACTS) == frozenset()
    assert inferable(rules, Inferred.COUNTS) == {(topic, "facebook") for topic in TOPICS}


@pytest.mark.parametrize("pack", ["cnil-2016", "eu-2026"])
def test_every_rule_of_a_topic_has_a_source_and_a_date(pack: str) -> None:
    for each in load_pack(pack).topics.values():
        assert each.source
        assert each.wording.endswith(".")
        assert each.checked_on >= date(2026, 11, 25)


@pytest.mark.parametrize("topic", sorted(ONLY_DECLARED))
def test_no_pack_may_infer_what_is_too_near_a_protected_thing(topic: str) -> None:
    policy = load_pack("cnil-2016")
    with pytest.raises(PolicyError, match=f"^{topic} may not be inferred of contacts"):
        replace(
            policy,
            topics={
                topic: replace(policy.topics[topic], inferred=Inferred.CONTACTS, platforms=("facebook",))
            },
        )


def test_a_pack_of_before_topics_infers_nothing() -> None:
    policy = parse_pack(CNIL[: CNIL.index("[topics.")], file="x.toml")
    assert policy.topics == {}
    assert "Nothing is inferred." in policy_document([policy])


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        pytest.param("[topics.housing]", "[topics.party]", "'party' is no topic", id="no topic"),
        pytest.param('inferred = "never"', 'inferred = "guess"', "is no way to infer", id="no way to infer"),
        pytest.param(
            'platforms = ["twitter", "facebook"]', 'platforms = ["radio"]', "is no platform", id="no platform"
        ),
        pytest.param(
            'platforms = ["twitter", "facebook"]',
            "platforms = []",
            "must name the platforms",
            id="from where",
        ),
        pytest.param(
            'platforms = ["twitter", "facebook"]', 'platforms = "x"', "must be a list", id="not a list"
        ),
    ],
)
def test_a_wrong_rule_of_a_topic_is_refused_with_its_line(old: str, new: str, sentence: str) -> None:
    text = CNIL.replace(old, new, 1)
    line = CNIL[: CNIL.index(old)].count("\n") + 1
    with pytest.raises(PolicyError, match=f"^x.toml line {line}: .*{sentence}"):
        parse_pack(text, file="x.toml")
    assert line_with(CNIL, "[topics.housing]")
