"""What operators and machines do to the file: keys, packs, dates, backups, deaths and exports."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from classifier.notices import Status
from domain.admission import Controller
from exports.files import export as write_export
from pipeline.admit import review
from pipeline.backup import Backup, back_up, key_of, restore
from pipeline.expire import expire
from pipeline.inform import cover
from pipeline.job import carry_out
from pipeline.objections import catch_up
from pipeline.reclassify import begin_reclassify, reclassify_step
from pipeline.replay import sweep
from pipeline.rights import OBJECTED, end_contact
from store import jobs, notices, objections
from store.notices import Giving, Version
from store.runs import LEASE
from tests.contents import rows
from tests.fragile import CrashError
from tests.integration.pipeline.people import laws
from tests.integration.pipeline.people.acts import harvest
from tests.integration.pipeline.people.cast import PEOPLE
from tests.integration.pipeline.people.world import PACKS, Saved, World
from tests.listening import listens

#: Days that pass at once: a text, an occasional contact, a notice, a tombstone, everything.
SPANS = (8, 31, 100, 1200)
KEEP_DAYS = 30
MOST_KEYS = 4


def rotate(world: World, *_: int) -> bool:
    """Put a further key around what is suppressed, and seal everything anew."""
    if len(rows(world.database, "suppression_keys")) >= MOST_KEYS:
        return False
    world.ours.rotate()
    return True


def wait(world: World, who: int, how: int) -> bool:
    """Let time pass, and what is past its date go."""
    world.clock.forward(days=SPANS[how] if who % 2 else 1)
    world.tick()
    expire(world.database, world.policy, now=world.clock())
    again = expire(world.database, world.policy, now=world.clock(), dry_run=True)
    assert not any(again.values()), again
    laws.nothing_lives_past_its_date(world)
    return True


def tell(world: World, _: int, how: int) -> bool:
    """Tell everybody who waits for it, by a notice of their own or by the public one."""
    if not rows(world.database, "notices"):
        return False
    if how % 2:
        cover(world.database, "assessment 1", "op", now=world.clock())
        return True
    with world.database.write() as connection:
        notices.keep_version(connection, Version("v" * 64, "en", "We hold this of you."), now=world.clock())
        ids = [each["contact_id"] for each in rows(world.database, "notices") if each["how"] is None]
        giving = Giving(Status.GIVEN_INDIVIDUALLY, "v" * 64, "op")
        notices.give(connection, ids, giving, now=world.clock())
    return True


def change_pack(world: World, *_: int) -> bool:
    """Put the other pack in force and decide everybody under it."""
    (other,) = set(PACKS) - {world.policy.name}
    with world.database.write() as connection:
        job_id = begin_reclassify(connection, other, now=world.clock())
    for _ in range(20):
        (row,) = [each for each in rows(world.database, "jobs") if each["id"] == job_id]
        if row["state"] != "running":
            assert row["state"] == "done", row
            return True
        carry_out(world.road, {jobs.RECLASSIFY: reclassify_step}, job_id, row["fence"])
    raise AssertionError("The job did not end.")


def save(world: World, *_: int) -> bool:
    """Make a backup."""
    path = world.folder / f"{world.worlds}-{len(world.backups)}.backup"
    path.unlink(missing_ok=True)
    back_up(world.database, path, world.ours.sealer, None, keep_days=KEEP_DAYS, now=world.clock())
    until = world.clock() + timedelta(days=KEEP_DAYS)
    world.backups.append(Saved(path, world.ours.sealer, until))
    return True


def bring_back(world: World, _: int, how: int) -> bool:
    """Restore a backup: the newest, or the oldest whose time is not over."""
    there = [each for each in world.backups if each.until > world.clock()]
    if not there:
        return False
    saved = there[-1 if how % 2 else 0]
    backup = Backup(saved.path, key_of(saved.sealer), saved.sealer)
    restore(world.database, backup, world.ours.ledger, world.ours.sealer, now=world.clock())
    laws.nothing_lives_past_its_date(world)
    return True


def crash(world: World, who: int, how: int) -> bool:
    """Let a process die at a statement or at a commit, and another take up what it left."""
    if how % 2:
        return _die_objecting(world, who, how)
    return _die_harvesting(world, who, how)


def _die_harvesting(world: World, who: int, how: int) -> bool:
    died = []

    def dying(run: Any) -> None:
        try:
            with dies_at(world, 7 + 5 * who + how):
                run()
        except CrashError:
            died.append(True)
            world.clock.at += LEASE + timedelta(seconds=1)
            run()

    finish = world.finish
    world.finish = lambda run_ids: dying(lambda: finish(run_ids))  # type: ignore[method-assign]  # and back below
    try:
        harvest(world, who, how)
    finally:
        world.finish = finish  # type: ignore[method-assign]
    return bool(died)


def _die_objecting(world: World, who: int, how: int) -> bool:
    key, died = PEOPLE[who], False
    before = world.ours.ledger.size()

    def object_() -> None:
        with world.database.write() as connection:
            end_contact(connection, [key], world.suppressor_of(connection), OBJECTED, now=world.clock())

    try:
        with dies_at(world, 3 * who + how):
            object_()
    except CrashError:
        died = True
    if died:
        start(world)
        if world.ours.ledger.size() > before:
            world.gone.add(key)
            world.named.discard(key)
            world.tick()
            laws.hold(world)
    object_()
    world.gone.add(key)
    world.named.discard(key)
    return died


def start(world: World) -> None:
    """Start the product, which catches up with the ledger."""
    with world.database.read() as connection:
        if world.ours.ledger.size() == objections.applied(connection):
            return
    with world.database.write() as connection:
        suppressor = world.suppressor_of(connection)
        behind = catch_up(connection, world.ours.ledger, suppressor)
    if behind:
        sweep(world.database, suppressor, now=world.clock())


@contextmanager
def dies_at(world: World, statement: int) -> Iterator[None]:
    """Let a process die at its n-th statement from now, or at a commit just before that."""
    left = [statement]

    def count(*_: Any) -> None:
        left[0] -= 1
        if left[0] <= 0:
            raise CrashError

    def at_commit(_: Connection) -> None:
        if left[0] <= 2:
            raise CrashError

    with (
        listens(world.database, "before_cursor_execute", count),
        listens(world.database, "commit", at_commit),
    ):
        yield


def export(world: World, _: int, how: int) -> bool:
    """Ask the gates, write the messaging store into files and read them."""
    form = ("csv", "ndjson")[how % 2]
    review(world.database, world.policy, Controller.PARTY, now=world.clock())
    done = write_export(world.database, form, world.folder / "export", now=world.clock())
    laws.an_export_holds_only_members(world, done.contacts.read_bytes(), done.tombstones.read_bytes())
    return True
