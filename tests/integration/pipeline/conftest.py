"""Fixtures of the pipeline: an account with three followers, listed one a page."""

import pytest

from store.database import Database
from tests.cast import ADA, BO, DI, follows
from tests.scripted import FOLLOWERS, ScriptedConnector
from tests.travel import Travel


@pytest.fixture
def travel(database: Database) -> Travel:
    """Let Ada, Di and Bo follow, one a page."""
    listings = {(FOLLOWERS, ""): [follows(ADA), follows(DI), follows(BO)]}
    return Travel(database, ScriptedConnector(listings, upsets=[1, 1, 1]))
