"""Twelve short scenes about the people in the file: what was done, what came of it, and the proof.

Each scene plays in an installation of its own, in a folder that is gone afterwards; its people are invented.
Run by `make demo-privacy`; writes a page that can be read without anything else.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from html import escape
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from sqlalchemy import select, text  # noqa: E402

from config.packs import load_pack  # noqa: E402
from config.settings import Settings  # noqa: E402
from domain.account import Account  # noqa: E402
from domain.admission import Controller  # noqa: E402
from domain.contact import ContactKey, Profile  # noqa: E402
from domain.journal import Act, Entry  # noqa: E402
from domain.signal import Signal, SignalKind  # noqa: E402
from pipeline.admit import review  # noqa: E402
from pipeline.backup import Backup, back_up, key_of, restore  # noqa: E402
from pipeline.deletions import delete_app_person  # noqa: E402
from pipeline.expire import expire  # noqa: E402
from pipeline.heed import heeded  # noqa: E402
from pipeline.interests import reading_step  # noqa: E402
from pipeline.objecting import object_by_handle  # noqa: E402
from pipeline.page import write_page  # noqa: E402
from pipeline.redecide import redecide  # noqa: E402
from pipeline.rights import ERASED, OBJECTED, end_contact  # noqa: E402
from store import accounts, journal, messaging  # noqa: E402
from store.accounts import Sealed  # noqa: E402
from store.jobs import TOPICS, Job  # noqa: E402
from store.scrub import scrub  # noqa: E402
from store.tables import changes, contacts, messaging_contacts, signals  # noqa: E402
from workers.reader import reader_of  # noqa: E402
from workers.runtime import Runtime, utc_now  # noqa: E402

ADA = ContactKey("twitter", "700000000000000001")
BO = ContactKey("twitter", "700000000000000002")
CHLOE = ContactKey("facebook", "app-51:9001")
NAMES = {ADA: Profile("ada_example", "Ada Lévy"), BO: Profile("bo_example", "Bo Martin")}
NOW = utc_now()


class Scene(NamedTuple):
    """One scene: a sentence, what happened, and the proof."""

    title: str
    happened: str
    proof: str


class Stage:
    """An installation with one account of ours, on which acts are harvested."""

    def __init__(self, folder: Path, policy: str = "cnil-2016") -> None:
        self.runtime = Runtime(Settings(data_dir=folder, policy=policy), upgrade=True)
        self.database, self.policy = self.runtime.database, load_pack(policy)
        with self.database.write() as connection:
            self.accounts = {
                platform: accounts.add(
                    connection,
                    Account(platform, number, f"team on {platform}"),
                    Sealed(b"-", None, None),
                    now=NOW,
                )
                for platform, number in (("twitter", "500"), ("facebook", "51"))
            }

    def harvest(self, *acts: Signal, now: datetime = NOW) -> None:
        """Take acts in as a harvested page."""
        with self.database.write() as connection:
            suppressor = self.runtime.suppressor_of(connection)
            kept, steps, gone = heeded(connection, acts, suppressor, now=now)
            for platform in sorted({each.contact.platform for each in kept}):
                of_it = [each for each in kept if each.contact.platform == platform]
                account = (self.accounts[platform], platform)
                steps += write_page(connection, account, of_it, self.policy, now=now).steps
            messaging.publish(connection, steps, now=now)
            if gone:
                journal.forget(connection, gone, now=now)
        review(self.database, self.policy, Controller.PARTY, now=now)

    def inside(self) -> list[str]:
        """Return who may be imported by a CRM."""
        joined = select(contacts.c.platform_id).join(
            messaging_contacts, messaging_contacts.c.contact_id == contacts.c.id
        )
        with self.database.read() as connection:
            return sorted(connection.scalars(joined))

    def held(self, who: ContactKey) -> str:
        """Say how many contacts we hold under a key."""
        with self.database.read() as connection:
            found = connection.scalars(select(contacts.c.id).where(contacts.c.platform_id == who.platform_id))
            return counted(len(found.all()), "contact")

    def removals(self) -> list[str]:
        """Return the reasons for which others are told to delete somebody."""
        with self.database.read() as connection:
            return list(connection.scalars(select(changes.c.reason).where(changes.c.op == "remove")))

    def end(self, who: ContactKey, reason: str = OBJECTED) -> None:
        """Carry out an objection or erasure."""
        with self.database.write() as connection:
            suppressor = self.runtime.suppressor_of(connection)
            end_contact(connection, [who], suppressor, reason, now=NOW)


def counted(number: int, noun: str) -> str:
    """Say a number with its noun: "no file", "1 file", "2 files"."""
    return f"{number or 'no'} {noun}{'' if number == 1 else 's' if number else ''}"


def people(stage: Stage) -> str:
    """Say by name who is in the messaging store."""
    names = {each.platform_id: profile.display_name or "" for each, profile in NAMES.items()}
    return " and ".join(names[each] for each in stage.inside()) or "nobody"


def told(stage: Stage) -> str:
    """Say what CRMs are told by the feed."""
    reasons = ", ".join(f"“{each}”" for each in stage.removals())
    return f"CRMs are told to remove her: {reasons}" if reasons else "CRMs are told nothing"


def follows(who: ContactKey) -> Signal:
    """Let somebody follow."""
    return Signal(who, SignalKind.FOLLOWS, profile=NAMES.get(who))


def likes_only(stage: Stage) -> Scene:
    """Let somebody only like."""
    stage.harvest(Signal(BO, SignalKind.LIKED, "1", profile=NAMES[BO]), Signal(BO, SignalKind.LIKED, "2"))
    return Scene(
        "Who only likes never gets in",
        "Bo likes two of our posts; both are harvested.",
        f"We hold {stage.held(BO)} of Bo, occasional; the messaging store holds {people(stage)}.",
    )


def follower(stage: Stage) -> Scene:
    """Let somebody follow."""
    stage.harvest(follows(ADA))
    return Scene(
        "Who follows is regular",
        "Ada follows us and is harvested.",
        f"The messaging store holds {people(stage)}.",
    )


def objected(stage: Stage) -> Scene:
    """Let a follower object and be harvested again."""
    stage.harvest(follows(ADA))
    stage.end(ADA)
    stage.harvest(follows(ADA), now=NOW + timedelta(days=1))
    return Scene(
        "Who objected stays out",
        "Ada follows, objects, still follows, and is harvested again the next day.",
        f"We hold {stage.held(ADA)} of Ada; {told(stage)}.",
    )


def said_stop(stage: Stage) -> Scene:
    """Let a follower write STOP."""
    stage.harvest(follows(ADA))
    stage.harvest(Signal(ADA, SignalKind.MESSAGED, "m", NOW, text="Stop svp"))
    stage.harvest(Signal(BO, SignalKind.MENTIONED, "c", NOW, text="stop the cuts"))
    return Scene(
        "“Stop” is an objection",
        "Ada, who follows, writes us “Stop svp”; Bo mentions us: “stop the cuts”.",
        f"We hold {stage.held(ADA)} of Ada and {stage.held(BO)} of Bo; {told(stage)}.",
    )


def by_handle(stage: Stage) -> Scene:
    """Let somebody object whom we never met."""
    with stage.database.write() as connection:
        suppressor = stage.runtime.suppressor_of(connection)
        object_by_handle(connection, "twitter", "@Ada_Example", suppressor, now=NOW)
    stage.harvest(follows(ADA))
    return Scene(
        "Who was never met can object, too",
        "Ada gives her handle on our page before we know her; then she follows and is harvested.",
        f"We hold {stage.held(ADA)} of Ada, and asked no platform who she is.",
    )


def unfollowed(stage: Stage) -> Scene:
    """Let a follower leave."""
    stage.harvest(follows(ADA))
    before = people(stage)
    with stage.database.write() as connection:
        connection.execute(signals.update().values(ended_at=NOW))
        ids = connection.scalars(select(contacts.c.id)).all()
        steps = redecide(connection, ids, "twitter", stage.policy, "unfollowed", now=NOW)
        messaging.publish(connection, steps, now=NOW)
    return Scene(
        "Who leaves is out at once",
        "Ada follows, and unfollows.",
        f"The messaging store held {before}, and now holds {people(stage)}; {told(stage)}.",
    )


def deletion(stage: Stage) -> Scene:
    """Let Facebook ask for a deletion."""
    stage.harvest(Signal(CHLOE, SignalKind.FRIEND))
    with stage.database.write() as connection:
        delete_app_person(connection, ["51"], "9001", now=NOW)
    return Scene(
        "What a platform asks to delete is deleted",
        "Chloé, a friend, removes our app on Facebook, which tells us to delete what we hold.",
        f"We hold {stage.held(CHLOE)} of Chloé; {told(stage)}.",
    )


def overdue(stage: Stage) -> Scene:
    """Let nobody tell a follower."""
    stage.harvest(follows(ADA))
    expire(stage.database, stage.policy, now=NOW + timedelta(days=31))
    return Scene(
        "Who was not told in time is forgotten",
        "Ada follows; for a month nobody tells her what is done with her data.",
        f"On the 31st day we hold {stage.held(ADA)} of Ada; {told(stage)}.",
    )


def restored(stage: Stage) -> Scene:
    """Restore a backup from before an erasure."""
    stage.harvest(follows(ADA), follows(BO))
    sealer, ledger = stage.runtime.sealer, stage.runtime.ledger
    path = stage.runtime.settings.data_dir / "yesterday.backup"
    back_up(stage.database, path, sealer, None, keep_days=30, now=NOW)
    stage.end(ADA, ERASED)
    restore(stage.database, Backup(path, key_of(sealer), sealer), ledger, sealer, now=NOW)
    return Scene(
        "A backup brings nobody back",
        "Yesterday's backup holds Ada and Bo. Ada is erased; then the backup is restored.",
        f"The messaging store holds {people(stage)}: the ledger of objections knew Ada's keyed hash.",
    )


def bytes_gone(stage: Stage) -> Scene:
    """Look for an erased person in the files."""
    stage.harvest(follows(ADA))
    folder, value = stage.runtime.settings.data_dir, b"Ada L\xc3\xa9vy"
    before = _files_with(folder, value)
    stage.end(ADA, ERASED)
    scrub(stage.database)
    return Scene(
        "Erased means gone from the disk",
        "Ada is erased; then every file of the installation is searched for her name.",
        f"{before} held it before, {_files_with(folder, value)} afterwards.",
    )


def never_read(stage: Stage) -> Scene:
    """Let a follower write about her health."""
    texts = ("Je suis diabétique et l'hôpital est fermé", "My depression is back, the hospital is full")
    said = [Signal(ADA, SignalKind.MENTIONED, f"{n}", NOW, text=each) for n, each in enumerate(texts)]
    stage.harvest(follows(ADA), *said)
    step = reading_step(reader_of)
    ended: list[bool] = []
    while not (ended and ended[-1]):
        step(stage.database, Job(1, 0, TOPICS, {}, {}, 1), lambda *_, done, **__: ended.append(done), NOW)
    with stage.database.read() as connection:
        found = connection.scalar(text("SELECT count(*) FROM spoken"))
    return Scene(
        "What people say of themselves is not read",
        "Ada writes twice about her own illness, with the word “hospital”.",
        f"{counted(found or 0, 'topic')} noted of Ada.",
    )


def journalled(stage: Stage) -> Scene:
    """Show a contact, forget it, and verify the journal."""
    stage.harvest(follows(ADA))
    with stage.database.write() as connection:
        journal.record(connection, Entry("cli:operator", Act.CONTACT_SHOWN, NOW, ADA))
    stage.end(ADA, ERASED)
    with stage.database.read() as connection:
        whole = not journal.verify(connection).findings
        named = ADA.platform_id in repr(journal.listed(connection, count=99))
    with stage.database.write() as connection:
        guards = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'journal%'"
        for name in connection.scalars(text(guards)).all():
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text("DELETE FROM journal_texts"))
        connection.execute(text("DELETE FROM journal_chain WHERE seq = 1"))
    with stage.database.read() as connection:
        found = len(journal.verify(connection).findings)
    return Scene(
        "The journal proves, and still forgets",
        "An operator reads Ada's page; Ada is erased. Then somebody removes an entry by hand.",
        f"After the erasure the chain {'holds' if whole else 'is broken'} and "
        f"{'still' if named else 'no longer'} names her; the tampering shows in {counted(found, 'finding')}.",
    )


SCENES: Sequence[Callable[[Stage], Scene]] = (
    likes_only, follower, objected, said_stop, by_handle, unfollowed, deletion, overdue, restored, bytes_gone,
    never_read, journalled,
)  # fmt: skip


def _files_with(folder: Path, value: bytes) -> str:
    return counted(sum(value in each.read_bytes() for each in folder.rglob("*") if each.is_file()), "file")


def page(scenes: Iterable[Scene]) -> str:
    """Write the scenes as a page."""
    parts = [
        '<!doctype html><html lang="en"><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width">',
        "<title>Regulars: the people in the file</title><style>body{font:17px/1.55 system-ui,sans-serif;",
        "max-width:46rem;margin:2.5rem auto;padding:0 1rem;color-scheme:light dark}h2{margin:2rem 0 .3rem;",
        "font-size:1.1rem}p{margin:.2rem 0}.proof{border-left:3px solid #0f766e;padding-left:.8rem}</style>",
        "<h1>The people in the file</h1><p>Twelve scenes, each played in an installation of its own.</p>",
    ]
    for number, each in enumerate(scenes, start=1):
        parts.append(f"<h2>{number}. {escape(each.title)}</h2><p>{escape(each.happened)}</p>")
        parts.append(f'<p class="proof">{escape(each.proof)}</p>')
    return "\n".join(parts) + "\n"


def main() -> None:
    """Play all scenes, print them, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("demo/privacy.html"), help="Where the page goes.")
    out: Path = parser.parse_args().out
    scenes = []
    for number, play in enumerate(SCENES, start=1):
        with tempfile.TemporaryDirectory() as folder:
            scenes.append(play(Stage(Path(folder))))
        print(f"{number:2}. {scenes[-1].title}\n    {scenes[-1].happened}\n    → {scenes[-1].proof}")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page(scenes), encoding="utf-8")
    print(f"As a page: {out}")


if __name__ == "__main__":
    main()
