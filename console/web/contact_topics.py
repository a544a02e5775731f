"""The topics of a contact, set right by a human."""

from fastapi import FastAPI, Response

from console.web.access import Operator
from console.web.contact_view import contact_page, key_of, number_of
from console.web.contact_words import meant
from console.web.desk import Desk
from console.web.rendering import after, words
from domain.errors import RegularsError
from domain.journal import Act, Entry
from domain.topic import TOPICS
from pipeline.choosing import Wish, choose
from store import journal

#: What can be said of a topic here; what a contact declared itself comes with its consent by other ways.
SAYINGS = ("pin", "remove", "take_back")


def add_routes(app: FastAPI) -> None:
    """Add the route."""
    desk: Desk = app.state.desk

    @app.post("/contacts/{contact_id}/topics")
    def topics(visit: Operator, contact_id: str) -> Response:
        number = number_of(contact_id)
        said = {each: topic for each in SAYINGS if (topic := visit.sent(each)) in TOPICS}
        if len(said) != 1:
            return contact_page(desk, visit, number, 422, words(visit.language)("contacts.topic_unknown"))
        pin, remove, take_back = ((said[each],) if each in said else () for each in SAYINGS)
        wish = Wish(pin=pin, remove=remove, take_back=take_back)
        try:
            with desk.database.write() as connection:
                key = key_of(meant(connection, visit, number))
                choose(connection, key, wish, desk.runtime.policy_in_force(connection), now=visit.now)
                entry = Entry(visit.actor, Act.TOPICS_CHOSEN, visit.now, key, details=dict(said))
                journal.record(connection, entry)
        except RegularsError:
            wrong = "topic_refused" if "pin" in said else "topic_unknown"
            return contact_page(desk, visit, number, 422, words(visit.language)(f"contacts.{wrong}"))
        return after(f"/contacts/{number}?done=topics")
