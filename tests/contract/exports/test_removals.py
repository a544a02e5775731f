"""What a removal asks of each target, by the reason for which somebody left."""

import re
from pathlib import Path

import orjson
import pytest

from domain.admission import Gate
from exports.presets import PRESETS, Leaving, Preset, asks, write
from exports.presets.preset import ASKS
from pipeline import brake, deletions, expire, gone, override, rights, withdrawing, withhold
from tests.exported import left, left_as_they_are, table

every = pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
REASONS = [
    ("unfollowed", Leaving.LEFT),
    ("unfriended", Leaving.LEFT),
    ("not_regular", Leaving.LEFT),
    ("account_removed", Leaving.LEFT),
    ("proof_too_old", Leaving.LEFT),
    ("withheld", Leaving.LEFT),
    ("override", Leaving.LEFT),
    ("something new", Leaving.LEFT),
    ("objected", Leaving.OBJECTED),
    ("blocked", Leaving.OBJECTED),
    ("said_stop", Leaving.OBJECTED),
    ("opted_out", Leaving.OBJECTED),
    ("minor", Leaving.OBJECTED),
    ("consent_withdrawn", Leaving.OBJECTED),
    ("erased", Leaving.ERASED),
    ("platform_deletion", Leaving.ERASED),
    ("expired", Leaving.ERASED),
    ("campaign_over", Leaving.ERASED),
    ("notice_overdue", Leaving.ERASED),
    ("kept_too_long", Leaving.ERASED),
    ("platform_gone", Leaving.ERASED),
]
#: Reasons of the feed that only take our fields away; a new one must be sorted here or in ASKS.
LEAVING = {
    "unfollowed", "unfriended", "ended", "not_regular", "override_pending", "proof_too_old", "no_basis",
    "not_told", "protected", "override", "withheld", "account_removed",
}  # fmt: skip


@pytest.mark.parametrize(("reason", "asked"), REASONS)
def test_a_reason_asks_what_the_law_or_the_person_asks(reason: str, asked: Leaving) -> None:
    assert asks(reason) is asked


def test_every_reason_of_the_feed_is_sorted() -> None:
    told = {
        *Gate, *brake.LEFT.values(), gone.PLATFORM_GONE, gone.PROTECTED, expire.EXPIRED, expire.NOT_TOLD,
        override.OVERRIDE, rights.OBJECTED, rights.ERASED, withdrawing.CONSENT_WITHDRAWN, withhold.WITHHELD,
        deletions.DEAUTHORISED, deletions.ASKED,
    }  # fmt: skip
    assert told - LEAVING - ASKS.keys() == set()
    assert LEAVING & ASKS.keys() == set()


@every
@pytest.mark.parametrize(
    ("reason", "holds"),
    [("unfollowed", {"left"}), ("objected", {"objected"}), ("erased", {"erased", "erased_if_imported"})],
)
def test_a_removal_is_told_once_by_its_key(
    preset: Preset, tmp_path: Path, reason: str, holds: set[str]
) -> None:
    gone_one = left("signup:ab12", reason, email="bo@mail.example")
    files = [each for each in write(preset, [], [gone_one], tmp_path) if each.rows]
    assert [(each.rows, each.holds in holds) for each in files] == [(1, True)]


@every
def test_a_removal_by_an_address_that_nobody_knows_any_more_is_for_hands(
    preset: Preset, tmp_path: Path
) -> None:
    files = {each.holds: each for each in write(preset, [], [left("signup:ab12", "objected")], tmp_path)}
    by_address = any(each.field.startswith("email") for each in preset.removal_key)
    assert ("by_hand" in files) is by_address
    if by_address:
        (row,) = table(files["by_hand"].path, preset)
        assert (row["contact_key"], row["asks"]) == ("signup:ab12", "objected")


@every
def test_a_tool_for_mail_is_told_of_nobody_that_it_cannot_hold(preset: Preset, tmp_path: Path) -> None:
    files = write(preset, [], [left("twitter:1", "unfollowed")], tmp_path)
    assert sum(each.rows for each in files) == (0 if preset.takes else 1)


@every
def test_only_a_record_that_we_surely_created_is_to_be_deleted(preset: Preset, tmp_path: Path) -> None:
    files = write(preset, [], [left("signup:ab12", "erased", email="bo@mail.example")], tmp_path)
    sure = any(each.holds == "erased" for each in files)
    assert sure is not bool(preset.merges_on)


@every
@pytest.mark.parametrize("asked", Leaving)
def test_a_removal_overwrites_nothing_but_our_fields_and_noes(preset: Preset, asked: Leaving) -> None:
    allowed = re.compile(
        r"(x_)?regulars.*|\w+_regulars|tags|asks|active|email_opt_in|mobile_opt_in|do_?not_?.*|is_opt_out|hasoptedoutofemail",
        re.IGNORECASE,
    )
    said = preset.removal[asked].keys() - left_as_they_are(preset)
    assert [each for each in said if not allowed.fullmatch(each)] == []
    if asked is Leaving.LEFT:
        ours = re.compile(r"(x_)?regulars.*|\w+_regulars|tags|asks", re.IGNORECASE)
        assert [each for each in said if not ours.fullmatch(each)] == []


def test_who_objected_is_not_to_be_contacted_in_nationbuilder(tmp_path: Path) -> None:
    (_, _) = write(PRESETS["nationbuilder"], [], [left("twitter:1", "objected")], tmp_path)
    body = orjson.loads((tmp_path / "nationbuilder.objected.ndjson").read_bytes())
    said = body["data"]["attributes"]
    assert said["external_id"] == "twitter:1"
    assert (said["do_not_contact"], said["email_opt_in"], said["mobile_opt_in"]) == (True, False, False)
    assert said["custom_values"] == {"regulars_status": "objected", "regulars_topics": "none"}
