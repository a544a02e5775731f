"""`regulars contacts` and `explain`: who is who, and why."""

import os
from collections.abc import Mapping
from datetime import datetime
from itertools import chain
from typing import Annotated, Any

import typer
from sqlalchemy import RowMapping

from console.cli.acting import Why, reading
from console.cli.adding import add
from console.cli.admission import Language, gates_of, language_of, override, tell_gates
from console.cli.contact_key import Key, key_of
from console.cli.interests import interests, interests_of, tell
from console.cli.start import runtime
from console.cli.words import iso, local, note, out, print_json, print_table
from console.telling import sentence_of
from domain.contact import ContactKey, Platform
from domain.errors import RegularsError
from domain.journal import Act
from domain.label import Label
from store import decisions
from store import reading as stored
from workers.runtime import utc_now

app = typer.Typer(help="List, show and add contacts.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="For programs: JSON.")]


def register(root: typer.Typer) -> None:
    """Add the group, and `explain` at the top, to the command line."""
    app.command()(add)
    app.command("interests")(interests)
    app.command("explain")(explain)
    app.command("override")(override)
    root.add_typer(app, name="contacts")
    root.command()(explain)


_NOBODY = "There is no contact yet. Whoever a harvest, an import or a sign-up brings stands here."


@app.command("list")
def listed(
    label: Annotated[str | None, typer.Option(help="none, occasional, regular or suppressed.")] = None,
    platform: Annotated[Platform | None, typer.Option(help="twitter or facebook.")] = None,
    why: Why = "",
    json: AsJson = False,
) -> None:
    """List contacts; with --json one object a line.

    Those of whom no act holds any more (label none) stand only under --label none.
    """
    if label is not None and label not in {each.word for each in Label}:
        raise RegularsError(f"There is no label {label!r}; there are none, occasional, regular, suppressed.")
    database = runtime().database
    with reading(database, Act.CONTACTS_LISTED, why=why, label=label, platform=platform) as connection:
        rows = stored.contacts_listed(connection, label=label, platform=platform)
        if json:
            for each in rows:
                print_json(_contact(each))
            return
        first = next(rows, None)
        if first is None:
            note(_NOBODY if label is platform is None else "No contact is so; leave an option out.")
            return
        print_table(
            ("contact", "label", "handle", "name", "in the messaging store", "first seen"),
            (
                (
                    f"{each['platform']}:{each['platform_id']}",
                    each["label"],
                    each["handle"],
                    each["display_name"],
                    _inside(each),
                    local(each["first_seen_at"]),
                )
                for each in chain([first], rows)
            ),
        )


@app.command()
def show(key: Key, why: Why = "", json: AsJson = False) -> None:
    """Show a contact with its interests, its acts and every decision about it."""
    wanted = key_of(key)
    with reading(runtime().database, Act.CONTACT_SHOWN, wanted, why) as connection:
        found = stored.contact(connection, wanted)
        topics = interests_of(connection, found["id"])
        acts = stored.signals_of(connection, found["id"], now=utc_now())
        decided = decisions.of_contact(connection, found["id"])
    if json:
        print_json(
            _contact(found)
            | {
                "interests": topics,
                "signals": [_signal(each) for each in acts],
                "decisions": [_decision(found, each) for each in decided],
            }
        )
        return
    print_table(("", ""), _contact(found).items())
    if topics:
        tell(topics)
    print_table(
        ("act", "account", "since", "text"),
        ((each["kind"], each["account"], _since(each), each["text"]) for each in acts),
    )
    for each in decided:
        out.print(f"{local(each['decided_at'])}  {sentence_of(found, each)}")


def _since(act: Mapping[Any, Any]) -> str:
    """Say since when an act stands, to the minute, and whether it has ended; --json has every moment."""
    began, ended = (local(act[name])[:-3] for name in ("started_at", "ended_at"))
    since = began or f"by {local(act['seen_at'])[:-3]}"
    return f"{since}, ended {ended}" if ended else since


def explain(key: Key, language: Language = None, why: Why = "", json: AsJson = False) -> None:
    """Say in a sentence why a contact has its label, then what each gate and channel answers.

    Every answer comes with its date and its source. Only who passes every gate is exported; only an open
    channel may be written on.
    """
    spoken, open_runtime, wanted = language_of(language, os.environ), runtime(), key_of(key)
    with reading(open_runtime.database, Act.CONTACT_EXPLAINED, wanted, why) as connection:
        found = stored.contact(connection, wanted)
        decided = decisions.of_contact(connection, found["id"])
        asked_of = gates_of(open_runtime, connection, found["id"], spoken)
    sentence = sentence_of(found, decided[0], language=spoken)
    if json:
        told = {"contact_key": str(_key_of(found)), "label": found["label"], "sentence": sentence}
        print_json(told | asked_of)
    else:
        out.print(sentence)
        tell_gates(asked_of)


def _key_of(row: Mapping[Any, Any]) -> ContactKey:
    return ContactKey(row["platform"], row["platform_id"])


def _contact(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "contact_key": str(_key_of(row)),
        "platform": row["platform"],
        "platform_id": row["platform_id"],
        "label": row["label"],
        "handle": row["handle"],
        "display_name": row["display_name"],
        "in_messaging_store": row["admitted_at"] is not None,
        "refusal": row["refusal"],
        "regular_since": iso(row["regular_since"]),
        "first_seen_at": iso(row["first_seen_at"]),
        "keep_until": iso(row["keep_until"]),
    }


def _inside(row: Mapping[Any, Any]) -> str:
    if row["admitted_at"] is None:
        return "no"
    return f"yes, refused: {row['refusal']}" if row["refusal"] else "yes"


def _signal(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "kind": row["kind"],
        "account": row["account"],
        "item": row["item"],
        "started_at": iso(row["started_at"]),
        "seen_at": iso(row["seen_at"]),
        "last_confirmed_at": iso(_confirmed(row)),
        "withheld_since": iso(row["withheld_since"]),
        "ended_at": iso(row["ended_at"]),
        "keep_until": iso(row["keep_until"]),
        "text": row["text"],
    }


def _confirmed(row: Mapping[Any, Any]) -> datetime | None:
    """Say when an act that stands last did: at its own last event, or in its roster's last whole walk."""
    if row["ended_at"] and row["ended_at"] <= utc_now():
        return None
    walked = row["confirmed_at"] if row["withheld_since"] else row["walked_at"]
    moments: list[datetime] = [each for each in (row["started_at"], row["seen_at"], walked) if each]
    return max(moments)


def _decision(contact: Mapping[Any, Any], row: RowMapping) -> dict[str, Any]:
    return {
        "label": row["label"],
        "kind": row["kind"],
        "item": row["item"],
        "policy": row["policy"],
        "source": row["source"],
        "decided_at": iso(row["decided_at"]),
        "sentence": sentence_of(contact, row),
    }
