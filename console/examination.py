"""What `regulars doctor` looks at; each look stands by itself, so that one that fails hides no other."""

import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from classifier.policy import Policy
from config.keys import KeyMissingError, Sealer, key_path, read_key
from config.packs import load_pack
from config.settings import Settings
from console.cli.copies import listed
from domain.contact import Platform
from domain.errors import RegularsError
from pipeline.collecting import VALID
from pipeline.own_files import overdue
from pipeline.road import Duty
from store import accounts, erasures, installation, profile_looks, schema
from store.database import Database
from store.erasures import Erased
from store.written_files import ACCESS, BACKUP, EXPORT, REJECTS
from workers.broker import redis_broker
from workers.runtime import duty_of, utc_now

#: The numbers by which a pack says how long what is kept.
RETENTION = (
    "occasional_max_days",
    "regular_inactive_months",
    "regular_grace_after_end_days",
    "proof_max_days",
    "reconfirm_months",
    "notice_due_days",
)
#: How long the daily scrub may be hindered before somebody must look.
LATE = timedelta(days=2)


class Finding(NamedTuple):
    """What one look found: whether it is fine, whether it must be, and what to do where it is not."""

    what: str
    fine: bool
    required: bool
    found: str
    advice: str = ""

    @property
    def state(self) -> str:
        """The finding in one word."""
        return "fine" if self.fine else "missing" if self.required else "advised"


def examine(read: Settings) -> Sequence[Finding]:
    """Look at everything in turn."""
    real = [each for each in Platform if duty_of(read, each) is not None]
    return [
        *_choices(read, required=bool(real)),
        *_papers(read, required=bool(real)),
        *_look("policy pack", lambda: _retention(read)),
        *_look("queue server", lambda: _queue(read)),
        *_look("key", lambda: _key(read)),
        *_look("schema", lambda: _schema(read)),
        *_look("accounts", lambda: _profiles(read)),
        *_look("copies", lambda: _copies(read)),
    ]


def _look(what: str, look: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    try:
        yield from look()
    except (RegularsError, OSError) as error:
        # A sentence of ours says what to do; the system's says at least what happened.
        yield Finding(what, fine=False, required=True, found="cannot be used", advice=str(error))


def _choices(read: Settings, *, required: bool) -> Iterator[Finding]:
    chosen = "policy" in read.model_fields_set
    yield Finding(
        "controller",
        read.controller is not None,
        required,
        read.controller or "not chosen",
        "Set REGULARS_CONTROLLER to what you are before the law: party, association, foundation, candidate, "
        "elected_person or other.",
    )
    yield Finding(
        "chosen pack",
        chosen,
        required,
        read.policy if chosen else f"{read.policy}, which nobody chose",
        "Read docs/policy.md, then set REGULARS_POLICY.",
    )
    yield Finding(
        "notice address",
        bool(read.notice_url),
        required,
        read.notice_url or "not set",
        "Publish your notice, then set REGULARS_NOTICE_URL and put it into each account's public profile.",
    )


def _papers(read: Settings, *, required: bool) -> Iterator[Finding]:
    yield Finding(
        "impact assessment",
        bool(read.impact_assessment),
        required,
        read.impact_assessment or "no reference",
        "Make one (GDPR art. 35(3)(b)) and set REGULARS_IMPACT_ASSESSMENT to where it is found.",
    )
    file = read.processors_file
    yield Finding(
        "processor list",
        file is not None and file.is_file() and file.stat().st_size > 0,
        required,
        str(file) if file else "not set",
        "List in a file whoever processes the data for you (GDPR art. 28) and set REGULARS_PROCESSORS_FILE.",
    )


def _retention(read: Settings) -> Iterator[Finding]:
    policy: Policy = load_pack(_pack_in_force(read) or read.policy)
    lacking = [each for each in RETENTION if each not in policy.numbers]
    yield Finding(
        "retention",
        not lacking,
        required=True,
        found=", ".join(f"{each} {policy.numbers[each].value}" for each in RETENTION if each not in lacking),
        advice=f"Add {', '.join(lacking)} to the pack, each with its source." if lacking else "",
    )


def _queue(read: Settings) -> Iterator[Finding]:
    if read.redis_url is not None:
        redis_broker(read.redis_url.get_secret_value(), allow_volatile=read.allow_volatile_queue).close()
    found = "embedded, keeps its messages" if read.embedded_queue else "answers, keeps its messages"
    if read.allow_volatile_queue:
        found = "may forget its messages, as REGULARS_ALLOW_VOLATILE_QUEUE allows"
    yield Finding("queue server", fine=True, required=True, found=found)


def _key(read: Settings) -> Iterator[Finding]:
    """Look whether the key of the database is here and nobody else can read it."""
    path = key_path(read)
    if read.secret_key is None and not path.exists() and _fingerprint(read) is None:
        yield Finding("key", fine=True, required=True, found="made at the first start")
        return
    if read.secret_key is None and not path.exists():
        raise KeyMissingError(f"Bring {path} back from where you keep it.")
    key = read.secret_key.get_secret_value().encode() if read.secret_key else read_key(path)
    fits = _fingerprint(read) in (None, Sealer(key).fingerprint)
    yield Finding(
        "key",
        fits,
        required=True,
        found="fits the database" if fits else "another key's database",
        advice="Bring back the key in force (docs/operations.md, The key).",
    )
    if read.secret_key is None:
        mode = stat.S_IMODE(path.stat().st_mode)
        advice = f"Say chmod 600 {path}"
        yield Finding(
            "key file's rights", mode & 0o177 == 0, required=True, found=f"{mode:04o}", advice=advice
        )


def _fingerprint(read: Settings) -> str | None:
    if not _is_begun(read):
        return None
    with _read(read) as connection:
        return installation.key_fingerprint(connection)


def _pack_in_force(read: Settings) -> str | None:
    if not _is_begun(read):
        return None
    with _read(read) as connection:
        return installation.policy(connection)


@contextmanager
def _read(read: Settings) -> Iterator[Connection]:
    """Look into the database, whatever its state; raises RegularsError where its schema is another one."""
    with closing(Database(read.database)) as database:
        schema.require_current(database)
        with database.read() as connection:
            yield connection


def _is_begun(read: Settings) -> bool:
    """Tell whether there is a database to look into; an embedded one is made at the first start."""
    return read.database_url is not None or (read.data_dir / "regulars.db").exists()


def _schema(read: Settings) -> Iterator[Finding]:
    if not _is_begun(read):
        yield Finding("schema", fine=True, required=True, found="made at the first start")
        return
    with _read(read):
        yield Finding("schema", fine=True, required=True, found=schema.HEAD)


def _profiles(read: Settings) -> Iterator[Finding]:
    """Look at what the last look at each account's profile found."""
    if not _is_begun(read):
        return
    with _read(read) as connection:
        for each in accounts.every(connection):
            duty = duty_of(read, str(each.platform))
            if duty is not None:
                yield _profile(str(each.name), profile_looks.last(connection, int(each.id)), duty)


def _profile(name: str, last: profile_looks.ProfileLook | None, duty: Duty) -> Finding:
    if last is None or last.notice_url != duty.notice_url:
        found, fine = "not looked at yet", False
    else:
        fine = last.found and utc_now() < last.at + VALID
        found = f"{'shows' if last.found else 'does not show'} the notice, looked at {last.at:%Y-%m-%d %H:%M}"
    return Finding(
        f"profile of {name}",
        fine,
        required=True,
        found=found,
        advice="Put the notice's address into the public profile; `regulars harvest` looks again.",
    )


def _copies(read: Settings) -> Iterator[Finding]:
    """Look whether whoever was erased is gone from all copies by the date that was promised."""
    if not _is_begun(read):
        return
    now = utc_now()
    days = load_pack(_pack_in_force(read) or read.policy).number("tombstone_days")
    with _read(read) as connection:
        erased = erasures.every(connection)
        files = overdue(connection, tombstone_days=days, now=now)
    left = [each for each in erased if each.scrubbed_at is None and each.at < now - LATE]
    yield Finding(
        "erased people",
        not left,
        required=any(each.gone_by <= now for each in left),
        found=f"{len(left)} days of erasures still in the database's files" if left else _promised(erased),
        advice="Run `regulars db scrub` as the owner of the tables while no harvest runs.",
    )
    for what, kinds, why in (
        ("exported files", (EXPORT, ACCESS), "hold people who have left"),
        ("backups", (BACKUP,), "are past their date"),
        ("rejected rows", (REJECTS,), "are past their date"),
    ):
        named = [each for each in files if each.kind in kinds]
        yield Finding(
            what,
            not named,
            required=BACKUP in kinds,
            found=f"{len(named)} {why}" if named else f"none known that {why}",
            advice=f"Delete {listed(named)}" if named else "",
        )


def _promised(erased: Sequence[Erased]) -> str:
    return f"the last copy is over by {max(each.gone_by for each in erased):%Y-%m-%d}" if erased else "none"
