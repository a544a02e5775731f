"""Files of the messaging store: written whole or not at all, and every one recorded."""

import hashlib
import time
from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from classifier.policy import Policy
from domain.errors import RegularsError
from domain.recipient import Recipient, require_receiving
from domain.segment import Segment
from exports.forms import FORMS, Progress
from exports.narrowing import Narrowing, Use, policy_of, proofs_of
from exports.package import NAME, SIGNATURE, About, package
from exports.presets import PRESETS, Known, Written
from exports.presets import write as write_preset
from exports.record import FILE_FIELDS, TOMBSTONE_FIELDS, disclosed, record
from exports.shares import Shares, shares
from exports.signing import Signer
from exports.whole import Counted, write_whole, writer
from store import exports as recorded
from store import halts, messaging, written_files
from store.database import Database
from store.exports import File, Made
from store.feed_rows import ShownRow
from store.given import Proofs
from store.written_files import EXPORT

#: Seconds between two looks whether a halt began while a file is written.
LOOK_S = 1.0


class Order(NamedTuple):
    """For whom and from where on: `since` is the feed's step that the receiver has already (0: nothing).

    `by` is whoever ordered it and `why` the reason, for the journal. The files of a download are noted
    nowhere: whoever writes them deletes them.
    """

    recipient: Recipient | None = None
    since: int = 0
    by: str = "system"
    why: str = ""
    signer: Signer | None = None
    is_download: bool = False
    segment: Segment | None = None


PLAIN = Order()


class Exported(NamedTuple):
    """What an export wrote; `seq` is the newest number of the feed that it shows."""

    contacts: Path
    tombstones: Path
    contact_count: int
    tombstone_count: int
    seq: int
    number: int
    files: tuple[File, ...]
    use_before: str | None
    reject_count: int


class _Read(NamedTuple):
    rows: Iterable[ShownRow]
    out: Counted
    recipient: Recipient | None
    proofs: Proofs
    #: Who writes all records, where this process does not.
    shares: Shares | None


class _Written(NamedTuple):
    files: list[File]
    #: The columns of each that is a table.
    tables: Mapping[str, tuple[str, ...]]
    contacts: int
    tombstones: int
    rejects: int
    #: Since when the longest unseen of its contacts was not seen to be regular.
    oldest: datetime | None = None


def export(
    database: Database,
    form: str,
    folder: Path,
    progress: Progress = lambda _: None,
    *,
    now: datetime,
    order: Order = PLAIN,
) -> Exported:
    """Write the messaging store and its tombstones to `folder` in a form, with a package that describes them.

    All files show one state of the database, and are recorded in it. `progress` is called with the records
    written so far. Raises RegularsError where the folder cannot be written, RecipientError where the
    recipient may get none, SegmentError where the segment may not be used, HaltedError while anything is
    halted and as soon as it is.
    """
    if order.recipient is not None:
        require_receiving(order.recipient)
    stems = [f"contacts.{form}", f"tombstones.{form}"] if form in FORMS else [f"{form}.csv", NAME]
    names = (folder / stems[0], folder / stems[1])
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with database.read() as connection:
            halts.require_none(connection)
            policy = policy_of(connection)
            people, _ = messaging.counts(connection)
        use = Use(order.segment, order.by, order.why, order.recipient, order.since)
        narrowing = Narrowing(database, use, policy)
        narrowing.begin(now=now)
        if not order.is_download:
            with database.write() as connection:
                written_files.note_first(connection, EXPORT, names, now=now)
        # A console, which writes downloads, may take less memory than that needs.
        together = people if narrowing.is_whole and not order.is_download else 0
        with (
            database.read() as connection,
            shares(database, connection, form, together, now=now) as sharing,
        ):
            _, seq = messaging.counts(connection)
            _require_told(connection, order.since, seq, policy, now)
            out = Counted(narrowing.tombstones(connection, seq, now=now))
            proofs = proofs_of(policy)
            with closing(narrowing.rows(connection, proofs, now=now)) as rows:
                read = _Read(rows, out, order.recipient, proofs, sharing)
                written = _write(connection, form, folder, read, until_halted(database, progress))
            written = written._replace(oldest=proofs.oldest)
            about = _about(connection, form, seq, order, policy, written)
            files = [*written.files, *_describe(folder, about, written, order.signer)]
        counted = (written.contacts, written.tombstones, written.rejects)
        recipient = order.recipient.id if order.recipient else None
        place = None if order.is_download else str(folder.absolute())
        made = Made(
            form,
            recipient,
            seq,
            order.since,
            *counted,
            written.files,
            about.use_before,
            order.by,
            place,
            order.segment.id if order.segment else None,
        )
        with database.write() as connection:
            if not order.is_download:
                lasting = [folder / each.name for each in written.files]
                written_files.note(connection, EXPORT, lasting, now=now, seq=seq)
                written_files.forget(connection, [each for each in names if each not in lasting])
            number = recorded.add(connection, made, now=now)
            narrowing.enter(connection, number, written.contacts, now=now)
    except OSError as error:
        raise RegularsError(
            f"The export cannot be written to {folder}: {error.strerror}. Choose another folder or make room."
        ) from error
    counts = (written.contacts, written.tombstones)
    return Exported(*names, *counts, seq, number, tuple(files), about.use_before, written.rejects)


def _write(connection: Any, form: str, folder: Path, read: _Read, progress: Progress) -> _Written:
    is_third_party = read.recipient is not None and read.recipient.needs_consent
    inside = Counted(map(disclosed if is_third_party else record, read.rows))
    out = read.out
    if form in PRESETS:
        # A consent that the target was told of before is not said again: its owner may have opted out there.
        recipient = read.recipient.id if read.recipient else None
        known = Known(recorded.last_at(connection, form, recipient))
        written = write_preset(PRESETS[form], inside, out, folder, known=known, progress=progress)
        return _preset(written, inside.count, out.count)
    write = FORMS[form]
    all_of_them = writer(write, FILE_FIELDS, inside, progress)
    if read.shares is not None:
        all_of_them = partial(read.shares.write, proofs=read.proofs, progress=progress)
    contacts = write_whole(folder / f"contacts.{form}", all_of_them)
    tombstones = write_whole(folder / f"tombstones.{form}", writer(write, TOMBSTONE_FIELDS, out, progress))
    tables = {contacts.name: FILE_FIELDS, tombstones.name: TOMBSTONE_FIELDS}
    return _Written([contacts, tombstones], tables, contacts.records, out.count, 0)


def _preset(written: Iterable[Written], contacts: int, tombstones: int) -> _Written:
    files, tables, rejects = [], {}, 0
    for each in written:
        with each.path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        files.append(File(each.path.name, each.path.stat().st_size, digest, each.rows))
        tables[each.path.name] = each.columns
        rejects += each.rows if each.holds == "rejects" else 0
    return _Written(files, tables, contacts - rejects, tombstones, rejects)


def _about(connection: Any, form: str, seq: int, order: Order, policy: Policy, written: _Written) -> About:
    oldest = written.oldest
    days = timedelta(days=policy.number("proof_max_days"))
    return About(
        form,
        seq,
        order.since,
        recorded.epoch(connection),
        policy.signature,
        (oldest + days).date().isoformat() if oldest and written.contacts else None,
        order.recipient.name if order.recipient else None,
        written.contacts,
        written.tombstones,
        written.rejects,
        order.signer.public if order.signer else None,
        order.segment.name if order.segment else None,
    )


def _describe(folder: Path, about: About, written: _Written, signer: Signer | None) -> list[File]:
    preset = PRESETS.get(about.form)
    dialect = {"delimiter": preset.delimiter, "lineTerminator": preset.line_end} if preset else {}
    content = package(about, written.files, written.tables, dialect)
    described = [write_whole(folder / NAME, lambda file: file.write(content) and 1)]
    if signer is not None:
        signature = signer.sign(content)
        described.append(write_whole(folder / SIGNATURE, lambda file: file.write(signature) and 1))
    else:
        (folder / SIGNATURE).unlink(missing_ok=True)  # of a former package
    return described


def _require_told(connection: Any, since: int, seq: int, policy: Policy, now: datetime) -> None:
    """Refuse a difference of which some removals may be forgotten already."""
    if not 0 <= since <= seq:
        raise RegularsError(f"The feed is at step {seq}: give --since a step up to there, or leave it out.")
    if since and not was_told(connection, since, seq, policy, now):
        raise RegularsError(
            f"Removals after step {since} may be forgotten by now: leave --since out, and let the receiver "
            "replace all that it has."
        )


def was_told(connection: Any, since: int, seq: int, policy: Policy, now: datetime) -> bool:
    """Tell whether every removal between a step of the feed and its newest one, `seq`, is there still."""
    after = now - timedelta(days=policy.number("tombstone_days"))
    return since == seq or recorded.knows(connection, since, after)


def until_halted(database: Database, progress: Progress) -> Progress:
    """Look once a second, in a transaction of its own, whether files must stop."""
    looked_at = time.monotonic()

    def watched(count: int) -> None:
        nonlocal looked_at
        if time.monotonic() - looked_at >= LOOK_S:
            looked_at = time.monotonic()
            with database.read() as connection:
                halts.require_none(connection)
        progress(count)

    return watched
