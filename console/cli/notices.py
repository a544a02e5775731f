"""`regulars notices`: who must still be told, who was, and the text."""

import getpass
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer
from sqlalchemy import Connection

from classifier.notices import Status
from config.notice import LANGUAGES, NoticeText
from console.cli.acting import enter
from console.cli.contact_key import key_of
from console.cli.start import runtime
from console.cli.words import iso, local, note, print_json, print_table
from domain.contact import ContactKey
from domain.errors import RegularsError
from domain.journal import Act
from pipeline import inform
from store import notices
from store.notices import Giving
from workers.runtime import Runtime, utc_now

app = typer.Typer(
    help="Tell contacts that data about them are held, and keep the proof.", no_args_is_help=True
)

_NONE_OVERDUE = "Nobody's notice is overdue. `regulars notices list` shows who must be told by when."
_NOBODY_WAITS = "Nobody waits to be told. Whoever is harvested from now on stands here with a date."

Language = Annotated[str, typer.Option(help=f"Language of the text: {' or '.join(LANGUAGES)}.")]
Keys = Annotated[
    str,
    typer.Argument(
        metavar="KEY",
        help="A contact's key, such as twitter:123; - reads keys from standard input, one a line.",
    ),
]
On = Annotated[
    datetime | None,
    typer.Option("--on", formats=["%Y-%m-%d"], help="The day (UTC) before which it is; unset: now."),
]
AsJson = Annotated[bool, typer.Option("--json", help="For programs: JSON.")]


def register(root: typer.Typer) -> None:
    """Add the group to the command line."""
    root.add_typer(app, name="notices")


@app.command("list")
def listed(
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those whose date has passed.")] = False,
    json: AsJson = False,
) -> None:
    """List the contacts who must still be told, the most urgent first; with --json one object a line.

    Each must be told within a month of being stored, or before the first message or disclosure (GDPR art.
    14(3)). Whoever was not told by then is deleted.
    """
    now = utc_now()
    with runtime().database.read() as connection:
        counted = notices.counts(connection, now=now)
        rows = notices.listed(connection, overdue=overdue, now=now)
        if json:
            for each in rows:
                key = ContactKey(each["platform"], each["platform_id"])
                late = Status.OVERDUE if each["due_at"] < now else Status.DUE
                print_json(
                    {
                        "contact_key": str(key),
                        "label": each["label"],
                        "due_at": iso(each["due_at"]),
                        "status": late,
                    }
                )
            return
        waiting = [
            (f"{each['platform']}:{each['platform_id']}", each["label"], local(each["due_at"]))
            for each in rows
        ]
    if waiting:
        print_table(("contact", "label", "to be told by"), waiting)
    else:
        note(_NONE_OVERDUE if overdue else _NOBODY_WAITS)
    note(", ".join(f"{each.replace('_', ' ')}: {count}" for each, count in counted.items()))


@app.command()
def text(language: Language = "fr", json: AsJson = False) -> None:
    """Write the notice with all that the law asks for, and keep it as a version.

    Made from the settings, the pack in force and the connected accounts; refused while a field is empty.
    """
    open_runtime = runtime()
    with open_runtime.database.write() as connection:
        made = _made(open_runtime, connection, language)
        enter(connection, Act.NOTICE_WRITTEN, version=made.version, language=language)
    if json:
        print_json(made._asdict())
        return
    typer.echo(made.text, nl=False)
    note(f"version {made.version}")


@app.command()
def give(
    key: Keys,
    language: Language = "fr",
    version: Annotated[
        str | None, typer.Option(help="Beginning of the version that was given; without it today's text.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Record that contacts were told individually: when, by which text, and by whose word.

    The word is that of the user of this machine. Told already, a contact keeps its first record. Lines that
    are no key of ours change nothing and are named at the end.
    """
    open_runtime = runtime()
    lines = _lines(key)
    keys, wrong = _keys(lines)
    with open_runtime.database.write() as connection:
        given = (
            _version(connection, version) if version else _made(open_runtime, connection, language).version
        )
        giving = Giving(Status.GIVEN_INDIVIDUALLY, given, getpass.getuser())
        done = inform.record(connection, list(keys), giving, now=utc_now())
        enter(connection, Act.NOTICE_GIVEN, version=given, told=done.told)
    wrong += [line for key_, line in keys.items() if key_ in done.unknown]
    if json:
        print_json(
            {"told": done.told, "told_before": done.told_before, "not_ours": len(wrong), "version": given}
        )
    else:
        note(f"Recorded as told: {done.told}; told before: {done.told_before}; by version {given[:12]}.")
    _require_none_wrong(wrong, key, lines)


@app.command()
def messaged(keys: Keys, on: On = None, json: AsJson = False) -> None:
    """Say who gets a first message: each must be told by then at the latest (GDPR art. 14(3)(b)).

    For whoever writes to contacts from another program. Those who were told keep their record; of the others
    the date is brought forward, and `regulars expire` deletes whoever was not told by then.
    """
    _bring_forward(keys, "message", on, json=json)


@app.command()
def disclosed(keys: Keys, on: On = None, json: AsJson = False) -> None:
    """Say whose data another recipient gets by your own hand: each must be told by then (art. 14(3)(c)).

    Exports need no such word: they hold back whoever was not told, where REGULARS_RECIPIENTS names anybody.
    """
    _bring_forward(keys, "disclosure", on, json=json)


@app.command()
def public(
    assessment: Annotated[
        str,
        typer.Option(
            help="Reference of the written assessment that telling each would be out of proportion."
        ),
    ],
    json: AsJson = False,
) -> None:
    """Record that the public notice covers those whose notice is due (GDPR art. 14(5)(b)).

    They are kept, but stay not addressable and are not exported. For those whose notice is overdue it comes
    too late; whoever is stored later must be told, or covered, again.
    """
    if not assessment.strip():
        raise RegularsError("A public notice needs its written assessment: name it after --assessment.")
    open_runtime = runtime()
    now = utc_now()
    with open_runtime.database.write() as connection:
        for each in LANGUAGES:  # nobody is covered by a notice that does not exist
            _made(open_runtime, connection, each)
        enter(connection, Act.NOTICE_PUBLISHED, why=assessment.strip())
    covered = inform.cover(open_runtime.database, assessment.strip(), getpass.getuser(), now=now)
    with open_runtime.database.read() as connection:
        overdue = notices.counts(connection, now=now)[Status.OVERDUE]
    if json:
        print_json({"covered": covered, "overdue": overdue})
        return
    note(f"Covered by the public notice: {covered}. Overdue, and not covered: {overdue}.")


def _bring_forward(key: str, what: str, on: datetime | None, *, json: bool) -> None:
    open_runtime, now = runtime(), utc_now()
    due_at = on.replace(tzinfo=UTC) if on else now
    if on and due_at < now:
        raise RegularsError("That day has begun; leave --on out for what happens now, or name a later day.")
    lines = _lines(key)
    keys, wrong = _keys(lines)
    with open_runtime.database.write() as connection:
        found = notices.ids_of(connection, keys)
        moved = notices.bring_forward(connection, found.values(), due_at)
        enter(connection, Act.NOTICE_DUE, before=what, moved=moved)
    wrong += [line for key_, line in keys.items() if key_ not in found]
    if json:
        print_json({"brought_forward": moved, "due_at": iso(due_at), "not_ours": len(wrong)})
    else:
        note(f"To be told by {local(due_at)}: {moved}; the others were told, or had an earlier date.")
        if moved:
            note("Record who was told with `regulars notices give -`; whoever was not by then is deleted.")
    _require_none_wrong(wrong, key, lines)


def _lines(key: str) -> list[str]:
    return typer.get_text_stream("stdin").read().splitlines() if key == "-" else [key]


def _require_none_wrong(wrong: Sequence[int], key: str, lines: Sequence[str]) -> None:
    """Raise RegularsError that names the lines which are no key of ours."""
    if wrong and key != "-":
        raise RegularsError(
            "This is no key of a contact whom we hold; `regulars notices list` shows those due."
        )
    if wrong:
        where = ", ".join(map(str, sorted(wrong)[:20]))
        raise RegularsError(
            f"Of {len(lines)} lines {len(wrong)} are no key of a contact of ours (line {where}); mend them."
        )


def _made(open_runtime: Runtime, connection: Connection, language: str) -> NoticeText:
    """Write today's text and keep it."""
    settings, policy = open_runtime.settings, open_runtime.policy_in_force(connection)
    made = inform.notice_of(connection, settings, settings.controller, policy, language)
    inform.keep(connection, made, now=utc_now())
    return made


def _version(connection: Connection, beginning: str) -> str:
    found = notices.version(connection, beginning)
    if found is None:
        raise RegularsError(
            "No text that was kept, or more than one, has a version that begins so; `regulars notices text` "
            "prints today's."
        )
    return found.version


def _keys(lines: Sequence[str]) -> tuple[dict[ContactKey, int], list[int]]:
    """Read keys, each with its line; returns the lines that hold none, too."""
    keys: dict[ContactKey, int] = {}
    wrong = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            keys.setdefault(key_of(line), number)
        except RegularsError:
            wrong.append(number)
    return keys, wrong
