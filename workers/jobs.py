"""Jobs: what each kind of them does."""

from datetime import datetime
from pathlib import Path

from exports.files import export
from pipeline.checking import checking_step
from pipeline.interests import reading_step
from pipeline.job import Save, Step
from pipeline.reclassify import reclassify_step
from pipeline.road import Road
from store import jobs
from store.database import Database
from store.jobs import Job
from workers.reader import reader_of


def export_step(database: Database, job: Job, save: Save, _now: datetime) -> None:
    """Write the messaging store to the folder of a job."""
    done = export(database, job.arguments["form"], Path(job.arguments["folder"]))
    reached = {"contacts": done.contact_count, "tombstones": done.tombstone_count}
    with database.write() as connection:
        save(connection, reached, done=True)


STEPS: dict[str, Step] = {
    jobs.RECLASSIFY: reclassify_step,
    jobs.EXPORT: export_step,
    jobs.TOPICS: reading_step(reader_of),
}


def steps_of(road: Road) -> dict[str, Step]:
    """Return the steps of all kinds of jobs: those that ask a platform travel on the road, too."""
    return {**STEPS, jobs.DELETIONS: checking_step(road)}
