"""Addresses: the same one however it is written, and none where it cannot be known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.address import email_of, phone_of, takes_messages


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (" Ada.Levy@Club.Example ", "ada.levy@club.example"),
        ("ada+news@club.example", "ada+news@club.example"),
        ("ada@caf\u00e9.example", "ada@xn--caf-dma.example"),
        ("ada", None),
        ("@club.example", None),
        ("ada@", None),
        ("ada@club", None),
        ("ada@@club.example", None),
        ("ada@club..example", None),
        (".ada@club.example", None),
        ("ada levy@club.example", None),
        ("ada@club.example\nBcc: bo@club.example", None),
        ("ada@club.example,bo@club.example", None),
        ("<ada@club.example>", None),
        ("ad\u00e0@club.example", None),
        (f"{'a' * 65}@club.example", None),
        (f"ada@{'a' * 64}.example", None),
        (f"ada@{'club.' * 60}example", None),
        ("=1+1", None),
    ],
)
def test_an_email_address(written: str, kept: str | None) -> None:
    assert email_of(written) == kept


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("06 39 98 00 01", "+33639980001"),
        ("06.39.98.00.01", "+33639980001"),
        ("06-39-98-00-01", "+33639980001"),
        ("+33 (0)6 39 98 00 01", "+33639980001"),
        ("0033 6 39 98 00 01", "+33639980001"),
        ("(06) 39980001", "+33639980001"),
        ("06\u00a039\u202f98\u00a000\u00a001", "+33639980001"),
        ("0692 00 00 00", "+262692000000"),
        ("0690000000", "+590690000000"),
        ("0694000000", "+594694000000"),
        ("0696000000", "+596696000000"),
        ("0639 00 00 00", "+262639000000"),
        ("+44 7700 900123", "+447700900123"),
        ("639980001", None),  # a spreadsheet took its 0
        ("33639980001", None),
        ("+33 6 39 98 00", None),
        ("+33 0639980001", None),
        ("0000000000", None),
        ("phone", None),
        ("", None),
        ("+", None),
        ("+123456789012345678", None),
        ("\u0660\u0666 39 98 00 01", None),
    ],
)
def test_a_phone_number(written: str, kept: str | None) -> None:
    assert phone_of(written) == kept


@pytest.mark.parametrize(
    ("phone", "takes"),
    [("+33639980001", True), ("+33700000000", True), ("+33199000000", False), ("+447700900123", True)],
)
def test_a_french_landline_takes_no_message(phone: str, takes: bool) -> None:  # noqa: FBT001  # a table
    assert takes_messages(phone) is takes


@given(st.text(max_size=40))
def test_what_is_kept_stays_as_it_is(written: str) -> None:
    for of in (email_of, phone_of):
        kept = of(written)
        assert kept is None or of(kept) == kept
        assert kept is None or kept.isascii()
