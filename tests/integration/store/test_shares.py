"""Tables written by several processes: the same bytes, one state, and nothing left where one fails."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from sqlalchemy import Connection

from domain.errors import RegularsError
from exports import shares
from exports.files import Exported, Order, export
from exports.narrowing import policy_of, proofs_of
from store import feed_rows, same_state
from store.database import Database, DatabaseError
from tests.cast import ADA, BO, CY, NOW
from tests.contents import inside
from tests.crowd import gather
from tests.delivered import follow, unfollow

#: Long enough for two transactions that nobody keeps waiting.
SOON_S = 1.0


@pytest.fixture
def together(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return what lets files be written by several processes from then on, in parts of 7."""

    def begin() -> None:
        monkeypatch.setattr(shares, "FROM", 1)
        monkeypatch.setattr(shares, "PART", 7)

    return begin


def contents(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir()}


def children() -> list[str]:
    """Return the processes that write shares: their command ends with the name of that."""
    lines = [each.cmdline() for each in psutil.Process().children()]
    return [each[-1] for each in lines if each and each[-1].endswith("share")]


@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_they_write_the_bytes_that_one_process_writes(
    database: Database, tmp_path: Path, together: Callable[[], None], form: str
) -> None:
    with database.write() as connection:
        gather(connection, 300)
    alone = export(database, form, tmp_path / "alone", now=NOW)
    together()
    seen: list[int] = []
    beside = export(database, form, tmp_path / "together", seen.append, now=NOW)
    assert contents(tmp_path / "together") == contents(tmp_path / "alone")
    assert beside._replace(contacts=alone.contacts, tombstones=alone.tombstones, number=alone.number) == alone
    assert seen == sorted(seen)
    assert seen[:3] == [7, 14, 21]
    assert alone.contact_count == seen[-1] > 100
    assert not children()


def test_they_see_the_state_of_the_one_that_ordered_them(
    database: Database, tmp_path: Path, together: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    follow(database, ADA, BO)
    export(database, "csv", tmp_path / "alone", now=NOW)
    together()
    writing: list[threading.Thread] = []

    @contextmanager
    def offered(database: Database, connection: Connection) -> Iterator[str]:
        """Let somebody write as soon as may be after the state is taken, and before it is joined."""
        with same_state.offered(database, connection) as offer:
            writing.append(threading.Thread(target=change))
            writing[0].start()
            writing[0].join(SOON_S)
            yield offer

    def change() -> None:
        unfollow(database, BO)
        follow(database, CY)

    monkeypatch.setattr(shares, "offered", offered)
    assert export(database, "csv", tmp_path / "together", now=NOW).contact_count == 2
    writing[0].join()
    assert inside(database) == {ADA.platform_id, CY.platform_id}
    for name in ("contacts.csv", "tombstones.csv"):
        assert (tmp_path / "together" / name).read_bytes() == (tmp_path / "alone" / name).read_bytes()


def test_parts_end_at_numbers_of_contacts(database: Database) -> None:
    with database.read() as connection:
        assert feed_rows.ends(connection, 7) == []
    with database.write() as connection:
        gather(connection, 100)
    with database.read() as connection:
        proofs = proofs_of(policy_of(connection))
        whole = [each[6] for each in feed_rows.rows(connection, given_at=NOW, proofs=proofs)]
        for size in (1, 7, len(whole), 1_000):
            ends = feed_rows.ends(connection, size)
            parts = [
                feed_rows.part(connection, after, upto, given_at=NOW, proofs=proofs)
                for after, upto in zip([0, *ends], ends, strict=False)
            ]
            assert [each[6] for part in parts for each in part] == whole
            assert max(map(len, parts)) <= size


@pytest.mark.parametrize(
    ("program", "said"),
    [
        pytest.param("pass", "has ended before its time", id="at once"),
        pytest.param("print('{\"size\":0}')", "has ended before its time", id="after it was ready"),
        pytest.param(
            "for at in range(3): print(['{\"size\":0}', '{\"size\":0}', '{\"size\":9}'][at], flush=True)",
            "has ended before its time",
            id="amid a part",
        ),
        pytest.param(
            'print(\'{"error":"The disk is full."}\')', "The disk is full", id="with a sentence of its own"
        ),
    ],
)
def test_one_that_fails_leaves_no_file_and_no_process(
    database: Database,
    tmp_path: Path,
    together: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    program: str,
    said: str,
) -> None:
    follow(database, ADA)
    together()
    monkeypatch.setattr(shares, "COMMAND", [sys.executable, "-c", f"{program}  # share"])
    with pytest.raises(RegularsError, match=said):
        export(database, "csv", tmp_path / "out", now=NOW)
    assert not list((tmp_path / "out").iterdir())
    assert not children()


def test_a_file_that_is_stopped_leaves_no_process(
    database: Database, tmp_path: Path, together: Callable[[], None]
) -> None:
    with database.write() as connection:
        gather(connection, 300)
    together()

    def stop(_: int) -> None:
        raise RegularsError("Halted.")

    with pytest.raises(RegularsError, match="Halted"):
        export(database, "ndjson", tmp_path / "out", stop, now=NOW)
    assert not list((tmp_path / "out").iterdir())
    assert not children()


@pytest.mark.parametrize(
    ("form", "count"),
    [
        pytest.param("csv", shares.FROM - 1, id="few"),
        pytest.param("parquet", shares.FROM, id="no lines"),
        pytest.param("mautic", shares.FROM, id="preset"),
    ],
)
def test_other_files_are_written_alone(database: Database, form: str, count: int) -> None:
    with database.read() as connection, shares.shares(database, connection, form, count, now=NOW) as sharing:
        assert sharing is None


def test_downloads_and_differences_are_written_alone(
    database: Database, tmp_path: Path, together: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    follow(database, ADA, BO)
    together()
    monkeypatch.setattr(shares, "COMMAND", ["false"])
    for name, order in (("download", Order(is_download=True)), ("difference", Order(since=1))):
        assert export(database, "csv", tmp_path / name, now=NOW, order=order).contact_count > 0
    with pytest.raises(RegularsError, match="ended before its time"):
        export(database, "csv", tmp_path / "whole", now=NOW)


ON_POSTGRESQL = pytest.mark.parametrize(
    "kind", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)


@ON_POSTGRESQL
def test_parts_are_read_by_keys_to_the_end_of_the_transaction(database: Database) -> None:
    said = "SELECT current_setting('enable_hashjoin'), current_setting('max_parallel_workers_per_gather')"
    with database.read() as connection:
        feed_rows.look_up_each(connection)
        assert connection.exec_driver_sql(said).one() == ("off", "0")
    with database.read() as connection:
        assert connection.exec_driver_sql(said).one() == ("on", "2")


@ON_POSTGRESQL
def test_what_is_no_state_of_the_database_is_not_joined(database: Database) -> None:
    with pytest.raises(DatabaseError, match="no state"), same_state.joined(database, "'; --"):
        pass


def test_what_an_export_says_is_what_it_wrote(
    database: Database, tmp_path: Path, together: Callable[[], None]
) -> None:
    follow(database, ADA, BO)
    together()
    done: Exported = export(database, "ndjson", tmp_path, now=NOW)
    assert (done.contact_count, done.use_before is not None) == (2, True)
    assert len((tmp_path / "contacts.ndjson").read_bytes().splitlines()) == 2
