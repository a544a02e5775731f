"""A consent to be disclosed proves something where its words name the third party and say where and when."""

from typing import Any

import pytest

from domain.contact import ContactKey
from domain.recipient import Part, Recipient
from domain.sign_up import CLOCKS_APART
from domain.transfer import Transfer, fault
from tests.cast import NOW

ALLY = Recipient("The Ally", "FR", Part.THIRD_PARTY, None)
GOOD = Transfer(ContactKey("twitter", "1"), "To the ally, née Ally.", "fr", "fair", "cli:ada", NOW)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        pytest.param({}, None, id="good"),
        pytest.param({"at": NOW + CLOCKS_APART}, None, id="clocks-apart"),
        pytest.param({"consent": "I agree."}, "do not name the recipient", id="names-nobody"),
        pytest.param({"consent": " "}, "the words agreed to", id="no-words"),
        pytest.param({"consent": GOOD.consent * 900}, "more than 10000", id="too-long"),
        pytest.param({"consent": GOOD.consent + "\0"}, "no text", id="no-text"),
        pytest.param({"source": "\ud800"}, "no text", id="half-a-character"),
        pytest.param({"source": ""}, "where the consent was given", id="no-place"),
        pytest.param({"language": "de"}, "neither fr nor en", id="language"),
        pytest.param({"at": NOW + 2 * CLOCKS_APART}, "in the future", id="future"),
    ],
)
def test_what_proves_a_consent(changed: dict[str, Any], said: str | None) -> None:
    found = fault(GOOD._replace(**changed), ALLY, now=NOW)
    assert (found is None) if said is None else (said in str(found))
