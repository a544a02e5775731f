"""Holdings: all that is stored of one contact, and nothing of others."""

from domain.contact import ContactKey
from store import holdings
from store.database import Database
from store.tables import metadata
from tests.cast import ADA, BO, follows, likes
from tests.contents import let_be_shown
from tests.interests import page, read, writes

#: Tables whose rows are about nobody, or whose people are named by something else than a contact's number.
OTHERWISE = {"contacts", "changes"}


def of(database: Database, who: ContactKey) -> dict[str, object]:
    with database.read() as connection:
        return dict(holdings.of_contact(connection, who))


def test_everything_that_points_at_a_contact_is_told(database: Database) -> None:
    page(
        database,
        [follows(ADA), follows(BO), likes(BO), *(writes(ADA, f"80{n}", "#housing now") for n in range(4))],
    )
    read(database)
    let_be_shown(database)
    held = of(database, ADA)
    assert set(held) == {
        "contacts", "signals", "decisions", "messaging_contacts", "texts", "topic_holders", "spoken",
        "interests", "changes", "notices", "admissions",
    }  # fmt: skip
    assert "Ada Lévy" in repr(held)
    assert "#housing now" in repr(held)
    assert "our profile" in repr(held)
    assert BO.platform_id not in repr(held)
    assert "contact_id" not in repr(held)


def test_every_table_that_names_a_contact_is_asked() -> None:
    pointing = {
        each.name
        for each in metadata.sorted_tables
        if any(key.column.table.name in {"contacts", "topic_holders"} for key in each.foreign_keys)
    }
    assert pointing - {each.name for each in holdings.tables()} == set()


def test_nothing_is_told_where_nothing_is_held(database: Database) -> None:
    assert of(database, ADA) == {}
