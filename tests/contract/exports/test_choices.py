"""What a person chose is written only when we know it to be newer than what the target may know."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.presets import PRESETS, Known, Preset
from exports.presets.choices import choice_of
from tests.exported import NOW, left_as_they_are, signer, taken

DAY = timedelta(days=1)
CHOOSING = [each for each in PRESETS.values() if each.choices]
choosing = pytest.mark.parametrize("preset", CHOOSING, ids=[each.name for each in CHOOSING])
moments = st.one_of(st.none(), st.integers(0, 6).map(lambda days: NOW + days * DAY))


def says(preset: Preset, channel: str = "email") -> tuple[bool, bool]:
    """Tell whether a preset writes a yes and a no for a channel."""
    choices = [each for each in preset.choices if each.channel == channel]
    return any(each.opt_in is not None for each in choices), any(each.opt_out is not None for each in choices)


def agreed(given_at: datetime | None, withdrawn_at: datetime | None = None, **more: Any) -> dict[str, Any]:
    return signer(consents={"email": {"given_at": given_at, "withdrawn_at": withdrawn_at}}, **more)


@choosing
def test_a_yes_is_written_once_and_never_again(preset: Preset, tmp_path: Path) -> None:
    record = agreed(NOW)
    first = taken(preset, tmp_path, [record]).of("opt_in")
    assert len(first) == says(preset)[0]
    again = taken(preset, tmp_path, [record], known=Known(since=NOW + DAY))
    assert again.of("opt_in") == again.of("opt_out") == []
    anew = agreed(NOW + 2 * DAY)
    assert len(taken(preset, tmp_path, [anew], known=Known(since=NOW + DAY)).of("opt_in")) == len(first)


@choosing
@pytest.mark.parametrize("by", ["signup:ab12", "bo@mail.example"])
def test_an_opt_out_in_the_target_stands_until_a_newer_yes(preset: Preset, tmp_path: Path, by: str) -> None:
    known = Known(opt_outs={by: NOW + DAY})
    done = taken(preset, tmp_path, [agreed(NOW)], known=known)
    assert done.of("opt_in") == []
    assert len(done.of("opt_out")) >= says(preset)[1]
    assert not any("bo@mail.example" in row.values() for row in done.of("contacts"))
    assert len(taken(preset, tmp_path, [agreed(NOW + 2 * DAY)], known=known).of("opt_in")) == says(preset)[0]


@choosing
def test_a_withdrawal_is_told_though_the_contact_stays(preset: Preset, tmp_path: Path) -> None:
    record = agreed(NOW, NOW + DAY, addressable=["sms"], not_addressable_because={"email": "no_consent"})
    assert len(taken(preset, tmp_path, [record]).of("opt_out")) == says(preset)[1]


@choosing
def test_files_of_contacts_say_nothing_of_choices(preset: Preset) -> None:
    chosen = {
        name for each in preset.choices for cells in (each.opt_in, each.opt_out) if cells for name in cells
    }
    assert chosen & {each.name for each in preset.columns} <= left_as_they_are(preset)


def test_no_preset_says_that_somebody_may_be_called_or_mailed_after_all() -> None:
    yes = [cells for each in PRESETS.values() for cells in each.removal.values()]
    assert not {("email_opt_in", "Y"), ("do_not_email", "0"), ("doNotEmail", "0")} & {
        item for each in yes for item in each.items()
    }


@given(at=moments, ended_at=moments, elsewhere_at=moments, since=moments, is_open=st.booleans())
def test_the_newest_word_counts_and_of_equal_ones_the_no(
    at: datetime | None,
    ended_at: datetime | None,
    elsewhere_at: datetime | None,
    since: datetime | None,
    *,
    is_open: bool,
) -> None:
    record = agreed(at, ended_at, addressable=["email"] if is_open else [])
    known = Known(since, {"bo@mail.example": elsewhere_at} if elsewhere_at else {})
    said = choice_of(record, "email", known)
    noes = [each for each in (ended_at, elsewhere_at) if each]
    if said is True:
        assert at
        assert is_open
        assert all(at > no for no in noes)
        assert since is None or at > since
    elif said is False:
        assert noes
        assert at is None or max(noes) >= at
    else:
        assert not noes or (at is not None and at > max(noes))
