"""Admission: the table of gates and channels under both packs, its laws, and mutants that must die."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier import admission
from classifier.admission import _Said, admit, held_back
from classifier.admission_rules import (
    FLOOR,
    NEEDED_GATES,
    AdmissionRules,
    BasisRule,
    ChannelRule,
    GateRule,
    Permit,
    check_admission,
)
from classifier.channels import addressable, channels
from classifier.policy import MOST, Number, Policy, PolicyError
from classifier.refusals import LANGUAGES, say_channel, say_gate
from config.packs import available_packs, load_pack
from domain.admission import (
    Basis,
    Controller,
    Facts,
    Gate,
    GateAnswer,
    NoticeFacts,
    OverrideFacts,
    StandingAct,
    Told,
)
from domain.channel import Channel, ChannelAnswer, Hindrance
from domain.contact import ContactKey
from domain.label import Label
from domain.signal import SignalKind

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
CNIL, EU = (load_pack(each) for each in ("cnil-2016", "eu-2026"))
CHECKED = date(2026, 11, 27)
ALL = frozenset(Gate)


def ago(**by: float) -> datetime:
    return NOW - timedelta(**by)


def notice(told: Told | None, *, due_in: int = 5) -> NoticeFacts:
    return NoticeFacts(NOW + timedelta(days=due_in), ago(days=2) if told else None, told)


#: A follower on X that was harvested yesterday and told itself: passes every gate of both packs.
ADA = Facts(
    key=ContactKey("twitter", "7001"),
    label=Label.REGULAR,
    decided_at=ago(days=1),
    first_seen_at=ago(days=1),
    acts=(StandingAct(SignalKind.FOLLOWS, ago(days=1)),),
    notice=notice(Told.INDIVIDUALLY),
)
SIGNED = (StandingAct(SignalKind.SIGNED_UP, ago(days=400)),)
RAISED = OverrideFacts(Label.REGULAR, ago(days=3), "ada", "she asked in writing")


def refused(facts: Facts, policy: Policy, controller: Controller | None = Controller.PARTY) -> set[str]:
    return {each.gate.value for each in admit(facts, policy, controller, now=NOW).refusals}


GATES = [
    pytest.param({}, set(), set(), id="told-follower-enters-under-both"),
    pytest.param({"notice": None}, set(), {"not_told"}, id="just-harvested-enters-under-2016-only"),
    pytest.param({"notice": notice(None)}, set(), {"not_told"}, id="notice-not-yet-overdue"),
    pytest.param(
        {"notice": notice(None, due_in=-1)},
        {"notice_overdue"},
        {"notice_overdue", "not_told"},
        id="notice-overdue",
    ),
    pytest.param(
        {"notice": None, "first_seen_at": ago(days=31)},
        {"notice_overdue"},
        {"notice_overdue", "not_told"},
        id="no-notice-known-for-a-month-is-overdue",
    ),
    pytest.param(
        {"notice": notice(None, due_in=90), "first_seen_at": ago(days=31)},
        {"notice_overdue"},
        {"notice_overdue", "not_told"},
        id="no-due-date-lies-past-the-month",
    ),
    pytest.param(
        {"notice": notice(Told.PUBLICLY)}, set(), {"not_told"}, id="told-in-public-is-not-told-itself"
    ),
    pytest.param({"notice": notice(Told.IN_FORM)}, set(), set(), id="told-in-a-form-is-told"),
    pytest.param(
        {"label": Label.OCCASIONAL, "acts": ()}, {"not_regular"}, {"not_regular", "no_basis"}, id="occasional"
    ),
    pytest.param(
        {"label": Label.SUPPRESSED},
        {"not_regular", "suppressed"},
        {"not_regular", "suppressed"},
        id="suppressed",
    ),
    pytest.param({"minor_at": ago(days=1)}, {"minor"}, {"minor"}, id="minor"),
    pytest.param({"gone_at": ago(days=1)}, {"platform_gone"}, {"platform_gone"}, id="platform-says-gone"),
    pytest.param({"keep_until": NOW}, {"kept_too_long"}, {"kept_too_long"}, id="its-date-is-today"),
    pytest.param({"keep_until": NOW + timedelta(seconds=1)}, set(), set(), id="its-date-is-to-come"),
    pytest.param(
        {"acts": (StandingAct(SignalKind.SIGNED_UP, ago(days=1096)),)},
        {"kept_too_long"},
        {"kept_too_long"},
        id="nothing-seen-for-36-months",
    ),
    pytest.param(
        {"acts": (StandingAct(SignalKind.FOLLOWS, ago(days=30)),)}, set(), set(), id="follow-seen-30-days-ago"
    ),
    pytest.param(
        {"acts": (StandingAct(SignalKind.FOLLOWS, ago(days=45)),)},
        {"proof_too_old"},
        {"proof_too_old"},
        id="follow-seen-45-days-ago",
    ),
    pytest.param({"acts": SIGNED}, set(), set(), id="a-sign-up-ages-by-months"),
    pytest.param(
        {"acts": ()}, {"proof_too_old"}, {"proof_too_old", "no_basis"}, id="regular-by-nothing-that-stands"
    ),
    pytest.param(
        {"acts": (), "override": RAISED},
        {"override_pending", "proof_too_old"},
        {"override_pending", "proof_too_old", "no_basis"},
        id="raised-and-nobody-confirmed",
    ),
    pytest.param(
        {"acts": (), "override": RAISED._replace(confirmed_at=ago(days=1))},
        set(),
        set(),
        id="raised-and-confirmed",
    ),
    pytest.param({"consented": frozenset({"email"}), "acts": SIGNED}, set(), set(), id="consented"),
]


@pytest.mark.parametrize(("changes", "under_2016", "under_2026"), GATES)
def test_gates(changes: dict[str, object], under_2016: set[str], under_2026: set[str]) -> None:
    facts = replace(ADA, **changes)  # type: ignore[arg-type]  # the table's own names
    assert refused(facts, CNIL) == under_2016
    assert refused(facts, EU) == under_2026


@pytest.mark.parametrize(
    ("controller", "by_follow", "by_sign_up"),
    [
        (Controller.PARTY, True, True),
        (Controller.ASSOCIATION, True, True),
        (Controller.FOUNDATION, True, True),
        (Controller.CANDIDATE, False, True),
        (Controller.ELECTED_PERSON, False, True),
        (Controller.OTHER, False, True),
        (None, False, True),
    ],
)
def test_what_each_kind_of_controller_may_rely_on(
    controller: Controller | None, *, by_follow: bool, by_sign_up: bool
) -> None:
    assert ("no_basis" not in refused(ADA, EU, controller)) is by_follow
    assert ("no_basis" not in refused(replace(ADA, acts=SIGNED), EU, controller)) is by_sign_up
    consented = replace(ADA, consented=frozenset({"sms"}))
    assert "no_basis" not in refused(consented, EU, controller)


def test_gates_answer_in_the_packs_order_each_with_its_source() -> None:
    answers = admit(ADA, EU, Controller.PARTY, now=NOW).answers
    assert [each.gate for each in answers] == list(EU.admission.gates)
    assert all(each.source and each.checked_on for each in answers)
    follow = next(each for each in answers if each.gate is Gate.PROOF_TOO_OLD)
    assert (follow.at, follow.act) == (ago(days=1), SignalKind.FOLLOWS)


FACEBOOK = ContactKey("facebook", "5000:7001")
CHANNELS = [
    pytest.param({}, set(), id="a-follower-has-no-channel"),
    pytest.param({"wrote_at": ago(days=300)}, {"x_message"}, id="x-who-wrote-first"),
    pytest.param({"wrote_at": ago(hours=1), "stopped_at": ago(days=1)}, set(), id="x-who-said-stop"),
    pytest.param({"wrote_at": ago(hours=1), "key": FACEBOOK}, {"messenger"}, id="messenger-within-the-day"),
    pytest.param({"wrote_at": ago(hours=24), "key": FACEBOOK}, set(), id="messenger-a-day-later"),
    pytest.param({"consented": frozenset({"email"})}, {"email"}, id="email-with-consent"),
    pytest.param({"consented": frozenset({"sms"})}, {"sms"}, id="sms-with-consent"),
    pytest.param(
        {"consented": frozenset({"email", "sms"}), "wrote_at": NOW, "notice": notice(Told.PUBLICLY)},
        set(),
        id="told-in-public-only",
    ),
    pytest.param(
        {"consented": frozenset({"email"}), "wrote_at": NOW, "label": Label.OCCASIONAL},
        set(),
        id="not-admitted",
    ),
    pytest.param(
        {"wrote_at": NOW, "acts": (StandingAct(SignalKind.FOLLOWS, ago(days=45)),)}, set(), id="proof-too-old"
    ),
]


@pytest.mark.parametrize(("changes", "ways"), CHANNELS)
def test_channels(changes: dict[str, object], ways: set[str]) -> None:
    facts = replace(ADA, **changes)  # type: ignore[arg-type]  # the table's own names
    said = {each: addressable(facts, each, CNIL, Controller.PARTY, now=NOW) for each in Channel}
    assert {each.value for each, answer in said.items() if answer and answer.addressable} == ways
    whole = channels(facts, CNIL, admit(facts, CNIL, Controller.PARTY, now=NOW), now=NOW)
    assert list(whole) == [said[each.channel] for each in whole]


@pytest.mark.parametrize(
    ("told", "within_the_team", "to_others"),
    [
        pytest.param(None, True, False, id="not-told-yet"),
        pytest.param(Told.PUBLICLY, False, False, id="a-public-notice-alone"),
        pytest.param(Told.IN_FORM, True, True, id="told-by-its-form"),
        pytest.param(Told.INDIVIDUALLY, True, True, id="told-itself"),
    ],
)
def test_nobody_is_disclosed_before_being_told(
    told: Told | None,
    within_the_team: bool,  # noqa: FBT001  # a table's column
    to_others: bool,  # noqa: FBT001  # a table's column
) -> None:
    facts = replace(ADA, notice=NoticeFacts(NOW, NOW if told else None, told))
    for others, shown in ((False, within_the_team), (True, to_others)):
        held = held_back(facts, to_others=others)
        assert (held is None) is shown
        assert held is None or (held.gate, held.passed) == (Gate.NOT_TOLD, False)
    assert held_back(replace(ADA, notice=None), to_others=True)


def test_a_channel_that_a_pack_does_not_have_or_closes_is_closed() -> None:
    bare = replace(CNIL, admission=FLOOR)
    assert addressable(ADA, Channel.EMAIL, bare, None, now=NOW) is None
    rules = replace(
        CNIL.admission, channels={Channel.EMAIL: ChannelRule(Channel.EMAIL, Permit.NEVER, "ours", CHECKED)}
    )
    consented = replace(ADA, consented=frozenset({"email"}))
    closed = addressable(consented, Channel.EMAIL, replace(CNIL, admission=rules), None, now=NOW)
    assert closed
    assert closed.hindrance is Hindrance.NOT_ALLOWED


MOMENTS = st.one_of(st.none(), st.integers(-2000, 60).map(lambda days: NOW + timedelta(days=days)))
PAST = st.integers(0, 1500).map(lambda hours: ago(hours=hours))
FACTS = st.builds(
    Facts,
    key=st.sampled_from([ADA.key, FACEBOOK]),
    label=st.sampled_from(Label),
    decided_at=PAST,
    first_seen_at=PAST,
    acts=st.lists(
        st.builds(
            StandingAct, st.sampled_from(["follows", "friend", "signed_up", "opted_in"]).map(SignalKind), PAST
        ),
        max_size=3,
    ).map(tuple),
    keep_until=MOMENTS,
    wrote_at=MOMENTS,
    stopped_at=MOMENTS,
    minor_at=MOMENTS,
    gone_at=MOMENTS,
    override=st.one_of(
        st.none(),
        st.builds(
            OverrideFacts,
            st.sampled_from(Label),
            PAST,
            st.just("ada"),
            st.just("why"),
            st.one_of(st.none(), PAST),
        ),
    ),
    notice=st.one_of(
        st.none(),
        st.sampled_from(Told).map(notice),
        st.integers(-40, 40).map(lambda days: notice(None, due_in=days)),
    ),
    consented=st.frozensets(st.sampled_from([each.value for each in Channel])),
)
ANY_CONTROLLER = st.one_of(st.none(), st.sampled_from(Controller))


@given(FACTS, st.sampled_from([CNIL, EU]), ANY_CONTROLLER)
def test_addressable_implies_admitted_implies_regular(
    facts: Facts, policy: Policy, controller: Controller | None
) -> None:
    said = admit(facts, policy, controller, now=NOW)
    open_ways = [each for each in channels(facts, policy, said, now=NOW) if each.addressable]
    if open_ways:
        assert said.admitted
    if said.admitted:
        assert facts.label is Label.REGULAR


@given(FACTS, ANY_CONTROLLER)
def test_the_stricter_pack_admits_nobody_more(facts: Facts, controller: Controller | None) -> None:
    if admit(facts, EU, controller, now=NOW).admitted:
        assert admit(facts, CNIL, controller, now=NOW).admitted


@given(FACTS, st.sampled_from([CNIL, EU]), ANY_CONTROLLER, st.sampled_from(LANGUAGES))
def test_every_answer_has_a_sentence(
    facts: Facts, policy: Policy, controller: Controller | None, language: str
) -> None:
    said = admit(facts, policy, controller, now=NOW)
    for gate in said.answers:
        sentence = say_gate(gate, language=language, now=NOW)
        assert sentence
        assert "{" not in sentence
    for way in channels(facts, policy, said, now=NOW):
        assert "{" not in say_channel(way, language=language)


def _always(_asked: object) -> _Said:
    return _Said(passed=True, at=None)


@pytest.mark.parametrize("gate", list(Gate))
def test_a_gate_that_always_opens_is_seen(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    mutant: dict[Gate, Callable[..., _Said]] = {**admission._GATES, gate: _always}  # the mutant
    monkeypatch.setattr(admission, "_GATES", MappingProxyType(mutant))
    rows = [each.values for each in GATES]
    unlike = [
        row
        for row in rows
        if refused(replace(ADA, **row[0]), CNIL) != row[1] or refused(replace(ADA, **row[0]), EU) != row[2]  # type: ignore[arg-type]  # the table's own names
    ]
    assert unlike


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "follow last seen 45 days ago"), ("fr", "abonnement vu pour la dernière fois il y a 45 jours")],
)
def test_an_old_proof_is_said_with_its_age(language: str, sentence: str) -> None:
    old = replace(ADA, acts=(StandingAct(SignalKind.FOLLOWS, ago(days=45)),))
    (answer,) = admit(old, CNIL, None, now=NOW).refusals
    assert say_gate(answer, language=language, now=NOW) == sentence


def test_an_open_channel_is_said_so() -> None:
    answer = ChannelAnswer(Channel.SMS, None, None, "x", CHECKED)
    assert say_channel(answer, language="fr") == "peut être contacté"


def test_what_nothing_carries_any_more_is_said_so() -> None:
    answer = GateAnswer(Gate.PROOF_TOO_OLD, passed=False, at=None, source="x", checked_on=CHECKED)
    assert "nothing" in say_gate(answer, language="en", now=NOW)


def test_every_gate_and_hindrance_is_said_in_both_languages() -> None:
    said = set()
    for language in LANGUAGES:
        for gate in Gate:
            answer = GateAnswer(gate, False, NOW, "x", CHECKED, SignalKind.FRIEND)  # passed
            said.add(say_gate(answer, language=language, now=NOW))
        for each in Hindrance:
            said.add(say_channel(ChannelAnswer(Channel.SMS, each, NOW, "x", CHECKED), language=language))
    assert len(said) == len(LANGUAGES) * (len(Gate) + len(Hindrance))


def _rules(
    leave_out: Gate | None = None,
    bases: dict[Controller, BasisRule] | None = None,
    ways: dict[Channel, ChannelRule] | None = None,
) -> AdmissionRules:
    gates = {each: GateRule(each, "x", CHECKED) for each in NEEDED_GATES if each is not leave_out}
    return AdmissionRules(gates, bases or {}, ways or {})


@pytest.mark.parametrize("gate", NEEDED_GATES)
def test_no_pack_leaves_out_what_the_law_asks_for(gate: Gate) -> None:
    with pytest.raises(PolicyError, match=f"The gate {gate} is missing"):
        check_admission(_rules(leave_out=gate))


@pytest.mark.parametrize("controller", [Controller.CANDIDATE, Controller.ELECTED_PERSON, Controller.OTHER])
def test_no_pack_lets_a_person_rely_on_regular_contact(controller: Controller) -> None:
    basis = BasisRule(controller, frozenset({Basis.REGULAR_CONTACT}), "x", CHECKED)
    with pytest.raises(PolicyError, match=f"{controller} may not rely on regular_contact"):
        check_admission(_rules(bases={controller: basis}))


@pytest.mark.parametrize("way", list(Channel))
def test_no_pack_opens_a_channel_wider_than_its_platform(way: Channel) -> None:
    wider = Permit.WROTE_FIRST if way is not Channel.X_MESSAGE else Permit.CONSENT
    with pytest.raises(PolicyError, match=f"{way} may open by"):
        check_admission(_rules(ways={way: ChannelRule(way, wider, "x", CHECKED)}))


def test_a_pack_that_asks_for_a_basis_says_what_each_may_rely_on() -> None:
    gates = {**_rules().gates, Gate.NO_BASIS: GateRule(Gate.NO_BASIS, "x", CHECKED)}
    with pytest.raises(PolicyError, match="needs to know what party may rely on"):
        check_admission(AdmissionRules(gates))


@pytest.mark.parametrize("name", list(MOST))
def test_no_number_is_above_what_the_law_or_a_platform_allows(name: str) -> None:
    most, _ = MOST[name]
    with pytest.raises(PolicyError, match=f"{name} must be 1 to"):
        replace(CNIL, numbers={**CNIL.numbers, name: Number(most + 1, "x", CHECKED)})


def test_each_pack_has_every_channel_and_the_newer_one_more_gates() -> None:
    for each in available_packs():
        assert set(load_pack(each).admission.channels) == set(Channel)
    assert set(EU.admission.gates) == ALL
    assert set(EU.admission.gates) - set(CNIL.admission.gates) == {Gate.NO_BASIS, Gate.NOT_TOLD}
