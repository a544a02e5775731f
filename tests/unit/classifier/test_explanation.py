"""Every decision in one sentence."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from classifier.explanation import ACTS
from classifier.policy import explain
from domain.contact import ContactKey
from domain.label import Decision, Evidence, Label
from domain.signal import Signal, SignalKind

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
BEGAN = datetime(2026, 11, 1, 9, tzinfo=UTC)
ADA = ContactKey("twitter", "7001")
CNIL = "CNIL 2016-11-08"


def decided(label: Label, *signals: Signal) -> Decision:
    """Return a decision that these acts carried."""
    evidence = tuple(Evidence(each, label, CNIL) for each in signals)
    return Decision(ADA, label, evidence, "cnil-2016/1", NOW)


def act(kind: SignalKind, started_at: datetime | None = BEGAN) -> Signal:
    """Return one act of Ada's."""
    return Signal(ADA, kind, started_at=started_at)


REGULAR, OCCASIONAL = Label.REGULAR, Label.OCCASIONAL
SENTENCES = [
    (REGULAR, "follows", "follows @ville since 2026-11-01"),
    (REGULAR, "friend", "is a friend of @ville since 2026-11-01"),
    (REGULAR, "opted_in", "has opted in to messages of @ville since 2026-11-01"),
    (REGULAR, "signed_up", "signed up with @ville on 2026-11-01"),
    (OCCASIONAL, "liked", "liked a post of @ville on 2026-11-01"),
    (OCCASIONAL, "reacted", "reacted to a post of @ville on 2026-11-01"),
    (OCCASIONAL, "commented", "commented on a post of @ville on 2026-11-01"),
    (OCCASIONAL, "replied", "replied to @ville on 2026-11-01"),
    (OCCASIONAL, "mentioned", "mentioned @ville on 2026-11-01"),
    (OCCASIONAL, "shared", "shared a post of @ville on 2026-11-01"),
    (OCCASIONAL, "quoted", "quoted a post of @ville on 2026-11-01"),
    (OCCASIONAL, "rated", "rated @ville on 2026-11-01"),
    (OCCASIONAL, "messaged", "wrote a message to @ville on 2026-11-01"),
    (Label.SUPPRESSED, "objected", "objected to being kept or written to by @ville on 2026-11-01"),
    (Label.SUPPRESSED, "blocked", "is blocked at @ville or blocks it since 2026-11-01"),
]


@pytest.mark.parametrize(("label", "kind", "words"), [pytest.param(*each, id=each[2]) for each in SENTENCES])
def test_each_kind_has_its_words(label: Label, kind: str, words: str) -> None:
    sentence = explain(decided(label, act(SignalKind(kind))), account="@ville")

    assert sentence == f"{label.word}: {words} (rule {kind} → {label.word}, CNIL 2016-11-08)"


def test_no_kind_is_without_words() -> None:
    assert (
        set(ACTS["en"])
        == set(ACTS["fr"])
        == set(SignalKind)
        == {SignalKind(kind) for _, kind, _ in SENTENCES}
    )


def test_nothing_held_is_said_so() -> None:
    assert explain(decided(Label.NONE)) == (
        "none: nothing that we hold of this contact counts (cnil-2016/1, 2026-11-20)"
    )


def test_a_suppression_whose_act_was_deleted_is_said_so() -> None:
    assert explain(decided(Label.SUPPRESSED)) == (
        "suppressed: the acts that carried this are no longer kept (cnil-2016/1, 2026-11-20)"
    )


@pytest.mark.parametrize(
    ("kind", "seen_at", "words"),
    [
        pytest.param(
            "follows", None, "since 2026-11-20 at the latest", id="a state, known since the decision"
        ),
        pytest.param(
            "follows", BEGAN, "since 2026-11-01 at the latest", id="a state, known since it was seen"
        ),
        pytest.param("liked", BEGAN, "by 2026-11-01", id="an act, known since it was seen"),
    ],
)
def test_where_the_platform_shows_no_date_the_sentence_claims_none(
    kind: str, seen_at: datetime | None, words: str
) -> None:
    sentence = explain(decided(REGULAR, act(SignalKind(kind), None)), seen_at=seen_at)

    assert re.search(rf"our account {words} \(rule", sentence)


@pytest.mark.parametrize(
    ("count", "words"),
    [
        pytest.param(1, "2026-11-01 (rule", id="one act needs no count"),
        pytest.param(2, "2026-11-01, and 1 more act as strong (rule", id="two acts"),
        pytest.param(3, "2026-11-01, and 2 more acts as strong (rule", id="three acts"),
    ],
)
def test_further_acts_are_counted(count: int, words: str) -> None:
    assert words in explain(decided(OCCASIONAL, *[act(SignalKind.LIKED)] * count))


def test_days_are_those_of_utc() -> None:
    midnight_in_paris = datetime(2026, 11, 2, 0, 30, tzinfo=timezone(timedelta(hours=1)))

    assert "since 2026-11-01 (" in explain(decided(REGULAR, act(SignalKind.FOLLOWS, midnight_in_paris)))


def test_an_account_name_with_braces_is_shown_as_it_is() -> None:
    assert "follows {kind} since" in explain(decided(REGULAR, act(SignalKind.FOLLOWS)), account="{kind}")


FRENCH = {
    "follows": "suit le compte @ville depuis le 2026-11-01",
    "friend": "est ami du compte @ville depuis le 2026-11-01",
    "opted_in": "a accepté les messages du compte @ville depuis le 2026-11-01",
    "signed_up": "s'est inscrit auprès du compte @ville le 2026-11-01",
    "liked": "a aimé une publication du compte @ville le 2026-11-01",
    "reacted": "a réagi à une publication du compte @ville le 2026-11-01",
    "commented": "a commenté une publication du compte @ville le 2026-11-01",
    "replied": "a répondu au compte @ville le 2026-11-01",
    "mentioned": "a mentionné le compte @ville le 2026-11-01",
    "shared": "a partagé une publication du compte @ville le 2026-11-01",
    "quoted": "a cité une publication du compte @ville le 2026-11-01",
    "rated": "a évalué le compte @ville le 2026-11-01",
    "messaged": "a écrit un message au compte @ville le 2026-11-01",
    "objected": "s'est opposé à être conservé ou contacté par le compte @ville le 2026-11-01",
    "blocked": "est bloqué par le compte @ville ou le bloque depuis le 2026-11-01",
}


@pytest.mark.parametrize("kind", SignalKind)
def test_each_kind_has_its_french_words(kind: SignalKind) -> None:
    sentence = explain(decided(REGULAR, act(kind)), account="@ville", language="fr")

    assert sentence.startswith(f"régulier : {FRENCH[kind]} (règle ")
    assert sentence.endswith(f" → régulier, {CNIL})")


def test_french_says_of_everything_what_english_says() -> None:
    def day(moment: datetime) -> str:
        return f"{moment.day}/{moment.month}"

    said = {
        decided(
            Label.NONE
        ): "sans acte : rien de ce que nous conservons de ce contact ne compte (cnil-2016/1, 20/11)",
        decided(Label.SUPPRESSED): (
            "opposé : les actes qui fondaient cette étiquette ne sont plus conservés (cnil-2016/1, 20/11)"
        ),
        decided(OCCASIONAL, *[act(SignalKind.LIKED, None)] * 2): (
            "occasionnel : a aimé une publication de notre compte le 20/11 au plus tard, et un autre acte "
            f"aussi fort (règle mention j'aime → occasionnel, {CNIL})"
        ),
        decided(OCCASIONAL, *[act(SignalKind.REPLIED)] * 3): (
            "occasionnel : a répondu à notre compte le 1/11, et 2 autres actes aussi forts "
            f"(règle réponse → occasionnel, {CNIL})"
        ),
        replace(decided(OCCASIONAL), decided_by="cli:bo", reason="compte parodique"): (
            "occasionnel : décidé par cli:bo le 20/11, compte parodique (cnil-2016/1)"
        ),
    }
    assert {each: explain(each, language="fr", day=day) for each in said} == said
