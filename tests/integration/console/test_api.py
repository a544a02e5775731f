"""The pull API: what a consumer is told, in which order, and what it is never told."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import orjson
import pytest

from config.settings import Settings
from domain.admission import Controller
from domain.signal import Signal, SignalKind
from pipeline import halting
from pipeline.rights import ERASED, OBJECTED, end_contact
from store import consumers, messaging
from store.database import Database
from tests.cast import ADA, BO, CY, DI, follows
from tests.consoles import Consoles, listening
from tests.consumers import Mirror, ask, let_in
from tests.interests import page
from workers.runtime import utc_now


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Iterator[Consoles]:
    """Let a console of a party listen, with Ada and Cy regular and Bo occasional."""
    settings = Settings(controller=Controller.PARTY)
    with listening(Consoles(database, tmp_path / "data", settings=settings)) as made:
        page(database, [follows(ADA), Signal(BO, SignalKind.LIKED, "1"), follows(CY)], now=utc_now())
        yield made


@pytest.fixture
def mirror(console: Consoles) -> Mirror:
    """Return a consumer that has read nothing yet."""
    return Mirror(console.port, let_in(console))


def ended(console: Consoles, key: object, reason: str) -> None:
    """Carry out a right."""
    with console.database.write() as connection:
        suppressor = console.runtime.suppressor_of(connection)
        end_contact(connection, [key], suppressor, reason, now=utc_now())  # type: ignore[list-item]  # a key


def test_a_consumer_mirrors_the_store(console: Consoles, mirror: Mirror) -> None:
    mirror.follow()
    assert set(mirror.people) == {str(ADA), str(CY)}
    page(console.database, [follows(DI)], now=utc_now())
    ended(console, CY, OBJECTED)
    mirror.follow()
    assert set(mirror.people) == {str(ADA), str(DI)}
    assert mirror.gone == {str(CY): "objected"}
