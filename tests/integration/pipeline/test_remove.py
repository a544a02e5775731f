"""An account that is removed takes along what came through it, whichever table it stands in."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from domain.batch import Post
from pipeline.page import write_page
from pipeline.remove import forget_pushes, remove_account
from store import accounts, decisions, inbox, installation, messaging
from store.database import Database
from store.tables import metadata
from tests.cast import ADA, BO, CNIL, CY, DI, NOW, OURS, added, follows, likes, mentions
from tests.contents import contents, feed, inside, let_be_shown, rows
from tests.interests import id_of, read, writes
from tests.pushed import event, follow, push
from tests.scripted import FOLLOWERS, LIKERS, MENTIONS, ScriptedConnector
from tests.travel import Travel

OTHER = replace(OURS, platform_id="5001", name="our other profile")
#: What must have stood there before, or the test would show nothing.
FILLED = (
    "contacts",
    "signals",
    "decisions",
    "texts",
    "spoken",
    "interests",
    "roster_pages",
    "inbox",
    "posts",
)


def filled(database: Database, folder: Path) -> Travel:
    """Let everything come through our account: walks, texts, interests, pushes known and puzzling."""
    connector = ScriptedConnector(own_posts=[Post("9001", NOW)], upsets=[None] * 4)
    connector.listings[FOLLOWERS, ""] = [follows(ADA), follows(BO), follows(DI)]
    connector.listings[LIKERS, "9001"] = [likes(CY)]
    said = [writes(ADA, str(each), "the rents! #housing") for each in range(8001, 8004)]
    connector.listings[MENTIONS, ""] = [*said, mentions(CY, "8010", text="a secret of Cy")]
    travel = Travel(database, connector)
    travel.road = replace(travel.road, inbox=inbox.beside(folder, database))
    with database.write() as connection:
        installation.settle_key(connection, "key", now=NOW)
        installation.settle_policy(connection, CNIL.name)
    travel.harvest(FOLLOWERS, MENTIONS, "posts", LIKERS)
    read(database)
    push(travel, follow(BO, NOW), event("an event of next year", {"id": DI.platform_id, "name": "Di"}))
    connector.upsets = [1, 1, 1]
    run = travel.begin(FOLLOWERS)[FOLLOWERS]
    travel.clock.at = travel.run(run)["due_at"]
    travel.step(run)
    return travel


def counted(travel: Travel, table: str) -> int:
    place = travel.road.inbox if table == "inbox" else travel.database
    assert place is not None
    with place.read() as connection:
        return connection.scalar(select(func.count()).select_from(metadata.tables[table])) or 0


def test_nothing_is_left_of_what_came_through_it(database: Database, tmp_path: Path) -> None:
    travel = filled(database, tmp_path)
    waiting = travel.road.inbox
    assert waiting is not None
    assert [each for each in FILLED if not counted(travel, each)] == []
    let_be_shown(database)
    with database.write() as connection:
        assert remove_account(connection, travel.account, CNIL, now=travel.clock()) == 3
    assert forget_pushes(waiting, travel.account, travel.road.opened) == 1
    left = {name: found for name, found in contents(database).items() if found and name != "inbox"}
    for each in ("contacts", "signals", "decisions", "texts", "spoken", "interests", "roster_pages", "posts"):
        assert each not in left, each
    beside = {name: found for name, found in left.items() if name != "changes"}
    with waiting.read() as connection:
        bodies = list(connection.scalars(select(metadata.tables["inbox"].c.body)))
    assert [each for each in bodies if each is not None] == []
    for secret in (
        "rents",
        "a secret of Cy",
        "Ada Lévy",
        "housing is",
        *(each.platform_id for each in (ADA, BO, CY, DI)),
    ):
        assert secret not in repr(beside), secret
    assert {each[1]: each[2:] for each in feed(database)} == {
        each.platform_id: ("remove", "account_removed") for each in (ADA, BO, DI)
    }
    for table in metadata.sorted_tables:
        if "account_id" in table.columns:
            assert all(each["account_id"] != travel.account.id for each in rows(database, table.name)), table


def test_who_follows_another_account_stays_and_can_be_explained_by_that_alone(database: Database) -> None:
    travel = Travel(database)
    with database.write() as connection:
        other = added(connection, OTHER)
        for account, acts in (
            (travel.account, [follows(ADA), mentions(BO, text="said to ours")]),
            (other, [follows(ADA), mentions(BO, "8002")]),
        ):
            written = write_page(connection, (account.id, "twitter"), acts, CNIL, now=NOW)
            messaging.publish(connection, written.steps, now=NOW)
        remove_account(
            connection, accounts.get(connection, travel.account.id), CNIL, now=NOW + timedelta(days=1)
        )
    assert inside(database) == {ADA.platform_id}
    assert rows(database, "texts") == []
    with database.read() as connection:
        for who, label, kind in ((ADA, "regular", "follows"), (BO, "occasional", "mentioned")):
            (said,) = decisions.of_contact(connection, id_of(database, who))
            assert (said["label"], said["kind"], said["account"]) == (label, kind, OTHER.name)
