"""`regulars contacts interests`: what a contact declared and what a human says of its topics."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import orjson
import typer
from sqlalchemy import Connection

from console.cli.acting import Why, enter, reading
from console.cli.contact_key import Key, key_of
from console.cli.start import runtime
from console.cli.words import iso, note, print_json, print_table
from domain.journal import Act
from pipeline.choosing import Wish, choose
from store import interests as store
from store import reading as stored
from store.choices import PINNED
from workers.runtime import utc_now


def interests(
    key: Key,
    declare: Annotated[
        list[str] | None, typer.Option(metavar="TOPIC", help="The contact itself named this topic.")
    ] = None,
    consent: Annotated[str, typer.Option(help="With --declare: the words that the contact agreed to.")] = "",
    source: Annotated[str, typer.Option(help="With --declare: where and when it did.")] = "",
    pin: Annotated[
        list[str] | None, typer.Option(metavar="TOPIC", help="Keep this topic whatever the texts say.")
    ] = None,
    remove: Annotated[
        list[str] | None,
        typer.Option(metavar="TOPIC", help="Never show this topic again; withdraws what was declared."),
    ] = None,
    take_back: Annotated[
        list[str] | None, typer.Option(metavar="TOPIC", help="Forget that it was pinned or removed.")
    ] = None,
    why: Why = "",
    json: Annotated[bool, typer.Option("--json", help="For programs: one object a topic.")] = False,
) -> None:
    """Show a contact's interests, or say what it declared, and pin or remove topics.

    A human's word wins over what is read in texts; all of an option may be given several times. The pack in
    force says what may be tied to a contact that it did not declare.
    """
    open_runtime = runtime()
    wanted = key_of(key)
    declared, pinned, removed, taken_back = (tuple(each or ()) for each in (declare, pin, remove, take_back))
    wish = Wish(declared, pinned, removed, taken_back, consent, source)
    if wish.says_anything:
        with open_runtime.database.write() as connection:
            choose(connection, wanted, wish, open_runtime.policy_in_force(connection), now=utc_now())
            enter(connection, Act.TOPICS_CHOSEN, wanted, why, **_said(wish))
    with reading(open_runtime.database, Act.CONTACT_SHOWN, wanted, why, interests=True) as connection:
        rows = interests_of(connection, stored.contact(connection, wanted)["id"])
    if json:
        for each in rows:
            print_json(each)
    else:
        tell(rows)


def _said(wish: Wish) -> dict[str, str]:
    """Return which topics were said for the journal; the words of a consent stay with the topic."""
    named = {name: ", ".join(getattr(wish, name)) for name in ("declare", "pin", "remove", "take_back")}
    return {name: topics for name, topics in named.items() if topics}


def interests_of(connection: Connection, contact_id: int) -> list[dict[str, Any]]:
    """Return a contact's interests for programs, in their order, with the acts that they rest on."""
    spoken = store.evidence(connection, [contact_id], now=utc_now()).get(contact_id, [])
    return [
        {
            "topic": each["topic"],
            "strength": each["strength"],
            "texts": each["texts"],
            "last_at": iso(each["last_at"]),
            "words": orjson.loads(each["words"]),
            "signals": sorted(one.signal for one in spoken if one.topic == each["topic"]),
            "pinned": each["choice"] == PINNED,
            "consent": each["consent"],
            "source": each["source"],
        }
        for each in store.of_contact(connection, contact_id)
    ]


def tell(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print a contact's interests for people."""
    if not rows:
        note(
            "No topic is tied to this contact. `regulars contacts interests KEY --declare` ties one "
            "that it named."
        )
        return
    print_table(
        ("topic", "strength", "texts", "last", "because of"),
        (
            (
                each["topic"],
                f"{each['strength']}, pinned" if each["pinned"] else each["strength"],
                each["texts"],
                each["last_at"][:10] if each["last_at"] else "",
                _because(each),
            )
            for each in rows
        ),
    )


def _because(each: Mapping[str, Any]) -> str:
    words = ", ".join(each["words"])
    declared = f"declared: {each['source']}" if each["source"] else ""
    return "; ".join(filter(None, (declared, words)))
