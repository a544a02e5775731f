"""A platform's name leads to its connector, or to a sentence."""

import pytest

from connectors.registry import CONNECTORS, connect
from connectors.twitter.connector import TwitterConnector
from domain.account import Account
from domain.contact import Platform
from domain.credentials import Credentials
from domain.errors import OperatorNeededError

CREDENTIALS = Credentials("invented-token")


def test_x_is_read_by_its_connector() -> None:
    assert isinstance(connect(Account("twitter", "42", "Our club"), CREDENTIALS), TwitterConnector)


def test_names_are_those_of_the_data() -> None:
    assert set(CONNECTORS) <= set(Platform)


def test_an_unknown_platform_is_told_with_the_known_ones() -> None:
    with pytest.raises(
        OperatorNeededError, match=r"No connector reads the platform 'gazette'; known are .*twitter"
    ):
        connect(Account("gazette", "42", "Our club"), CREDENTIALS)


@pytest.mark.parametrize("platform_id", ["our_club", "", "4\uff12", "4001/../5"])
def test_an_x_account_needs_a_number(platform_id: str) -> None:
    with pytest.raises(OperatorNeededError, match="is a number"):
        connect(Account("twitter", platform_id, "Our club"), CREDENTIALS)
