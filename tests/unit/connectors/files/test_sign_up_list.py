"""Rows of a list: sign-ups with where and when they agreed, or the reason why they are none."""

import io
import stat
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.files import table
from connectors.files.bombs import FileRefusedError
from connectors.files.rejects import RejectsFile
from connectors.files.sign_up_list import Reject, Terms, check, sign_ups
from connectors.files.table import Row
from domain.sign_up import SignUp, fault
from tests.cast import NOW

TERMS = Terms("Write to me.", "stand at the market", date(2026, 3, 31), "cli:bo", ("email",), "en")
MAPPING = {
    "first_name": "first",
    "last_name": "last",
    "email": "mail",
    "phone": "tel",
    "language": "lang",
    "topics": "topics",
    "area": "town",
    "email_consent": "by mail",
    "sms_consent": "by sms",
    "given_on": "on",
}
HEADER = ";".join(MAPPING.values())
ADA = "Ada;Lévy;ada@club.example;0639980001;français;housing, health;Lyon;oui;X;02/04/2026"


def read(*rows: str, header: str = HEADER, mapping: dict[str, str] = MAPPING) -> list[SignUp | str]:
    """Read rows: sign-ups, and the reasons of what is none."""
    opened = table.read(io.BytesIO("\n".join([header, *rows]).encode()), "list.csv")
    check(opened, mapping, TERMS.channels)
    found = sign_ups(opened, mapping, TERMS, "list.csv")
    return [each.reason if isinstance(each, Reject) else each[1] for each in found]


def test_a_row_becomes_a_sign_up_with_its_proof() -> None:
    assert read(ADA) == [
        SignUp(
            "Ada Lévy",
            "ada@club.example",
            "0639980001",
            "fr",
            ("email", "sms"),
            ("housing", "health"),
            "Lyon",
            "Write to me.",
            "stand at the market (list list.csv row 2)",
            "cli:bo",
            datetime(2026, 4, 2, tzinfo=UTC),
        )
    ]


def test_what_a_row_does_not_say_the_list_says() -> None:
    (signed,) = read("ada@club.example;", header="mail;tel", mapping={"email": "mail"})
    assert isinstance(signed, SignUp)
    assert (signed.language, signed.channels) == ("en", ("email",))
    assert (signed.name, signed.phone, signed.at) == (None, None, datetime(2026, 3, 31, tzinfo=UTC))


@pytest.mark.parametrize(
    ("cells", "channels"),
    [
        ("a@club.example;0639980001;oui;non", ("email",)),
        ("a@club.example;0639980001;non;oui", ("sms",)),
        ("a@club.example;0639980001;;", ()),
        ("a@club.example;0639980001;No;FALSE", ()),
        (";0639980001;yes;1", ("sms",)),
        ("a@club.example;;true;ok", ("email",)),
    ],
)
def test_a_no_of_a_row_outweighs_the_yes_of_the_list(cells: str, channels: tuple[str, ...]) -> None:
    mapping = {"email": "m", "phone": "t", "email_consent": "e", "sms_consent": "s"}
    (signed,) = read(cells, header="m;t;e;s", mapping=mapping)
    assert isinstance(signed, SignUp)
    assert signed.channels == channels
    assert (fault(signed, now=NOW) is None) is bool(channels)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (ADA + ";more", "more cells"),
        (ADA.replace("02/04/2026", "next week"), "date is none"),
        (ADA.replace("02/04/2026", "02/04/26"), "date is none"),
        (ADA.replace("02/04/2026", "31/02/2026"), "date is none"),
        (ADA.replace("français", "deutsch"), "neither fr nor en"),
        (ADA.replace("oui", "maybe"), "email_consent says neither"),
    ],
)
def test_a_row_that_is_none_says_why_and_not_whose(row: str, reason: str) -> None:
    (said,) = read(row)
    assert isinstance(said, str)
    assert reason in said
    assert "Ada" not in said


@pytest.mark.parametrize(
    "written", ["2026-04-02", "2026-04-02T10:11:12", "2026-04-02 10:11", "02/04/2026 10:11", "2.4.2026"]
)
def test_a_date_as_spreadsheets_write_it(written: str) -> None:
    (signed,) = read(ADA.replace("02/04/2026", written))
    assert isinstance(signed, SignUp)
    assert signed.at == datetime(2026, 4, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "mapping", "channels", "sentence"),
    [
        (
            "mail;Bureau de vote;religion",
            {"email": "mail"},
            ["email"],
            "never read here: Bureau de vote, religion",
        ),
        ("mail", {"mail": "mail"}, ["email"], "no field 'mail'"),
        ("mail", {"email": "courriel"}, ["email"], "no column 'courriel'; there are mail"),
        ("mail", {"name": "mail"}, ["email"], "email or phone"),
        ("mail", {"email": "mail"}, [], "which channels"),
    ],
)
def test_a_list_that_does_not_say_enough_is_refused(
    header: str, mapping: dict[str, str], channels: list[str], sentence: str
) -> None:
    opened = table.read(io.BytesIO(header.encode() + b"\nx\n"), "list.csv")
    with pytest.raises(FileRefusedError, match=sentence):
        check(opened, mapping, channels)


def test_once_left_out_a_refused_column_stops_nothing() -> None:
    opened = table.read(io.BytesIO(b"mail;religion\na@club.example;secret\n"), "list.csv")
    kept = table.without(opened, ["religion"])
    check(kept, {"email": "mail"}, ["email"])
    assert "secret" not in str(list(sign_ups(kept, {"email": "mail"}, TERMS, "list.csv")))
    with pytest.raises(FileRefusedError, match="no column 'relig'"):
        table.without(opened, ["relig"])


@given(
    st.lists(
        st.text(alphabet=st.characters(exclude_characters=';"\r\n\x00', exclude_categories=["Cs"])),
        min_size=10,
        max_size=10,
    )
)
def test_no_row_ends_in_anything_but_a_sign_up_or_a_reason(cells: list[str]) -> None:
    for each in read(";".join(cells)):
        if isinstance(each, SignUp):
            fault(each, now=NOW)
        else:
            assert each.startswith("it")


def test_rejects_stand_beside_the_list_for_their_owner_alone(tmp_path: Path) -> None:
    listed = tmp_path / "list.xlsx"
    for expected in ("list.rejects.csv", "list.rejects-2.csv"):
        with RejectsFile(listed, ("name", "tel")) as rejects:
            assert rejects.path is None
            rejects.add(Reject(Row(7, ("=1+1", "+33 6 39 98 00 01")), "it consents to no channel"))
            rejects.add(Reject(Row(8, ("+CMD()", "-2")), "it consents to no channel"))
        assert rejects.path == tmp_path / expected
        assert stat.S_IMODE(rejects.path.stat().st_mode) == 0o600
        assert rejects.path.read_text(encoding="utf-8-sig").splitlines() == [
            "row,reason,name,tel",
            "7,it consents to no channel,'=1+1,+33 6 39 98 00 01",
            "8,it consents to no channel,'+CMD(),-2",
        ]


def test_without_rejects_there_is_no_file(tmp_path: Path) -> None:
    with RejectsFile(tmp_path / "list.csv", ("name",)):
        pass
    assert list(tmp_path.iterdir()) == []
