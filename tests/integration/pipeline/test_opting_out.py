"""Who told another system to be left alone objects here, named by keys or handles, on both databases."""

from domain.contact import ContactKey, Profile
from pipeline.opting_out import foresee, inside_count, opt_out
from store import contacts
from store.database import Database
from tests.cast import ADA, BO, CY, NOW, follows
from tests.contents import inside, let_be_shown
from tests.interests import page
from tests.signing import SUPPRESSOR

NEVER_MET = ContactKey("twitter", "70099")


def test_people_go_whether_a_key_or_a_handle_names_them(database: Database) -> None:
    page(database, [follows(ADA), follows(BO), follows(CY)])
    let_be_shown(database)
    handles = [("twitter", "BO"), ("twitter", "nobody"), ("facebook", "cy")]
    with database.read() as connection:
        assert foresee(connection, [ADA, NEVER_MET], handles, SUPPRESSOR) == (2, 2, 0)
    with database.write() as connection:
        gone = opt_out(connection, [ADA, NEVER_MET], handles, SUPPRESSOR, now=NOW)
        assert gone == {ADA, BO, NEVER_MET}
    assert inside(database) == {CY.platform_id}
    with database.read() as connection:
        assert inside_count(connection) == 1
        assert foresee(connection, [ADA, NEVER_MET], handles, SUPPRESSOR) == (0, 0, 5)


def test_who_is_found_by_a_handle_is_kept_out_by_the_key_too(database: Database) -> None:
    page(database, [follows(ADA)])
    with database.write() as connection:
        opt_out(connection, [], [("twitter", "ada")], SUPPRESSOR, now=NOW)
    with database.read() as connection:
        assert foresee(connection, [ADA], [], SUPPRESSOR) == (0, 0, 1)


def test_nobody_is_named_by_an_empty_list(database: Database) -> None:
    page(database, [follows(ADA)])
    with database.write() as connection:
        assert opt_out(connection, [], [], SUPPRESSOR, now=NOW) == set()
    assert inside(database) == {ADA.platform_id}


def test_every_bearer_of_a_handle_is_found_in_one_statement(database: Database) -> None:
    two = [ContactKey("twitter", each) for each in ("70071", "70072")]
    page(database, [follows(each, Profile("Shared", None)) for each in two])
    with database.read() as connection:
        assert contacts.named_any(connection, "twitter", ["SHARED", "other"]) == {"70071", "70072"}
        assert contacts.named_any(connection, "facebook", ["shared"]) == set()
        assert contacts.named_any(connection, "twitter", []) == set()
