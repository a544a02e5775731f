"""Rotation: every sealed column under the new key in one transaction, or none."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text

from config.keys import KeyMissingError, Sealer
from pipeline.rotate import rotate
from store import accounts, installation, sealed
from store.accounts import Sealed
from store.database import Database
from store.tables import metadata
from tests.cast import NOW, OURS


@pytest.fixture
def old() -> Sealer:
    """Make the key in force."""
    return Sealer(Fernet.generate_key())


@pytest.fixture
def account_id(database: Database, old: Sealer) -> int:
    """Connect an account whose token and app secret are sealed, without a second token."""
    with database.write() as connection:
        installation.settle_key(connection, old.fingerprint, now=NOW)
        return accounts.add(
            connection, OURS, Sealed(old.seal("token"), None, old.seal("app secret")), now=NOW
        )


def kept(database: Database, account_id: int) -> tuple[Sealed, str | None]:
    with database.read() as connection:
        return accounts.sealed(connection, account_id), installation.key_fingerprint(connection)


def test_every_sealed_column_opens_with_the_new_key_only(
    database: Database, old: Sealer, account_id: int
) -> None:
    new = Sealer(Fernet.generate_key())
    assert rotate(database, old, new) == 2
    secrets, fingerprint = kept(database, account_id)
    assert fingerprint == new.fingerprint
    assert (new.open(secrets.token), secrets.user_token, new.open(secrets.app_secret or b"")) == (
        "token",
        None,
        "app secret",
    )
    with pytest.raises(KeyMissingError):
        old.open(secrets.token)


def test_one_secret_that_does_not_open_leaves_everything_as_it_was(
    database: Database, old: Sealer, account_id: int
) -> None:
    with database.write() as connection:
        connection.execute(text("UPDATE accounts SET app_secret_sealed = token_sealed"))
        other = Sealer(Fernet.generate_key()).seal("of another key")
        connection.execute(text("UPDATE accounts SET app_secret_sealed = :other"), {"other": other})
    before = kept(database, account_id)
    with pytest.raises(KeyMissingError):
        rotate(database, old, Sealer(Fernet.generate_key()))
    assert kept(database, account_id) == before


def test_of_rotations_at_once_one_wins_and_its_key_opens(
    database: Database, old: Sealer, account_id: int
) -> None:
    at_once = threading.Barrier(4)
    news = [Sealer(Fernet.generate_key()) for _ in range(4)]

    def act(new: Sealer) -> bool:
        at_once.wait()
        try:
            rotate(database, old, new)
        except KeyMissingError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        won = list(pool.map(act, news))
    assert won.count(True) == 1
    winner = news[won.index(True)]
    secrets, fingerprint = kept(database, account_id)
    assert (fingerprint, winner.open(secrets.token)) == (winner.fingerprint, "token")


def test_the_key_in_force_cannot_be_its_own_successor(
    database: Database, old: Sealer, account_id: int
) -> None:
    before = kept(database, account_id)
    with pytest.raises(KeyMissingError, match="the one in force"):
        rotate(database, old, old)
    assert kept(database, account_id) == before


def test_every_column_of_bytes_that_the_key_seals_is_found() -> None:
    found = {f"{table.name}.{each.name}" for table, columns in sealed.columns() for each in columns}
    assert {"accounts.token_sealed", "accounts.user_token_sealed", "accounts.app_secret_sealed"} <= found
    everything = {f"{table.name}.{each.name}" for table in metadata.sorted_tables for each in table.columns}
    assert found == {each for each in everything if each.endswith("_sealed")}
