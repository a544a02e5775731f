"""Address books: both versions of a card are read back by a reader of its own."""

from pathlib import Path
from typing import Any

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from exports.presets import PRESETS, write
from exports.presets.cards import card
from tests.exported import contact, hostile, signer

VERSIONS = ["3.0", "4.0"]
versions = pytest.mark.parametrize("version", VERSIONS)


def read(text: str) -> Any:
    (found,) = vobject.readComponents(text)
    return found


@versions
def test_a_card_says_who_somebody_is(version: str) -> None:
    found = read(card(signer(), version))
    assert (found.version.value, found.uid.value, found.fn.value) == (version, "signup:ab12", "Bo Example")
    assert found.email.value == "bo@mail.example"
    assert found.tel.value.removeprefix("tel:") == "+33639980001"
    assert found.categories.value == ["regulars", "climate"]


def test_a_profile_on_x_is_shown_as_each_version_has_it() -> None:
    four, three = read(card(contact("twitter:7"), "4.0")), read(card(contact("twitter:7"), "3.0"))
    assert four.socialprofile.value == three.url.value == "https://x.com/i/user/7"
    assert four.socialprofile.params == {"SERVICE-TYPE": ["X"], "USERNAME": ["ada"]}
    assert three.contents["x-socialprofile"][0].params == {"TYPE": ["x"], "X-USER": ["ada"]}


@versions
@pytest.mark.parametrize("channel", ["email", "sms"])
def test_an_address_that_is_not_open_is_on_no_card(version: str, channel: str) -> None:
    found = read(card(signer(addressable=[channel]), version))
    assert ("email" in found.contents, "tel" in found.contents) == (channel == "email", channel == "sms")


def agrees(version: str, name: str) -> None:
    text = card(signer(display_name=name, handle=None, declared_topics=[name]), version)
    assert [line for line in text.split("\r\n") if len(line.encode()) > 75 or "\n" in line] == []
    found = read(text)
    kept = " ".join(
        "".join(" " if ord(each) < 32 or each == "\x7f" else each for each in name[:1000]).split()
    )
    kept = kept.encode("utf-8", "ignore").decode()
    assert found.fn.value == (" ".join(kept.split()) or "signup:ab12")
    assert found.uid.value == "signup:ab12"
    assert found.categories.value[0] == "regulars"
    if version == "3.0":  # where a semicolon would begin the given name
        assert (found.n.value.family, found.n.value.given) == (found.fn.value, "")


@versions
def test_hostile_names_are_read_back_equal(version: str) -> None:
    for name in hostile():
        agrees(version, name)


@given(name=st.text(max_size=200), version=st.sampled_from(VERSIONS))
def test_any_name_is_read_back_equal(name: str, version: str) -> None:
    agrees(version, name)


def test_a_file_holds_every_card_once(tmp_path: Path) -> None:
    names = list(hostile())
    people = [signer(f"signup:{place}", display_name=name) for place, name in enumerate(names)]
    write(PRESETS["vcard"], people, [], tmp_path)
    for name in ("vcard.vcf", "vcard.v3.vcf"):
        text = (tmp_path / name).read_bytes().decode()
        uids = [each.uid.value for each in vobject.readComponents(text)]
        assert uids == [each["contact_key"] for each in people]
