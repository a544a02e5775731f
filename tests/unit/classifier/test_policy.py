"""Deciding: the tables and the laws, on a policy made by hand."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.policy import MAX_DAYS, Keep, Number, Policy, PolicyError, Rule, decide, label_of
from domain.contact import ContactKey, Profile
from domain.label import Label
from domain.signal import INTERACTIONS, Signal, SignalKind

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
CHECKED = date(2026, 11, 1)
ADA = ContactKey("twitter", "7001")


def a_rule(kind: SignalKind) -> Rule:
    """Return the rule of one kind, as the plainest lawful pack has it."""
    if kind in INTERACTIONS:
        label = Label.OCCASIONAL
    elif kind in {SignalKind.OBJECTED, SignalKind.BLOCKED}:
        label = Label.SUPPRESSED
    else:
        label = Label.REGULAR
    return Rule(
        kind=kind,
        label=label,
        keep=Keep.STORE,
        keep_days=0,
        profile=label is Label.REGULAR,
        text_days=0,
        source=f"source of {kind}",
        wording="its words",
        checked_on=CHECKED,
    )


RULES = {each: a_rule(each) for each in SignalKind}


def a_policy(**changed: Mapping[str, Any]) -> Policy:
    """Return the plain policy with some rules changed: `liked={"label": Label.NONE}`."""
    kinds = {SignalKind(kind): changes for kind, changes in changed.items()}
    rules = {each: replace(rule, **kinds.get(each, {})) for each, rule in RULES.items()}
    return Policy("a-pack", "3", rules, {"aggregate_k": Number(20, "a source", CHECKED)})


POLICY = a_policy()
LIKED, COMMENTED = Signal(ADA, SignalKind.LIKED, "p1"), Signal(ADA, SignalKind.COMMENTED, "p1")
FOLLOWS, OBJECTED = Signal(ADA, SignalKind.FOLLOWS), Signal(ADA, SignalKind.OBJECTED)
FOLLOW_ENDED = FOLLOWS._replace(ended_at=NOW - timedelta(days=1))
OPT_IN_RUNS = Signal(ADA, SignalKind.OPTED_IN, ended_at=NOW + timedelta(days=1))


@pytest.mark.parametrize(
    ("signals", "label"),
    [
        pytest.param([], Label.NONE, id="nothing yet"),
        pytest.param([LIKED], Label.OCCASIONAL, id="one like"),
        pytest.param([LIKED, COMMENTED, LIKED], Label.OCCASIONAL, id="likes never add up"),
        pytest.param([FOLLOWS], Label.REGULAR, id="a follower"),
        pytest.param([FOLLOW_ENDED], Label.NONE, id="an ended follow counts nothing"),
        pytest.param([FOLLOW_ENDED, LIKED], Label.OCCASIONAL, id="who unfollowed falls back to the like"),
        pytest.param([OPT_IN_RUNS], Label.REGULAR, id="an opt-in that runs out later still counts"),
        pytest.param([FOLLOWS, OBJECTED], Label.SUPPRESSED, id="an objection beats everything"),
    ],
)
def test_decide(signals: list[Signal], label: Label) -> None:
    decision = decide(ADA, signals, POLICY, now=NOW)

    assert (decision.contact, decision.label) == (ADA, label)
    assert (decision.policy, decision.decided_at) == ("a-pack/3", NOW)


def test_the_evidence_is_the_decisive_acts_with_their_sources_and_nothing_else() -> None:
    friend = Signal(ADA, SignalKind.FRIEND)

    decision = decide(ADA, [LIKED, friend, FOLLOWS], POLICY, now=NOW)

    assert [(each.signal, each.source) for each in decision.evidence] == [
        (FOLLOWS, "source of follows"),
        (friend, "source of friend"),
    ]


def test_the_evidence_carries_neither_name_nor_text() -> None:
    told = COMMENTED._replace(profile=Profile("ada", "Ada"), text="hello")

    assert decide(ADA, [told], POLICY, now=NOW).evidence[0].signal == COMMENTED


def test_an_act_that_a_pack_gives_no_meaning_is_no_evidence() -> None:
    policy = a_policy(liked={"label": Label.NONE, "keep": Keep.COUNT})

    decision = decide(ADA, [LIKED], policy, now=NOW)

    assert (decision.label, decision.evidence) == (Label.NONE, ())


@pytest.mark.parametrize("kind", SignalKind)
def test_one_act_alone_brings_the_label_of_its_kind(kind: SignalKind) -> None:
    assert decide(ADA, [Signal(ADA, kind)], POLICY, now=NOW).label is label_of(kind, POLICY)


MOMENTS = st.none() | st.integers(-30, 30).map(lambda days: NOW + timedelta(days=days))
SIGNALS = st.builds(
    Signal,
    contact=st.just(ADA),
    kind=st.sampled_from(SignalKind),
    item=st.sampled_from(["", "p1", "p2"]),
    started_at=MOMENTS,
    ended_at=MOMENTS,
)
MANY = st.lists(SIGNALS, max_size=12)


@given(MANY, SIGNALS)
def test_more_evidence_never_weakens_a_label(signals: list[Signal], another: Signal) -> None:
    before = decide(ADA, signals, POLICY, now=NOW)

    assert decide(ADA, [*signals, another], POLICY, now=NOW).label >= before.label


@given(MANY, st.randoms())
def test_the_order_of_acts_changes_nothing(signals: list[Signal], chance: Any) -> None:
    shuffled = signals.copy()
    chance.shuffle(shuffled)

    assert decide(ADA, shuffled, POLICY, now=NOW) == decide(ADA, signals, POLICY, now=NOW)


@given(st.lists(SIGNALS.filter(lambda each: each.kind in INTERACTIONS), max_size=60))
def test_interactions_never_add_up(signals: list[Signal]) -> None:
    assert decide(ADA, signals, POLICY, now=NOW).label <= Label.OCCASIONAL


@given(MANY, MANY)
def test_ended_acts_count_nothing(signals: list[Signal], others: list[Signal]) -> None:
    ended = [each._replace(ended_at=NOW) for each in others]

    assert decide(ADA, [*signals, *ended], POLICY, now=NOW) == decide(ADA, signals, POLICY, now=NOW)


@given(MANY)
def test_a_label_is_that_of_its_strongest_single_act(signals: list[Signal]) -> None:
    alone = [decide(ADA, [each], POLICY, now=NOW).label for each in signals]

    assert decide(ADA, signals, POLICY, now=NOW).label is max(alone, default=Label.NONE)


@pytest.mark.parametrize("kind", SignalKind)
def test_a_policy_without_a_rule_for_a_kind_is_refused(kind: SignalKind) -> None:
    rules = {each: rule for each, rule in RULES.items() if each is not kind}

    with pytest.raises(PolicyError, match=f"^{kind} has no rule") as caught:
        Policy("a-pack", "1", rules, {})

    assert caught.value.table == "rules"


@pytest.mark.parametrize("kind", sorted(INTERACTIONS))
@pytest.mark.parametrize("label", [Label.REGULAR, Label.SUPPRESSED])
def test_no_interaction_may_be_above_occasional(kind: SignalKind, label: Label) -> None:
    with pytest.raises(PolicyError, match=f"^{kind} may not be above occasional") as caught:
        a_policy(**{kind: {"label": label}})

    assert (caught.value.table, caught.value.key) == (f"rules.{kind}", "label")


@pytest.mark.parametrize("kind", [SignalKind.OBJECTED, SignalKind.BLOCKED])
@pytest.mark.parametrize("label", [Label.NONE, Label.OCCASIONAL, Label.REGULAR])
def test_an_objection_is_always_suppressed(kind: SignalKind, label: Label) -> None:
    with pytest.raises(PolicyError, match=f"^{kind} must be suppressed"):
        a_policy(**{kind: {"label": label}})


COUNT = {"keep": Keep.COUNT}


@pytest.mark.parametrize(
    ("kind", "changes", "key"),
    [
        pytest.param("liked", {"keep_days": -1}, "keep_days", id="negative days"),
        pytest.param("liked", {"keep_days": MAX_DAYS + 1}, "keep_days", id="more than ten years"),
        pytest.param("liked", {"text_days": -1}, "text_days", id="a text for negative days"),
        pytest.param("liked", {"text_days": MAX_DAYS + 1}, "text_days", id="a text for more than ten years"),
        pytest.param(
            "liked", {"keep_days": 7, "text_days": 8}, "text_days", id="a text that outlives its act"
        ),
        pytest.param("follows", COUNT | {"profile": False}, "keep", id="a regular act that is only counted"),
        pytest.param("objected", COUNT, "keep", id="an objection that is only counted"),
        pytest.param("liked", {"label": Label.NONE}, "keep", id="a meaningless act that is stored"),
        pytest.param("liked", COUNT | {"keep_days": 1}, "keep_days", id="a count with a date"),
        pytest.param("liked", COUNT | {"profile": True}, "profile", id="a count with a name"),
        pytest.param("liked", COUNT | {"text_days": 1}, "text_days", id="a count with a text"),
        pytest.param("blocked", {"keep_days": 30}, "keep_days", id="a suppression that runs out"),
        pytest.param("blocked", {"profile": True}, "profile", id="a suppression with a name"),
        pytest.param("blocked", {"text_days": 1}, "text_days", id="a suppression with a text"),
    ],
)
def test_keeping_that_may_not_be_is_refused(kind: str, changes: dict[str, Any], key: str) -> None:
    with pytest.raises(PolicyError, match=rf"^{kind} .*\.$") as caught:
        a_policy(**{kind: changes})

    assert (caught.value.table, caught.value.key) == (f"rules.{kind}", key)


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        pytest.param("liked", COUNT, id="an interaction that is only counted"),
        pytest.param("liked", COUNT | {"label": Label.NONE}, id="an interaction without meaning"),
        pytest.param("liked", {"keep_days": MAX_DAYS}, id="ten years"),
        pytest.param("liked", {"keep_days": 7, "text_days": 7}, id="a text as long as its act"),
        pytest.param("liked", {"text_days": 7}, id="a text of an act that stays"),
        pytest.param("follows", {"label": Label.OCCASIONAL}, id="a follow that a stricter pack weakens"),
    ],
)
def test_keeping_that_may_be_is_taken(kind: str, changes: dict[str, Any]) -> None:
    rule = a_policy(**{kind: changes}).rules[SignalKind(kind)]

    assert {each: getattr(rule, each) for each in changes} == changes


def test_a_policy_cannot_be_changed_through_the_table_it_was_made_from() -> None:
    rules = dict(RULES)
    policy = Policy("a-pack", "1", rules, {})

    rules[SignalKind.LIKED] = replace(rules[SignalKind.LIKED], label=Label.REGULAR)

    assert label_of(SignalKind.LIKED, policy) is Label.OCCASIONAL
    with pytest.raises(TypeError):
        policy.rules[SignalKind.LIKED] = rules[SignalKind.LIKED]  # type: ignore[index]  # that is the point


def test_numbers_are_looked_up_by_name() -> None:
    assert POLICY.number("aggregate_k") == 20


def test_a_missing_number_is_named() -> None:
    with pytest.raises(PolicyError, match=r"^a-pack lacks the number notice_due_days"):
        POLICY.number("notice_due_days")
