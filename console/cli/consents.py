"""`regulars consents`: what people agreed to is taken back, or asked for anew."""

import smtplib
from enum import StrEnum
from typing import Annotated

import typer
from sqlalchemy import Connection

from console.cli.acting import enter
from console.cli.contact_key import Key, key_of
from console.cli.start import runtime
from console.cli.transferring import transfer
from console.cli.words import note, out, print_json
from console.pages.forms import agreed
from console.pages.mails import confirmation
from console.pages.server import face_of
from console.pages.sign_up import letter_of
from domain.contact import ContactKey
from domain.errors import RegularsError
from domain.journal import Act
from domain.sign_up import PURPOSES
from pipeline import reconfirming
from pipeline.joining import Asked
from pipeline.reconfirming import Renewal
from pipeline.transferring import withdraw_transfer
from pipeline.withdrawing import withdraw
from store import recipients
from workers.alerter import mails_of
from workers.runtime import Runtime, utc_now

app = typer.Typer(
    help="Take back what a person consented to, and ask for old consents anew.", no_args_is_help=True
)

Json = Annotated[bool, typer.Option("--json", help="For programs: one object.")]


class Which(StrEnum):
    """What may be taken back."""

    EMAIL = "email"
    SMS = "sms"
    TOPICS = "topics"
    TRANSFER = "transfer"
    ALL = "all"


def register(root: typer.Typer) -> None:
    """Add the group to the command line."""
    app.command("transfer")(transfer)
    root.add_typer(app, name="consents")


@app.command("withdraw")
def withdrawn(
    key: Key,
    channel: Annotated[
        Which, typer.Option("--channel", help="email, sms, topics, transfer, or all.", show_default=False)
    ],
    to: Annotated[
        str | None,
        typer.Option(
            "--to", help="With transfer: one third party alone, a name of `regulars recipient list`."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Take back what a person consented to, at its word: it is not written to on that channel any more.

    The proof of the consent stays with its end. Where no channel is left, the sign-up ends: the contact
    leaves the messaging store and is deleted after the pack's grace. A third party that got the contact by
    its consent to transfer is told to remove it. Whoever wants nothing of us at all
    objects: `regulars object`.
    """
    contact, open_runtime = key_of(key), runtime()
    if to is not None and channel is not Which.TRANSFER:
        raise RegularsError("--to goes with --channel transfer.")
    purposes = PURPOSES if channel is Which.ALL else () if channel is Which.TRANSFER else (channel.value,)

    def act(connection: Connection) -> tuple[bool, bool]:
        taken_back = channel in (Which.TRANSFER, Which.ALL) and _end_transfer(connection, contact, to)
        if not purposes:
            return taken_back, False
        policy = open_runtime.policy_in_force(connection)
        done = withdraw(connection, [contact], purposes, policy, now=utc_now())
        enter(connection, Act.CONSENT_WITHDRAWN, contact, channel=channel.value, ended=bool(done.contacts))
        return bool(done.contacts) or taken_back, bool(done.sign_ups_ended)

    ended, over = open_runtime.database.transact(act)
    if json:
        print_json({"consents_ended": ended, "sign_up_ended": over})
    elif not ended:
        note("No such consent of this contact is in force; nothing was changed.")
    else:
        note(f"Taken back. {'The sign-up has ended with it.' if over else 'Other consents stand.'}")


def _end_transfer(connection: Connection, contact: ContactKey, to: str | None) -> bool:
    """Take back the consent to be passed on to a third party, or to all."""
    recipient = recipients.called(connection, to.strip()) if to is not None else None
    ended = withdraw_transfer(connection, [contact], recipient, now=utc_now())
    if ended:
        number = recipient.id if recipient else None
        enter(connection, Act.TRANSFER_WITHDRAWN, contact, recipient=number)
    return bool(ended)


@app.command("ask")
def ask(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count who would be asked.")] = False,
    json: Json = False,
) -> None:
    """Ask whoever signed up long ago, once and by mail, whether that still holds.

    Long ago is the pack's `reconfirm_months`. The mail carries a link of seven days to a page with a button;
    whoever presses it signs up anew by today's words, whoever is silent is deleted at the pack's date. The
    day's bound is that of the sign-up page (REGULARS_MAILS_A_DAY): say it daily until nobody is left.
    """
    open_runtime = runtime()
    face = face_of(open_runtime.settings)
    if not face.takes_sign_ups:
        raise RegularsError(
            "A mail needs REGULARS_CONTROLLER_NAME, who asks, and REGULARS_PUBLIC_URL, where its link leads; "
            "set both."
        )
    with open_runtime.database.read() as connection:
        policy = open_runtime.policy_in_force(connection)
        found = reconfirming.renewals(
            connection,
            policy,
            lambda language, channels, topics: agreed(language, channels, topics, face.controller or ""),
            now=utc_now(),
        )
    asked = 0 if dry_run else sum(_asks(open_runtime, each) for each in found)
    if asked:
        with open_runtime.database.write() as connection:
            enter(connection, Act.RENEWALS_ASKED, asked=asked)
    if json:
        print_json({"dry_run": dry_run, "due": len(found), "asked": asked})
    elif not found:
        note("Nobody is to be asked: no sign-up is that old, or all were asked.")
    elif dry_run:
        out.print(f"{len(found)} people would be asked.")
    else:
        out.print(f"{asked} of {len(found)} people were asked; the others wait for another day.")


def _asks(open_runtime: Runtime, renewal: Renewal) -> bool:
    """Ask one person; raises RegularsError where mails do not leave at all."""
    face, now = face_of(open_runtime.settings), utc_now()
    deliver = mails_of(open_runtime.settings)

    def act(connection: Connection) -> Asked | None:
        suppressor, links = open_runtime.suppressor_of(connection), open_runtime.links_of(connection)
        return reconfirming.ask_again(connection, renewal, suppressor, links, most=face.mails_a_day, now=now)

    asked = open_runtime.database.transact(act)
    if asked is None:
        return False
    try:
        deliver(confirmation(letter_of(face, renewal.signed, asked, again=True), now=now))
    except smtplib.SMTPRecipientsRefused:  # the address is none any more; its sign-up ends in time
        return False
    except (OSError, smtplib.SMTPException) as error:
        open_runtime.database.transact(lambda connection: reconfirming.take_back(connection, renewal, asked))
        raise RegularsError(
            "The mail server did not take a mail; mend REGULARS_SMTP_URL and ask again."
        ) from error
    return True
