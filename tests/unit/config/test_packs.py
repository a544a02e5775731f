"""The packs that come along, the lines of those that are refused, and the document made from them."""

import re
from pathlib import Path

import pytest

from classifier.policy import Keep, Policy, PolicyError
from config.packs import available_packs, load_pack, parse_pack
from config.policy_document import policy_document
from domain.label import Label
from domain.signal import SignalKind

ROOT = Path(__file__).parents[3]
CNIL = (ROOT / "config/policies/cnil-2016.toml").read_text(encoding="utf-8")
BY_HAND = {
    Label.REGULAR: {"follows", "friend", "opted_in", "signed_up"},
    Label.OCCASIONAL: {
        *("liked", "reacted", "commented", "replied", "mentioned", "shared", "quoted", "rated", "messaged")
    },
    Label.SUPPRESSED: {"objected", "blocked"},
}
ANSWERED = {"commented", "replied", "mentioned", "quoted", "rated"}


@pytest.fixture(params=available_packs())
def pack(request: pytest.FixtureRequest) -> Policy:
    return load_pack(request.param)


def line_with(text: str, wanted: str) -> int:
    """Return the number of the only line that is `wanted`."""
    lines = text.splitlines()
    assert lines.count(wanted) == 1
    return lines.index(wanted) + 1


def in_rule(kind: str, old: str, new: str) -> tuple[str, int]:
    """Return the 2016 pack with a line of one rule replaced, and that line's number."""
    lines = CNIL.splitlines()
    start = lines.index(f"[rules.{kind}]")
    place = next(number for number in range(start, len(lines)) if lines[number].startswith(old))
    lines[place] = new
    return "\n".join(lines), place + 1


def test_two_packs_come_along() -> None:
    assert available_packs() == ("cnil-2016", "eu-2026")


def test_each_pack_labels_as_the_table_made_by_hand(pack: Policy) -> None:
    found = {label: {each.kind for each in pack.rules.values() if each.label is label} for label in BY_HAND}

    assert found == BY_HAND


def test_each_pack_bears_the_name_of_its_file_and_every_rule_a_dated_source(pack: Policy) -> None:
    assert pack.name in available_packs()
    for each in pack.rules.values():
        assert re.search(r"\b(CNIL|NS-34|GDPR) ", each.source), each.kind
        assert each.wording.endswith("."), each.kind


def test_2016_keeps_regular_contacts_with_their_profile_while_their_act_stands() -> None:
    rules = [load_pack("cnil-2016").rules[SignalKind(each)] for each in BY_HAND[Label.REGULAR]]

    assert {(each.keep, each.keep_days, each.profile, each.text_days) for each in rules} == {
        (Keep.STORE, 0, True, 0)
    }


@pytest.mark.parametrize("kind", sorted(BY_HAND[Label.OCCASIONAL]))
def test_2016_keeps_interactions_a_month_without_a_name_and_a_text_where_an_answer_is_due(kind: str) -> None:
    rule = load_pack("cnil-2016").rules[SignalKind(kind)]

    assert (rule.keep, rule.keep_days, rule.profile) == (Keep.STORE, 30, False)
    assert rule.text_days == (7 if kind in ANSWERED else 0)


@pytest.mark.parametrize("kind", sorted(BY_HAND[Label.OCCASIONAL]))
def test_2026_only_counts_interactions(kind: str) -> None:
    assert load_pack("eu-2026").rules[SignalKind(kind)].keep is Keep.COUNT


def test_2026_keeps_names_only_from_those_who_gave_them() -> None:
    rules = load_pack("eu-2026").rules.values()

    assert {each.kind for each in rules if each.profile} == {"opted_in", "signed_up"}


def test_objections_leave_the_key_alone_and_stay(pack: Policy) -> None:
    for each in ("objected", "blocked"):
        rule = pack.rules[SignalKind(each)]
        assert (rule.keep, rule.keep_days, rule.profile, rule.text_days) == (Keep.STORE, 0, False, 0)


def test_all_packs_carry_the_same_numbers() -> None:
    named = [list(load_pack(each).numbers) for each in available_packs()]

    assert named[0] == named[1]
    assert load_pack("cnil-2016").number("regular_inactive_months") == 36


LINE_ERRORS = [
    pytest.param(
        in_rule("liked", "label", 'label = "regular"'),
        "liked may not be above occasional",
        id="a like that is raised",
    ),
    pytest.param(
        in_rule("blocked", "label", 'label = "regular"'), "blocked must be suppressed", id="a weak objection"
    ),
    pytest.param(in_rule("liked", "label", 'label = "gold"'), "'gold' is no label", id="an unknown label"),
    pytest.param(
        in_rule("liked", "keep ", 'keep = "all"'), "'all' is no way to keep", id="an unknown keeping"
    ),
    pytest.param(in_rule("liked", "keep_days", "keep_days = 9999"), "liked takes 0 to", id="too many days"),
    pytest.param(
        in_rule("liked", "keep_days", "keep_days = true"), "must be a whole number", id="true is no number"
    ),
    pytest.param(
        in_rule("liked", "profile", "profile = 0"), "must be true or false", id="nought is not false"
    ),
    pytest.param(
        in_rule("liked", "source", 'source = ""'), "'source' of rules.liked is empty", id="no source"
    ),
    pytest.param(
        in_rule("liked", "checked_on", "checked_on = 2026-11-01T10:00:00Z"),
        "must be a date",
        id="a time of day",
    ),
    pytest.param(in_rule("liked", "source", 'sauce = "x"'), "knows no 'sauce'", id="a misspelt key"),
    pytest.param(in_rule("liked", "label", 'label = "'), "this is no valid TOML", id="no TOML at all"),
    pytest.param(
        in_rule("liked", "[rules.liked]", "[rules.licked]"),
        "'licked' is no kind of act",
        id="an unknown kind",
    ),
]


@pytest.mark.parametrize(("changed", "sentence"), LINE_ERRORS)
def test_a_wrong_pack_is_refused_with_its_line(changed: tuple[str, int], sentence: str) -> None:
    text, line = changed

    with pytest.raises(PolicyError, match=f"^cnil-x.toml line {line}: .*{re.escape(sentence)}"):
        parse_pack(text, file="cnil-x.toml")


def test_a_missing_key_is_refused_with_the_line_of_its_rule() -> None:
    text, _ = in_rule("liked", "source", "")
    line = line_with(text, "[rules.liked]")

    with pytest.raises(PolicyError, match=f"^x.toml line {line}: rules.liked lacks 'source'"):
        parse_pack(text, file="x.toml")


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param('[rules]\nliked = {label = "regular", ', id="an inline table"),
        pytest.param('[rules."liked"]\n"label" = "regular"\n', id="quoted names"),
        pytest.param('[rules]\nliked.label = "regular"\n', id="dotted names"),
    ],
)
def test_other_ways_to_write_a_rule_are_found_too(rule: str) -> None:
    whole = CNIL.split("[rules.liked]\n")[1].split("\n[", 1)[0].splitlines()[1:]
    rest = [each for each in whole if each]
    if rule.endswith(", "):
        rule += ", ".join(rest) + "}\n"
    elif "liked.label" in rule:
        rule += "".join(f"liked.{each}\n" for each in rest)
    else:
        rule += "\n".join(rest) + "\n"
    start = CNIL.index("[rules.liked]")
    others = CNIL[:start] + CNIL[CNIL.index("[rules.reacted]") :]
    head, tables = others.split("[rules.follows]", 1)
    text = f"{head}{rule}\n[rules.follows]{tables}"
    line = head.count("\n") + 2

    with pytest.raises(PolicyError, match=f"^x.toml line {line}: liked may not be above"):
        parse_pack(text, file="x.toml")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param("", "x.toml: the pack lacks 'name'; add it.", id="an empty file"),
        pytest.param(
            CNIL.replace("[rules.liked]", "[other]", 1), "knows no 'other'", id="a table of another name"
        ),
        pytest.param(
            CNIL[: CNIL.index("[rules.blocked]")] + CNIL[CNIL.index("[numbers.") :],
            "x.toml: blocked has no rule",
            id="a kind without a rule",
        ),
        pytest.param(
            'name = "x"\nversion = "1"\nnumbers = {}\n[rules]\nliked = 3\n[admission]\n',
            "x.toml line 5: rules.liked must be a table with label",
            id="a rule that is no table",
        ),
        pytest.param('name = "x', "x.toml line 1: this is no valid TOML", id="an unfinished text"),
        pytest.param(
            CNIL + '\n[numbers.odd]\nvalue = 1.5\nsource = "x"\nchecked_on = 2026-11-01\n',
            "'value' of numbers.odd must be a whole number",
            id="a broken number",
        ),
    ],
)
def test_packs_that_are_refused_as_a_whole(text: str, sentence: str) -> None:
    with pytest.raises(PolicyError) as caught:
        parse_pack(text, file="x.toml")

    assert sentence in str(caught.value)


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(PolicyError, match="no policy pack 'cnil-2017'; choose cnil-2016 or eu-2026"):
        load_pack("cnil-2017")


def test_a_file_of_ones_own_is_loaded(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(CNIL.replace('name = "cnil-2016"', 'name = "own"'), encoding="utf-8")

    assert load_pack(own).signature == "own/1"


@pytest.mark.parametrize(
    "content", [pytest.param(None, id="absent"), pytest.param(b"\xff\xfe", id="no text")]
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    own = tmp_path / "own.toml"
    if content:
        own.write_bytes(content)

    with pytest.raises(PolicyError, match=r"own\.toml cannot be read"):
        load_pack(own)


def test_the_document_is_the_one_that_the_packs_make() -> None:
    made = policy_document([load_pack(each) for each in available_packs()])

    assert (ROOT / "docs/policy.md").read_text(encoding="utf-8") == made, (
        "run `python -m config.policy_document > docs/policy.md`"
    )
