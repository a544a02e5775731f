"""`regulars consumer webhook letters`, `replay` and `drop`: what an endpoint has not taken."""

from typing import Annotated

import typer

from console.cli.start import runtime
from console.cli.words import iso, note, out, print_json, print_table
from pipeline.webhook_letters import drop_letter, replay_letter
from store import webhook_letters, webhooks
from workers.runtime import system_user, utc_now

LetterNumber = Annotated[int, typer.Argument(metavar="LETTER", help="The dead letter's number.")]


def register(group: typer.Typer) -> None:
    """Add the commands to the group."""
    for each in (letters, replay, drop):
        group.command()(each)


def letters(json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False) -> None:
    """List the dead letters: events that were not taken to the last try, with the reason."""
    with runtime().database.read() as connection:
        rows = [(each, one) for each in webhooks.every(connection) for one in each.letters]
    if json:
        for each, one in rows:
            print_json({"letter": one.id, "webhook": each.webhook.id, **_of_letter(one)})
    elif rows:
        print_table(
            ("letter", "webhook", "consumer", "made", "died", "tries", "why"),
            (
                (
                    str(one.id),
                    str(each.webhook.id),
                    each.consumer,
                    iso(one.made_at) or "",
                    iso(one.dead_at) or "",
                    str(one.tries),
                    one.error or "",
                )
                for each, one in rows
            ),
        )
    else:
        note("There are no dead letters.")


def replay(number: LetterNumber) -> None:
    """Send a dead letter once more, from the first try on."""
    with runtime().database.write() as connection:
        letter = webhook_letters.letter(connection, number)
        replay_letter(connection, letter, system_user(), now=utc_now())
    out.print("Done.")


def drop(number: LetterNumber) -> None:
    """Forget a dead letter."""
    with runtime().database.write() as connection:
        letter = webhook_letters.letter(connection, number)
        drop_letter(connection, letter, system_user(), now=utc_now())
    out.print("Done.")


def _of_letter(letter: webhook_letters.Letter) -> dict[str, object]:
    return {
        "message_id": letter.message_id,
        "made_at": iso(letter.made_at),
        "died_at": iso(letter.dead_at),
        "tries": letter.tries,
        "why": letter.error,
    }
