"""Fixtures of the pipeline: an account with three followers, listed one a page."""

from pathlib import Path

import pytest

from store.database import Database
from tests.cast import ADA, BO, CY, DI, follows
from tests.installations import Installation
from tests.interests import page
from tests.scripted import FOLLOWERS, ScriptedConnector
from tests.travel import Travel


@pytest.fixture
def travel(database: Database) -> Travel:
    """Let Ada, Di and Bo follow, one a page."""
    listings = {(FOLLOWERS, ""): [follows(ADA), follows(DI), follows(BO)]}
    return Travel(database, ScriptedConnector(listings, upsets=[1, 1, 1]))


@pytest.fixture
def ours(database: Database, tmp_path: Path) -> Installation:
    """Make an installation with three followers."""
    made = Installation(database, tmp_path / "beside" / "objections.ledger").begun()
    page(database, [follows(ADA), follows(BO), follows(CY)])
    made.connect()
    return made
