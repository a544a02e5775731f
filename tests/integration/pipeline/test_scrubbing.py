"""Scrubbing: after an erasure the wordings, files and bytes follow, and a date says when the copies do."""

import json
import os
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from config.suppression import Suppressor, new_key
from domain.contact import ContactKey
from exports.files import export
from pipeline import scrubbing
from pipeline.admit import review
from pipeline.job import carry_out
from pipeline.own_files import Cleared, Places, clear, overdue
from pipeline.rights import ERASED, end_contact
from pipeline.scrubbing import AT_MOST_EVERY, EVERY, PAUSE, begin_scrub_if_due, follow_up, scrub_now
from store import erasures, installation, jobs, outbox, scrub, written_files
from store.database import Database
from store.written_files import ACCESS, BACKUP
from tests.cast import ADA, BO, CNIL, NOW, follows
from tests.contents import rows
from tests.interests import page
from tests.pushed import event, push
from tests.travel import Travel
from workers.jobs import steps_of

DAY = timedelta(days=1)
KEPT_DAYS = CNIL.number("tombstone_days")


@pytest.fixture
def travel(database: Database, tmp_path: Path) -> Travel:
    """Let Ada and Bo follow, in an installation whose copies live ten days."""
    made = Travel(database, suppressor=Suppressor([new_key()]))
    made.road = replace(made.road, places=Places(tmp_path / "exports", tmp_path / "outbox"))
    return made


@pytest.fixture(autouse=True)
def met(travel: Travel) -> None:
    with travel.database.write() as connection:
        connection.execute(text("DELETE FROM accounts"))
    page(travel.database, [follows(ADA), follows(BO)])
    with travel.database.write() as connection:
        installation.settle_copies(connection, 10)


def erase(travel: Travel, who: ContactKey = ADA) -> None:
    with travel.database.write() as connection:
        end_contact(connection, [who], travel.suppressor, ERASED, now=travel.clock())


def cleared(travel: Travel) -> Cleared:
    with travel.database.write() as connection:
        return clear(
            connection,
            travel.road.places,
            travel.suppressor,
            tombstone_days=KEPT_DAYS,
            now=travel.clock(),
        )


def scrubbed(travel: Travel) -> dict[str, object]:
    """Carry out the step of a scrub that is due; returns the job."""
    with travel.database.read() as connection:
        job = jobs.newest(connection, jobs.SCRUB)
    assert job is not None
    carry_out(travel.road, steps_of(travel.road), job["id"], job["fence"])
    with travel.database.read() as connection:
        return jobs.get(connection, job["id"])


def days(travel: Travel) -> list[tuple[datetime, datetime, bool]]:
    with travel.database.read() as connection:
        return [(each.at, each.gone_by, each.scrubbed_at is not None) for each in erasures.every(connection)]


def test_the_day_says_by_when_copies_are_gone_and_names_nobody(travel: Travel) -> None:
    erase(travel)
    travel.clock.forward(hours=1)
    erase(travel, BO)
    assert days(travel) == [(NOW + timedelta(hours=1), NOW + timedelta(hours=1) + 10 * DAY, False)]
    travel.clock.forward(days=1)
    erase(travel, ContactKey("twitter", "1"))
    assert len(days(travel)) == 2, "also for whoever was never met"
    assert not {ADA.platform_id, BO.platform_id} & {*repr(rows(travel.database, "erasures")).split("'")}


def test_a_backup_that_lives_longer_moves_the_date(travel: Travel, tmp_path: Path) -> None:
    with travel.database.write() as connection:
        written_files.note(connection, BACKUP, [tmp_path / "b"], now=NOW, expires_at=NOW + 50 * DAY)
    erase(travel)
    assert days(travel)[0][1] == NOW + 50 * DAY


def test_a_scrub_begins_after_an_erasure_not_more_than_hourly_and_else_daily(travel: Travel) -> None:
    def begun(at: datetime) -> bool:
        return begin_scrub_if_due(travel.database, now=at) is not None

    travel.clock.at = NOW + timedelta(minutes=1)
    assert not begun(travel.clock.at)
    erase(travel)
    assert begun(travel.clock.at)
    assert not begun(travel.clock.at), "it is under way"
    assert scrubbed(travel)["state"] == "done"
    assert days(travel)[0][2]
    travel.clock.forward(minutes=1)
    erase(travel, BO)
    assert not days(travel)[-1][2], "somebody was erased since"
    assert not begun(travel.clock.at)
    assert begun(NOW + timedelta(minutes=1) + AT_MOST_EVERY)
    travel.clock.at = NOW + timedelta(hours=2)
    assert scrubbed(travel)["state"] == "done"
    assert not begun(travel.clock.at + EVERY - timedelta(hours=2))
    assert begun(travel.clock.at + EVERY)


def test_a_scrub_writes_small_tables_anew_and_empties_the_log(travel: Travel) -> None:
    erase(travel)
    begin_scrub_if_due(travel.database, now=NOW)
    assert scrubbed(travel)["reached"] == {"tries": 1, "clean": True}
    assert days(travel)[0][2]


@pytest.mark.postgresql
def test_a_large_table_is_left_to_the_operator(
    travel: Travel, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind == "sqlite":
        pytest.skip("SQLite has no table that would shut anybody out")
    monkeypatch.setattr(scrub, "QUICK_BYTES", 0)
    monkeypatch.setattr(scrubbing, "TRIES", 1)
    erase(travel)
    begin_scrub_if_due(travel.database, now=NOW)
    assert scrubbed(travel)["reached"] == {"tries": 1, "clean": False}
    assert not days(travel)[0][2]
    assert scrub_now(travel.database, whole=True, now=NOW)
    assert days(travel)[0][2]


def test_whoever_reads_is_waited_for(travel: Travel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scrub, "_TRIES", 1)
    monkeypatch.setattr(scrub, "_PATIENCE", "50ms")
    begin_scrub_if_due(travel.database, now=NOW + 2 * DAY)
    with travel.database.read() as reader:
        reader.execute(text("SELECT count(*) FROM contacts")).scalar()
        erase(travel)
        travel.clock.at = NOW + 2 * DAY
        job = scrubbed(travel)
        assert (job["state"], job["due_at"]) == ("running", travel.clock.at + PAUSE)
    with travel.database.read() as connection:
        (wake,) = outbox.due(connection, now=travel.clock.at + PAUSE, resend_after=PAUSE, count=9)
    travel.clock.forward(minutes=11)
    carry_out(travel.road, steps_of(travel.road), wake.subject_id, wake.fence)
    assert days(travel)[0][2]


def test_who_is_erased_while_it_scrubs_is_not_taken_for_gone(
    travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    erase(travel)
    begin_scrub_if_due(travel.database, now=NOW)
    real = scrub.scrub

    def meanwhile(*args: object, **options: bool) -> bool:
        travel.clock.at = NOW - timedelta(seconds=1)  # its clock was read before it could begin
        erase(travel, BO)
        return real(*args, **options)  # type: ignore[arg-type]  # as it came

    monkeypatch.setattr(scrubbing, "scrub", meanwhile)
    scrubbed(travel)
    assert not days(travel)[0][2]


def test_past_days_are_forgotten_once_their_bytes_are_gone(travel: Travel) -> None:
    erase(travel)
    travel.clock.forward(days=10 + 31)
    begin_scrub_if_due(travel.database, now=travel.clock.at)
    scrubbed(travel)
    assert len(days(travel)) == 1, "its bytes were still there"
    travel.clock.forward(days=1)
    begin_scrub_if_due(travel.database, now=travel.clock.at)
    scrubbed(travel)
    assert days(travel) == []


@pytest.fixture
def exported(travel: Travel, tmp_path: Path) -> list[Path]:
    """Export into our own folder and into another one."""
    review(travel.database, CNIL, None, now=NOW)
    folders = [tmp_path / "exports", tmp_path / "elsewhere"]
    for each in folders:
        export(travel.database, "ndjson", each, now=NOW)
    return folders


def test_exports_of_ours_go_and_others_are_named(travel: Travel, exported: list[Path]) -> None:
    assert cleared(travel) == Cleared(0, [])
    erase(travel)
    done = cleared(travel)
    assert done.deleted == 2
    assert [each.name for each in exported[0].iterdir()] == ["datapackage.json"]  # which names nobody
    assert [each.path for each in done.left] == [
        exported[1] / f"{name}.ndjson" for name in ("contacts", "tombstones")
    ]
    assert {each.left for each in done.left} == {1}
    export(travel.database, "ndjson", exported[1], now=NOW)
    assert cleared(travel) == Cleared(0, []), "it was written anew"


@pytest.mark.usefixtures("exported")
def test_an_export_is_not_trusted_longer_than_tombstones(travel: Travel) -> None:
    travel.clock.forward(days=KEPT_DAYS)
    done = cleared(travel)
    assert (done.deleted, len(done.left)) == (2, 2)


def test_what_is_gone_is_forgotten_but_not_what_cannot_be_seen(travel: Travel, exported: list[Path]) -> None:
    erase(travel)
    with travel.database.write() as connection:
        connection.execute(text("UPDATE written_files SET host = 'another'"))
        connection.execute(
            text(
                "UPDATE written_files SET path = '/nowhere/contacts.ndjson' WHERE path LIKE '%elsewhere/con%'"
            )
        )
    (exported[1] / "tombstones.ndjson").unlink()
    done = cleared(travel)
    assert done.deleted == 2, "a folder that both machines see"
    assert [(each.host, str(each.path)) for each in done.left] == [("another", "/nowhere/contacts.ndjson")]
    travel.clock.forward(days=KEPT_DAYS + 31)
    cleared(travel)
    assert rows(travel.database, "written_files") == []


def test_answers_go_with_whom_they_are_about(travel: Travel, tmp_path: Path) -> None:
    def answer(who: ContactKey, stem: str) -> list[Path]:
        paths = [tmp_path / f"{stem}.{each}" for each in ("json", "html")]
        paths[0].write_text(json.dumps({"key": str(who)}), encoding="utf-8")
        paths[1].write_text("page", encoding="utf-8")
        with travel.database.write() as connection:
            written_files.note(connection, ACCESS, paths, now=travel.clock())
        return paths

    first, other = answer(ADA, "first"), answer(BO, "other")
    travel.clock.forward(hours=1)
    erase(travel)
    travel.clock.forward(hours=1)
    after = answer(ADA, "after")
    assert cleared(travel) == Cleared(2, [])
    assert [each.exists() for each in (*first, *other, *after)] == [False, False, True, True, True, True]
    other[0].write_text("no answer any more", encoding="utf-8")
    assert cleared(travel) == Cleared(0, [])


def test_mails_go_with_their_receiver_or_with_their_link(travel: Travel, tmp_path: Path) -> None:
    folder = tmp_path / "outbox"
    folder.mkdir()

    def mail(name: str, to: str, at: datetime) -> Path:
        path = folder / f"{name}.eml"
        path.write_bytes(f"From: club@club.example\r\nTo: {to}\r\n\r\nHello\r\n".encode())
        os.utime(path, (at.timestamp(), at.timestamp()))
        return path

    before = mail("before", "Ada@club.example", NOW - timedelta(hours=1))
    old = mail("old", "bo@club.example", NOW - timedelta(days=8))
    other = mail("other", "bo@club.example", NOW)
    with travel.database.write() as connection:
        end_contact(
            connection, [], travel.suppressor, ERASED, identifiers=[("email", "ada@club.example")], now=NOW
        )
    wants_back = mail("wants-back", "ada@club.example", NOW + timedelta(hours=1))
    travel.clock.at = NOW + timedelta(hours=2)
    assert cleared(travel) == Cleared(2, [])
    assert [each.exists() for each in (before, old, other, wants_back)] == [False, False, True, True]


def test_backups_past_their_date_are_named_until_they_are_gone(travel: Travel, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    backup.write_bytes(b"sealed")
    with travel.database.write() as connection:
        written_files.note(connection, BACKUP, [backup], now=NOW, expires_at=NOW + DAY)
    assert cleared(travel) == Cleared(0, [])
    with travel.database.read() as connection:
        late = overdue(connection, tombstone_days=KEPT_DAYS, now=NOW + DAY)
    assert [each.path for each in late] == [backup]
    backup.unlink()
    travel.clock.forward(days=1)
    assert cleared(travel) == Cleared(0, [])
    assert rows(travel.database, "written_files") == []


def test_following_up_takes_puzzling_pushes_and_unused_wordings_along(travel: Travel) -> None:
    push(travel, event("an event of next year", {"id": ADA.platform_id}), event("another", {"id": "7"}))
    assert len([each for each in rows(travel.database, "inbox") if each["state"] == "unknown"]) == 2
    with travel.database.write() as connection:
        connection.execute(
            text(
                "INSERT INTO consent_texts (hash, language, wording, first_at) "
                "VALUES ('h', 'fr', 'Ada said yes', :now)"
            ),
            {"now": NOW.isoformat(sep=" ")},
        )
    erase(travel)
    assert rows(travel.database, "consent_texts") == [], "with the erasure itself"
    done = follow_up(travel.road, ADA, now=NOW)
    assert (done.clean, done.gone_by, done.files) == (travel.database.on_sqlite, NOW + 10 * DAY, [])
    (kept,) = (each for each in rows(travel.database, "inbox") if each["body"] is not None)
    assert b'"7"' in travel.road.opened(bytes(kept["body"]))
