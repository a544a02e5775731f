"""Who may be registered as a recipient, and who may get a file."""

import pytest

from config.transfers import adequate
from domain.recipient import (
    EEA,
    Ground,
    Part,
    Recipient,
    RecipientError,
    may_receive,
    require_lawful,
    require_no_third_party,
    require_receiving,
)
from tests.cast import NOW


@pytest.mark.parametrize(
    ("country", "ground"),
    [
        pytest.param("FR", None, id="inside-the-eea-nothing-is-needed"),
        pytest.param("NO", None, id="norway-is-inside"),
        pytest.param("CH", Ground.ADEQUACY, id="a-country-with-a-decision"),
        pytest.param("IN", Ground.STANDARD_CLAUSES, id="clauses-for-any-country"),
    ],
)
def test_lawful_recipients_are_registered(country: str, ground: Ground | None) -> None:
    require_lawful(Recipient("Mailer", country, Part.PROCESSOR, ground), adequate())


@pytest.mark.parametrize(
    ("name", "country", "ground", "said"),
    [
        pytest.param("Mailer", "US", None, "outside the European Economic Area", id="no-ground"),
        pytest.param("Mailer", "IN", Ground.ADEQUACY, "No adequacy decision", id="no-decision"),
        pytest.param("Mailer", "France", None, "two capital letters", id="no-code"),
        pytest.param("Mailer", "fr", None, "two capital letters", id="small-letters"),
        pytest.param("", "FR", None, "needs a name", id="no-name"),
        pytest.param("a" * 201, "FR", None, "needs a name", id="too-long-a-name"),
        pytest.param("a\nb", "FR", None, "needs a name", id="two-lines"),
    ],
)
def test_others_are_refused_with_the_reason(
    name: str, country: str, ground: Ground | None, said: str
) -> None:
    with pytest.raises(RecipientError, match=said):
        require_lawful(Recipient(name, country, Part.PROCESSOR, ground), adequate())


def test_who_ended_gets_nothing_and_a_third_party_nothing_that_holds_everybody() -> None:
    friend = Recipient("Friend", "FR", Part.THIRD_PARTY, None)
    for each in (Recipient("Section", "FR", Part.OWN, None), Recipient("Mailer", "FR", Part.PROCESSOR, None)):
        assert not each.needs_consent
        require_no_third_party(each)
    for each in (friend, Recipient("Mailer", "FR", Part.PROCESSOR, None)):
        assert may_receive(each)
        require_receiving(each)
    assert friend.needs_consent
    with pytest.raises(RecipientError, match="third party"):
        require_no_third_party(friend)
    ended = Recipient("Mailer", "FR", Part.PROCESSOR, None, ended_at=NOW)
    assert not may_receive(ended)
    for require in (require_receiving, require_no_third_party):
        with pytest.raises(RecipientError, match="no recipient any more"):
            require(ended)


def test_the_eea_has_thirty_countries_and_none_needs_a_decision() -> None:
    assert len(EEA) == 30
    assert not EEA & adequate().keys()
