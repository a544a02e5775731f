"""The same audience under both packs: who is regular, admitted, addressable by channel, and why not."""

from collections import Counter

import pytest

from config.packs import load_pack
from config.policy_cast import AUDIENCE, stand
from domain.admission import Controller
from domain.channel import Channel
from domain.label import Label


@pytest.mark.parametrize(
    ("pack", "controller", "regular", "admitted", "ways", "refusals"),
    [
        pytest.param(
            "cnil-2016",
            Controller.PARTY,
            11,
            9,
            {Channel.X_MESSAGE: 1, Channel.MESSENGER: 1, Channel.EMAIL: 1},
            {"not_regular": 3, "suppressed": 1, "proof_too_old": 1, "notice_overdue": 1},
            id="2016-a-party",
        ),
        pytest.param(
            "eu-2026",
            Controller.PARTY,
            11,
            6,
            {Channel.EMAIL: 1},
            {
                "not_regular": 3,
                "suppressed": 1,
                "proof_too_old": 1,
                "notice_overdue": 1,
                "no_basis": 2,
                "not_told": 6,
            },
            id="2026-a-party",
        ),
        pytest.param(
            "cnil-2016",
            Controller.CANDIDATE,
            11,
            9,
            {Channel.X_MESSAGE: 1, Channel.MESSENGER: 1, Channel.EMAIL: 1},
            {"not_regular": 3, "suppressed": 1, "proof_too_old": 1, "notice_overdue": 1},
            id="2016-a-candidate",
        ),
        pytest.param(
            "eu-2026",
            Controller.CANDIDATE,
            11,
            1,
            {Channel.EMAIL: 1},
            {
                "not_regular": 3,
                "suppressed": 1,
                "proof_too_old": 1,
                "notice_overdue": 1,
                "no_basis": 12,
                "not_told": 6,
            },
            id="2026-a-candidate",
        ),
    ],
)
def test_the_same_audience_side_by_side(  # a row of the table
    pack: str,
    controller: Controller,
    regular: int,
    admitted: int,
    ways: dict[Channel, int],
    refusals: dict[str, int],
) -> None:
    stood = [stand(each, load_pack(pack), controller) for each in AUDIENCE]
    assert sum(each.decision.label is Label.REGULAR for each in stood) == regular
    assert sum(each.admission.admitted for each in stood) == admitted
    assert Counter(way for each in stood for way in each.open) == ways
    assert Counter(said.gate.value for each in stood for said in each.admission.refusals) == refusals
