"""Jobs: carried out on their queues step by step, whoever dies; exports that begin by themselves."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from dramatiq import Broker
from sqlalchemy import select, update

from config.settings import Settings
from domain.errors import RegularsError
from pipeline import job, reclassify
from pipeline.job import Save, carry_out
from pipeline.page import write_page
from pipeline.reclassify import Pass, begin_reclassify, preview
from pipeline.standing import EXPORT_EVERY
from store import failures, installation, interests, jobs, journal
from store.database import Database
from store.jobs import Job
from store.outbox import Wake
from store.tables import jobs as table
from store.tables import workers
from tests.cast import CNIL
from tests.contents import inside
from tests.integration.workers.conftest import AUDIENCE, at_work, look_until
from tests.interests import id_of, writes
from tests.scripted import FOLLOWERS
from tests.travel import Travel
from workers.dispatcher import Dispatcher
from workers.jobs import STEPS
from workers.life import SILENCE, Life
from workers.runtime import utc_now

MOVES = Pass(len(AUDIENCE), [(("regular", "occasional"), len(AUDIENCE))], 0)


@pytest.fixture
def harvested(travel: Travel) -> Travel:
    """Let everybody be in the messaging store."""
    travel.finish(travel.begin(FOLLOWERS)[FOLLOWERS])
    assert len(inside(travel.database)) == len(AUDIENCE)
    return travel


@pytest.fixture
def stricter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Make a pack under which nobody is regular who follows, and decide three contacts a step."""
    monkeypatch.setattr(reclassify, "SLICE", 3)
    text = files("config").joinpath("policies/cnil-2016.toml").read_text(encoding="utf-8")
    head, rule, rest = text.partition("[rules.follows]")
    changed = rest.replace('label = "regular"', 'label = "occasional"', 1).replace(
        "profile = true", "profile = false", 1
    )
    path = tmp_path / "stricter.toml"
    path.write_text(head.replace('"cnil-2016"', '"stricter"') + rule + changed, encoding="utf-8")
    return str(path)


def begun(travel: Travel, pack: str) -> int:
    with travel.database.write() as connection:
        return begin_reclassify(connection, pack, now=utc_now())


def job_of(travel: Travel, job_id: int) -> dict[str, Any]:
    with travel.database.read() as connection:
        return jobs.get(connection, job_id)


def step(travel: Travel, job_id: int, worker: str = "worker 1", *, steps: Any = STEPS) -> Wake | None:
    road = replace(travel.road, worker=worker, now=utc_now)
    return carry_out(road, steps, job_id, job_of(travel, job_id)["fence"])


def dispatcher_of(travel: Travel, broker: Broker, **settings: Any) -> Callable[[], int]:
    """Return a tick that never waits for the second between two looks."""
    dispatcher = Dispatcher(travel.database, broker, Settings(**settings))

    def tick() -> int:
        dispatcher._looked_at_workers = 0.0
        return dispatcher.tick()

    return tick


def test_contacts_are_decided_anew_by_classify_workers(
    harvested: Travel, broker: Broker, stricter: str
) -> None:
    shown = preview(harvested.database, stricter, now=utc_now(), progress=lambda _seen: None)
    assert (shown, len(inside(harvested.database))) == (MOVES, len(AUDIENCE))
    job_id = begun(harvested, stricter)
    with at_work(harvested, broker, "classify"):
        look_until(lambda: job_of(harvested, job_id)["state"] != "running", dispatcher_of(harvested, broker))
    done = job_of(harvested, job_id)
    assert (done["state"], Pass.of(done["reached"])) == ("done", MOVES)
    assert inside(harvested.database) == set()


def test_a_step_that_a_dead_worker_held_is_taken_up_where_it_was(
    harvested: Travel, broker: Broker, stricter: str
) -> None:
    job_id = begun(harvested, stricter)
    step(harvested, job_id)
    dead = Life(harvested.database, "worker")
    dead._values |= {"host": "elsewhere.example"}
    dead._sign()
    with harvested.database.write() as connection:
        held = jobs.claim(connection, job_id, 1, dead.id, now=utc_now())
        assert held is not None
        assert held.reached["seen"] == 3
    assert step(harvested, job_id) is None  # it is held
    with harvested.database.write() as connection:
        silent = utc_now() - SILENCE - timedelta(seconds=1)
        connection.execute(update(workers).values(seen_at=silent))
    with at_work(harvested, broker, "classify"):
        look_until(lambda: job_of(harvested, job_id)["state"] != "running", dispatcher_of(harvested, broker))
    assert Pass.of(job_of(harvested, job_id)["reached"]) == MOVES


def test_a_second_worker_with_the_same_message_changes_nothing(harvested: Travel, stricter: str) -> None:
    job_id = begun(harvested, stricter)

    def twice(database: Database, held: Job, save: Save, now: Any) -> None:
        with database.write() as connection:  # its lease ran out meanwhile, and another was quicker
            connection.execute(update(table).values(claimed_until=now - timedelta(seconds=1)))
        step(harvested, job_id, "worker 2")
        reclassify.reclassify_step(database, held, save, now)

    with pytest.raises(RegularsError, match="went on elsewhere"):
        step(harvested, job_id, steps={"reclassify": twice})
    assert job_of(harvested, job_id)["reached"]["seen"] == 3


def test_another_pack_waits_for_the_one_that_is_being_put_in_force(harvested: Travel, stricter: str) -> None:
    job_id = begun(harvested, stricter)
    assert begun(harvested, stricter) == job_id
    with pytest.raises(RegularsError, match="stricter"):
        begun(harvested, "cnil-2016")


def test_no_pack_is_put_in_force_while_a_harvest_runs(travel: Travel, stricter: str) -> None:
    travel.begin(FOLLOWERS)
    with pytest.raises(RegularsError, match="harvest is running"):
        begun(travel, stricter)


def test_texts_are_read_by_classify_workers_as_soon_as_they_wait(harvested: Travel, broker: Broker) -> None:
    who, now = AUDIENCE[0], utc_now()
    said = "The bus and the tram were late again: public transport fails commuters here."
    acts = [writes(who, str(each), said, at=now) for each in range(8001, 8004)]
    with harvested.database.write() as connection:
        account = (harvested.account.id, harvested.account.platform)
        write_page(connection, account, acts, CNIL, now=now)
        installation.settle_key(connection, "key", now=now)
        installation.settle_policy(connection, CNIL.name)
    with at_work(harvested, broker, "classify"):
        look_until(lambda: states(harvested) == ["done"], dispatcher_of(harvested, broker))
    with harvested.database.read() as connection:
        (found,) = interests.stored(connection, [id_of(harvested.database, who)]).values()
    assert [(each.topic, each.strength.word, each.texts) for each in found] == [("transport", "interest", 3)]


@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_an_export_follows_the_feed_by_itself(
    harvested: Travel, broker: Broker, tmp_path: Path, form: str
) -> None:
    folder = tmp_path / "out"
    tick = dispatcher_of(harvested, broker, export_dir=folder, export_format=form)
    with at_work(harvested, broker, "export"):
        look_until((folder / f"tombstones.{form}").exists, tick)
        look_until(lambda: states(harvested) == ["done"])
        tick()
        assert states(harvested) == ["done"]  # nothing has moved
        harvested.connector.listings[FOLLOWERS, ""] = harvested.connector.listings[FOLLOWERS, ""][1:]
        harvested.finish(harvested.begin(FOLLOWERS)[FOLLOWERS])
        look_until(lambda: states(harvested) == ["done", "done"], tick)
    with harvested.database.read() as connection:
        entered = journal.listed(connection, count=9)
        counted = [json.loads(each["details"]) for each in reversed(entered)]
        assert {(each["actor"], each["act"]) for each in entered} == {("worker", "export.written")}
    before = len(AUDIENCE)
    assert [(each["format"], each["contacts"], each["tombstones"]) for each in counted] == [
        (form, before, 0),
        (form, before - 1, 1),
    ]
    left = AUDIENCE[0].platform_id
    assert left in (folder / f"tombstones.{form}").read_text(encoding="utf-8")
    assert left not in (folder / f"contacts.{form}").read_text(encoding="utf-8")


def test_an_export_waits_for_the_end_of_a_harvest_but_not_for_ever(
    harvested: Travel, broker: Broker, tmp_path: Path
) -> None:
    tick = dispatcher_of(harvested, broker, export_dir=tmp_path / "out")
    tick()
    harvested.begin(FOLLOWERS)
    with harvested.database.write() as connection:
        connection.execute(update(table).values(state="done", arguments="{}"))
    tick()
    assert states(harvested) == ["done"]
    with harvested.database.write() as connection:
        connection.execute(update(table).values(created_at=utc_now() - EXPORT_EVERY))
    tick()
    assert states(harvested) == ["done", "running"]


def test_an_export_that_cannot_be_written_is_a_failure_to_replay(harvested: Travel, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.write_text("no folder", encoding="utf-8")
    with harvested.database.write() as connection:
        arguments = {"folder": str(folder), "form": "csv", "seq": 0}
        job_id = jobs.begin(connection, jobs.EXPORT, arguments, now=utc_now())
        assert job_id is not None
        assert jobs.begin(connection, jobs.EXPORT, arguments, now=utc_now()) is None  # one at a time
    step(harvested, job_id)
    with harvested.database.write() as connection:
        (failure,) = failures.listed(connection)
        assert (failure["job_id"], failure["run_id"]) == (job_id, None)
        assert "cannot be written" in failure["sentence"]
        folder.unlink()
        assert failures.settle(connection, failure["id"], "replayed") == (None, job_id)
        jobs.replay(connection, job_id, now=utc_now())
    step(harvested, job_id)
    assert job_of(harvested, job_id)["state"] == "done"
    assert (folder / "contacts.csv").exists()


@pytest.mark.parametrize(
    ("attempts", "cause"),
    [pytest.param(job.MAX_ATTEMPTS, "kills_workers", id="it ends its worker each time")],
)
def test_a_step_that_never_ends_becomes_a_failure(
    harvested: Travel, stricter: str, attempts: int, cause: str
) -> None:
    job_id = begun(harvested, stricter)
    with harvested.database.write() as connection:
        connection.execute(update(table).values(attempts=attempts))
    step(harvested, job_id)
    with harvested.database.read() as connection:
        assert [each["cause"] for each in failures.listed(connection)] == [cause]


def test_an_error_of_our_own_is_told_without_its_words(harvested: Travel, stricter: str) -> None:
    job_id = begun(harvested, stricter)

    def fails(*_: object) -> None:
        raise KeyError("Ada Example")

    step(harvested, job_id, steps={"reclassify": fails})
    error = job_of(harvested, job_id)["error"]
    assert "KeyError in fails" in error
    assert "Ada" not in error


def states(travel: Travel) -> list[str]:
    with travel.database.read() as connection:
        return list(connection.scalars(select(table.c.state).order_by(table.c.id)))
