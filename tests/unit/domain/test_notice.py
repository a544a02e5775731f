"""Whether a profile leads to the notice: the whole address, in any of the ways people write it."""

import pytest

from domain.notice import leads_to

NOTICE = "https://team.example/notice"


@pytest.mark.parametrize(
    "shown",
    [
        ["https://team.example/notice"],
        ["", "http://Team.example/notice/"],
        ["Your data: team.example/notice."],
        ["A town that answers (https://team.example/notice), every day"],
        ["a\nteam.example/notice\nb"],
    ],
)
def test_it_leads_there(shown: list[str]) -> None:
    assert leads_to(shown, NOTICE)


@pytest.mark.parametrize(
    "shown",
    [
        [],
        ["team.example"],
        ["https://team.example/notices"],
        ["https://team.example/notice/old"],
        ["https://other.example/team.example/notice"],
        ["https://notteam.example/notice"],
        ["https://team.example/NOTICE"],
        ["https://team.example", "/notice"],
    ],
)
def test_it_does_not(shown: list[str]) -> None:
    assert not leads_to(shown, NOTICE)


def test_no_address_is_found_nowhere() -> None:
    assert not leads_to(["anything", ""], "")
