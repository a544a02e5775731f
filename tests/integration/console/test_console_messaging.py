"""The messaging store in the console: who may be imported, who is held back, who left."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.admission import OverrideFacts
from domain.label import Label
from domain.signal import Signal, SignalKind
from domain.user import Role
from pipeline.admit import review
from pipeline.override import override
from pipeline.rights import OBJECTED, end_contact
from store import tallies
from store.database import Database
from tests.cast import ADA, BO, NOW, follows
from tests.consoles import Consoles, listening
from tests.contents import let_be_shown
from tests.interests import page
from workers.runtime import utc_now


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Iterator[Consoles]:
    """Let a console listen."""
    with listening(Consoles(database, tmp_path / "data")) as made:
        yield made


def count(console: Consoles) -> None:
    """Count as the dispatcher does."""
    with console.database.write() as connection:
        tallies.keep(connection, tallies.count(connection, now=utc_now()), now=utc_now())


def test_an_empty_store_says_what_will_be_here(console: Consoles) -> None:
    assert "Nobody was counted in it yet" in console.as_(Role.VIEWER).get("/messaging").text
    assert "Personne n&#39;y a encore été compté" in console.as_(Role.VIEWER, "fr").get("/messaging").text


def test_it_tells_who_is_inside_held_back_and_gone(console: Consoles) -> None:
    page(console.database, [follows(ADA), follows(BO), Signal(ADA, SignalKind.LIKED, "1")])
    let_be_shown(console.database)
    with console.database.write() as connection:
        end_contact(connection, [BO], console.runtime.suppressor_of(connection), OBJECTED, now=NOW)
        policy = console.runtime.policy_in_force(connection)
    later = NOW.replace(year=NOW.year + 1)
    review(console.database, policy, None, now=later)
    count(console)
    shown = console.as_(Role.VIEWER).get("/messaging").text
    assert "0 contacts may be imported by a CRM. 1 more is regular but held back by a gate." in shown
    assert ADA.platform_id not in shown
    assert "objected" in shown


def test_a_label_that_a_person_decided_is_told_as_such(console: Consoles) -> None:
    page(console.database, [follows(ADA), follows(BO)])
    with console.database.write() as connection:
        policy = console.runtime.policy_in_force(connection)
        override(connection, BO, OverrideFacts(Label.OCCASIONAL, NOW, "op", "a parody"), policy, now=NOW)
    count(console)
    assert "decided by a person" in console.as_(Role.VIEWER).get("/messaging").text
    assert "décision d&#39;une personne" in console.as_(Role.VIEWER, "fr").get("/messaging").text
    assert "by hand" not in console.as_(Role.VIEWER).get("/charts/flow.svg").text


def test_the_pictures_are_drawn_in_both_themes(console: Consoles) -> None:
    page(console.database, [follows(ADA)])
    count(console)
    ada = console.as_(Role.VIEWER)
    for name in ("flow", "contacts"):
        light, dark = (ada.get(f"/charts/{name}.svg?theme={each}") for each in ("light", "dark"))
        assert light.headers["content-type"] == "image/svg+xml"
        assert light.text != dark.text
        assert "<script" not in light.text
