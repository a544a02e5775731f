"""A target's list is read back: whom we wrote into it is found again, and nobody else objects."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.contact import ContactKey
from exports.presets import PRESETS, Preset
from exports.presets.opt_outs import named_in, reading_of, says_no
from exports.presets.preset import Form
from tests.exported import contact, signer, taken

TABLES = [each for each in PRESETS.values() if each.form is Form.CSV]
ADA, BO = ContactKey("twitter", "7"), ContactKey("signup", "ab12")


@pytest.mark.parametrize("preset", TABLES, ids=[each.name for each in TABLES])
def test_whoever_stands_in_our_file_is_known_again(preset: Preset, tmp_path: Path) -> None:
    rows = taken(preset, tmp_path, [contact("twitter:7"), signer(), contact("facebook:1:2")]).of("contacts")
    found = set()
    for row in rows:
        reading = reading_of(list(row), preset)
        found.add(named_in(list(row.values()), reading))
    everybody = {ADA, BO, ContactKey("facebook", "1:2")}
    assert found == ({BO} if preset.takes else everybody)


@pytest.mark.parametrize(
    ("preset", "columns", "cells", "named"),
    [
        ("creme", ["First name", "Web Site"], ["Ada", "https://x.com/i/user/7"], ADA),
        ("creme", ["Site web"], ["https://regulars.invalid/facebook/1/2"], ContactKey("facebook", "1:2")),
        ("creme", ["Web Site", "regulars_key"], ["https://ada.example", "twitter:7"], ADA),
        ("creme", ["Web Site"], ["https://ada.example"], None),
        ("creme", ["Web Site"], ["https://x.com/i/user/7/photo"], None),
        ("civicrm", ["External Identifier"], ["twitter:7"], ADA),
        ("odoo", ["Reference"], ["twitter:7"], ADA),
        ("mailchimp", ["Email Address", "Regulars Key"], ["bo@mail.example", "signup:ab12"], BO),
        ("nationbuilder", ["external_id", "twitter_login"], ["", "@Ada_L"], ("twitter", "Ada_L")),
        ("nationbuilder", ["external_id", "twitter_login"], ["twitter:7", "ada"], ADA),
        ("nationbuilder", ["external_id"], ["a-donor-of-ours"], None),
        ("nationbuilder", ["twitter_login"], ["=cmd()"], None),
        (None, ["contact_key"], ["twitter:7"], ADA),
        (None, ["twitter_handle"], ["ada"], ("twitter", "ada")),
        (None, ["contact_key"], ["linkedin:7"], None),
        (None, ["contact_key"], ["twitter:"], None),
        (None, ["contact_key"], ["twitter:7 8"], None),
    ],
)
def test_who_a_row_names(preset: str | None, columns: list[str], cells: list[str], named: object) -> None:
    assert named_in(cells, reading_of(columns, PRESETS[preset] if preset else None)) == named


@pytest.mark.parametrize(
    ("preset", "columns", "cells", "objects"),
    [
        ("creme", ["regulars_key", "regulars_email"], ["twitter:7", "no"], True),
        ("creme", ["regulars_key", "regulars_email"], ["twitter:7", "yes"], False),
        ("creme", ["regulars_key", "regulars_email"], ["twitter:7", ""], False),
        ("creme", ["regulars_key"], ["twitter:7"], True),
        ("nationbuilder", ["external_id", "do_not_contact"], ["twitter:7", "true"], True),
        # Nobody who never agreed to e-mail said no by that.
        ("nationbuilder", ["external_id", "email_opt_in", "do_not_contact"], ["twitter:7", "N", ""], False),
        ("civicrm", ["External Identifier", "No Bulk Emails (User Opt Out)"], ["twitter:7", "Yes"], True),
        ("civicrm", ["External Identifier", "Do Not Email"], ["twitter:7", "0"], False),
        ("salesforce", ["Regulars_Key__c", "HasOptedOutOfEmail"], ["twitter:7", "false"], False),
        ("mailchimp", ["Regulars Key"], ["signup:ab12"], True),
    ],
)
def test_of_a_list_of_everybody_only_who_said_no_objects(
    preset: str, columns: list[str], cells: list[str], *, objects: bool
) -> None:
    assert says_no(cells, reading_of(columns, PRESETS[preset])) is objects


def test_a_list_without_such_a_column_is_seen_to_name_nobody() -> None:
    reading = reading_of(["Email", "Last name"], PRESETS["creme"])
    assert (reading.keys, reading.handles) == ((), ())


@given(cell=st.text())
def test_no_text_breaks_the_reading(cell: str) -> None:
    named = named_in([cell, cell], reading_of(["url_site", "regulars_key"], PRESETS["creme"]))
    assert named is None or isinstance(named, ContactKey)
