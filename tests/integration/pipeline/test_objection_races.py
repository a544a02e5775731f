"""An objection against a page's commit, with a stop at each statement of both: the person is never there."""

from collections.abc import Iterator
from itertools import count, product
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from domain.contact import ContactKey, Profile
from pipeline.rights import OBJECTED, end_contact
from store import suppressions
from store.database import Database
from tests.cast import BO, NOW, follows
from tests.contents import inside, rows
from tests.installations import Installation
from tests.integration.pipeline.people.stops import OBJECTION, PAGE, Pair, counted
from tests.scripted import FOLLOWERS, ScriptedConnector
from tests.travel import Travel


class Race:
    """An installation in which, again and again, somebody new objects while a page shows them."""

    def __init__(self, database: Database, other: Database, folder: Path, *, known: bool) -> None:
        self.database, self.known = database, known
        self.other = other
        self.connector = ScriptedConnector({(FOLLOWERS, ""): []})
        ours = Installation(database, folder / "ledger").begun()
        self.travel = Travel(database, self.connector, suppressor=ours.suppressor)
        self.people: list[ContactKey] = []
        self._numbers = count(1)

    def run(self, page_at: int, objection_at: int) -> Pair:
        """Let both run, held where it is said, and look that the person is gone."""
        who = ContactKey("twitter", f"9{next(self._numbers):05}0077")
        self.people.append(who)
        if self.known:
            self._list(who, "former")
            self.travel.harvest(FOLLOWERS)
        self._list(who, "present")
        (run_id,) = self.travel.begin(FOLLOWERS).values()
        pair = Pair(page_at, objection_at)
        self.connector.meanwhile = pair.begin
        with counted(pair, self.database, self.other):
            pair.run(lambda: self.travel.step(run_id), lambda: self._object(who))
        assert self.travel.run(run_id)["state"] == "done"
        held = {each["platform_id"] for each in rows(self.database, "contacts")}
        assert who.platform_id not in held, f"held after {page_at}, {objection_at}"
        assert inside(self.database) == {BO.platform_id}
        return pair

    def _list(self, who: ContactKey, name: str) -> None:
        self.connector.listings[FOLLOWERS, ""] = [
            follows(who, Profile(f"{name}{who.platform_id}", name)),
            follows(BO),
        ]

    def _object(self, who: ContactKey) -> None:
        def act(connection: object) -> None:
            end_contact(connection, [who], self.travel.suppressor, OBJECTED, now=NOW)  # type: ignore[arg-type]

        self.other.transact(act)

    def statements(self) -> tuple[int, int, set[int]]:
        """Return how many statements page and objection take, with their ends, and the page's begins."""
        self.run(0, 0)  # the first page and the first line of the ledger take others
        alone = self.run(0, 0)
        return alone.reached[PAGE] + 1, alone.reached[OBJECTION] + 1, alone.begins


@pytest.fixture
def other(database: Database) -> Iterator[Database]:
    """Open the database as another process has it."""
    opened = Database(database.engine.url.render_as_string(hide_password=False))
    yield opened
    opened.close()


@pytest.mark.parametrize("known", [False, True], ids=["never met", "known"])
def test_whoever_objects_while_a_page_shows_them_is_never_there(
    database: Database, other: Database, tmp_path: Path, *, known: bool
) -> None:
    race = Race(database, other, tmp_path, known=known)
    pages, objections, begins = race.statements()
    assert min(pages, objections) > 15
    tried = [each for each in range(1, objections + 1) if not known or each in (1, 2, objections)]
    held_at = range(1, pages + 1, 3 if known else 1)
    real = set()
    for page_at, objection_at in product(held_at, tried):
        # A lock of the page's that keeps the objection from a statement keeps it from all later ones.
        before = (page_at, tried[max(tried.index(objection_at) - 1, 0)])
        possible = objection_at == 1 or before in real
        if possible and race.run(page_at, objection_at).met:
            real.add((page_at, objection_at))
    assert real >= {(each, 1) for each in held_at if each < pages} | {(1, each) for each in tried}
    far = {page_at for page_at, objection_at in real if objection_at > 1}
    # SQLite has one writer: an objection comes between the page's transactions, or not at all.
    # PostgreSQL lets it come until the page has its lock, some statements later.
    assert far == begins & {*held_at} if database.on_sqlite else len(far) > 1
    with database.read() as connection:
        for table in inspect(connection).get_table_names():
            if table != "changes":
                stored = repr(connection.execute(text(f'SELECT * FROM "{table}"')).all())  # noqa: S608  # the database's own names
                assert not [each for each in race.people if each.platform_id in stored], table
    steps = [each for each in rows(database, "changes") if each["platform_id"] != BO.platform_id]
    assert {each["op"] for each in steps} <= {"remove"}


@pytest.mark.postgresql
def test_without_its_lock_somebody_would_be_there(
    kind: str, database: Database, other: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind == "sqlite":
        pytest.skip("one writer at a time there")
    for lock in ("take", "share"):
        monkeypatch.setattr(suppressions, lock, lambda _: None)
    race = Race(database, other, tmp_path, known=False)
    pages, objections, _ = race.statements()
    with pytest.raises(AssertionError, match="held"):
        any(race.run(each, objections) is None for each in range(1, pages))
