"""When a notice is due, and how a contact stands with it."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.notices import GIVEN, Notice, Status, due_at, is_told, status
from classifier.policy import Policy, PolicyError
from config.packs import available_packs, load_pack
from tests.cast import CNIL, LATER, NOW

MOMENTS = st.timedeltas(timedelta(days=-400), timedelta(days=400)).map(lambda each: NOW + each)
PERHAPS = st.none() | MOMENTS


@pytest.mark.parametrize("pack", available_packs())
def test_without_a_message_or_a_disclosure_it_is_due_within_a_month(pack: str) -> None:
    assert due_at(NOW, load_pack(pack)) == NOW + timedelta(days=30)


@given(MOMENTS, PERHAPS, PERHAPS)
def test_it_is_due_at_the_earliest_of_three_moments(
    obtained: datetime, message: datetime | None, disclosure: datetime | None
) -> None:
    due = due_at(obtained, CNIL, first_message_at=message, first_disclosure_at=disclosure)
    possible = {obtained + timedelta(days=30), message, disclosure} - {None}
    assert due in possible
    assert all(due <= each for each in possible if each)


@given(MOMENTS, PERHAPS, PERHAPS, MOMENTS)
def test_one_more_moment_never_puts_it_off(
    obtained: datetime, message: datetime | None, disclosure: datetime | None, another: datetime
) -> None:
    before = due_at(obtained, CNIL, first_message_at=message, first_disclosure_at=disclosure)
    earlier = min(another, message or another)
    assert due_at(obtained, CNIL, first_message_at=earlier, first_disclosure_at=disclosure) <= before


@given(MOMENTS, MOMENTS)
def test_what_was_not_given_is_overdue_from_its_date_on_and_never_due_again(
    due: datetime, now: datetime
) -> None:
    notice = Notice(due)
    assert status(notice, due) is Status.DUE
    assert status(notice, due + timedelta(microseconds=1)) is Status.OVERDUE
    assert (status(notice, now) is Status.OVERDUE) == (now > due)


@given(MOMENTS, MOMENTS, st.sampled_from(GIVEN))
def test_what_was_given_stands_whatever_the_time(due: datetime, now: datetime, how: Status) -> None:
    assert status(Notice(due, due, how), now) is how


@pytest.mark.parametrize(
    ("how", "told"),
    [
        pytest.param(Status.GIVEN_INDIVIDUALLY, True, id="a-message-tells"),
        pytest.param(Status.GIVEN_AT_FORM, True, id="a-form-tells"),
        pytest.param(Status.PUBLIC_NOTICE, False, id="a-page-tells-nobody"),
        pytest.param(None, False, id="nothing-tells-nobody"),
    ],
)
def test_who_was_told(how: Status | None, told: bool) -> None:  # noqa: FBT001  # a column of the table
    assert is_told(Notice(LATER, NOW if how else None, how)) is told


@pytest.mark.parametrize("days", [0, -1, 32])
def test_no_pack_may_take_longer_than_the_law_or_no_time_at_all(days: int) -> None:
    longer = CNIL.numbers["notice_due_days"]._replace(value=days)
    with pytest.raises(PolicyError, match="notice_due_days"):
        Policy(CNIL.name, CNIL.version, CNIL.rules, {**CNIL.numbers, "notice_due_days": longer})


def test_a_pack_may_be_faster_than_the_law() -> None:
    sooner = CNIL.numbers["notice_due_days"]._replace(value=1)
    policy = Policy(CNIL.name, CNIL.version, CNIL.rules, {**CNIL.numbers, "notice_due_days": sooner})
    assert due_at(NOW, policy) == NOW + timedelta(days=1)
