"""What readers of the messaging store must take: people who come, change and leave."""

from sqlalchemy import text

from config.suppression import Suppressor, new_key
from domain.admission import Controller
from domain.contact import ContactKey
from pipeline.admit import review
from pipeline.redecide import redecide
from pipeline.rights import OBJECTED, end_contact
from store import consents, messaging, pushed
from store.database import Database
from store.pushed import Moved
from tests.cast import ADA, BO, CNIL, CY, DI, NOW, follows
from tests.interests import page
from tests.signing import by_phone, join, signed

SUPPRESSOR = Suppressor([new_key()])


def unfollow(database: Database, who: ContactKey) -> None:
    with database.write() as connection:
        held = pushed.stored(connection, 1, "twitter", [("follows", "", who.platform_id)])
        moved = [Moved(each.kind, each.item, each.contact_id, NOW) for each in held if each.ended_at is None]
        pushed.end(connection, 1, moved)
        ids = {each.contact_id for each in moved}
        steps = redecide(connection, ids, "twitter", CNIL, "unfollowed", now=NOW)
        messaging.publish(connection, steps, now=NOW)


def object_(database: Database, who: ContactKey) -> None:
    with database.write() as connection:
        end_contact(connection, [who], SUPPRESSOR, OBJECTED, now=NOW)


def follow(database: Database, *who: ContactKey) -> None:
    page(database, [follows(each) for each in who])
    review(database, CNIL, Controller.PARTY, now=NOW)


def shown(database: Database) -> None:
    """Show people of every kind, with addresses and topics and without; let one leave and one wait."""
    follow(database, ADA, BO, CY, DI)
    join(database, signed(area="Port"), by_phone(name="Bo", language="fr"))
    with database.write() as connection:
        ids = connection.execute(text("SELECT contact_id FROM sign_ups ORDER BY contact_id")).scalars().all()
        consents.withdraw(connection, [ids[0]], ["email"], now=NOW)
        connection.execute(
            text(
                "INSERT INTO topic_holders (contact_id, label, told) SELECT id, 'regular', :told "
                "FROM contacts WHERE platform_id = :who"
            ),
            {"who": ADA.platform_id, "told": '[["climate","declared"],["housing","interest"]]'},
        )
    review(database, CNIL, Controller.PARTY, now=NOW)
    unfollow(database, BO)
    object_(database, CY)
    page(database, [follows(ContactKey("twitter", "7099"))])  # whom no gate was asked of yet
