"""Jobs: what each kind of them does."""

from datetime import datetime
from pathlib import Path

from config.packs import load_pack
from config.settings import Settings
from domain.admission import Controller
from domain.journal import Act, Entry
from exports.binding import settle_all
from exports.files import Order, export
from exports.removals import export_removals
from pipeline.admit import review
from pipeline.checking import checking_step
from pipeline.expire import expire_step
from pipeline.interests import reading_step
from pipeline.job import Save, Step
from pipeline.parting import parting_step
from pipeline.reclassify import reclassify_step
from pipeline.road import Road
from pipeline.scrubbing import scrubbing_step
from pipeline.standing import newest_step
from store import exports, halts, installation, jobs, journal, recipients
from store.database import Database
from store.jobs import Job
from workers.reader import reader_of

#: The pack of an installation that has none in force yet.
DEFAULT: str = Settings.model_fields["policy"].default


def export_step(database: Database, job: Job, save: Save, now: datetime) -> None:
    """Ask the gates of everybody in the messaging store, then write the admitted to the folder of a job.

    While anything is halted only removals are written.
    """
    with database.read() as connection:
        pack = installation.policy(connection)
        halted = bool(halts.every(connection))
    form, folder = job.arguments["form"], Path(job.arguments["folder"])
    controller = job.arguments.get("controller")
    kind, others = Controller(controller) if controller else None, job.arguments.get("to_others", False)
    with database.read() as connection:
        others = others or recipients.any_other(connection)
    review(database, load_pack(pack or DEFAULT), kind, now=now, to_others=others)
    if halted:  # removals are never stopped
        with database.read() as connection:
            seq = newest_step(connection)
        reached = {"contacts": 0, "tombstones": export_removals(database, form, folder, now=now)}
        with database.write() as connection:
            save(connection, {**reached, "seq": seq}, done=True)
        return
    done = export(database, form, folder, now=now, order=Order(by=exports.WORKER))
    reached = {"contacts": done.contact_count, "tombstones": done.tombstone_count}
    with database.write() as connection:
        save(connection, {**reached, "seq": done.seq}, done=True)
        details = {"job": job.id, "format": form, **reached}
        journal.record(connection, Entry("worker", Act.EXPORT_WRITTEN, now, details=details))


def review_step(database: Database, job: Job, save: Save, now: datetime) -> None:
    """Ask the gates of everybody in the messaging store, for those who read the feed by themselves."""
    controller = job.arguments.get("controller")
    with database.read() as connection:
        pack = installation.policy(connection)
        others = job.arguments.get("to_others", False) or recipients.any_other(connection)
    kind = Controller(controller) if controller else None
    policy = load_pack(pack or DEFAULT)
    refused = review(database, policy, kind, now=now, to_others=others)
    settle_all(database, policy, now=now)
    with database.write() as connection:
        save(connection, {"refused": refused}, done=True)


STEPS: dict[str, Step] = {
    jobs.REVIEW: review_step,
    jobs.RECLASSIFY: reclassify_step,
    jobs.EXPORT: export_step,
    jobs.TOPICS: reading_step(reader_of),
    jobs.EXPIRE: expire_step,
}


def steps_of(road: Road) -> dict[str, Step]:
    """Return the steps of all kinds of jobs: those that need more than the database travel on the road."""
    more = {
        jobs.DELETIONS: checking_step(road),
        jobs.SCRUB: scrubbing_step(road),
        jobs.PART: parting_step(road),
    }
    return {**STEPS, **more}
