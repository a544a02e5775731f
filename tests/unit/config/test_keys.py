"""The key: made once whoever comes first, never replaced, never guessed."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from config.keys import KeyMissingError, Sealer, find_key, new_key, next_path, rotating, write_key
from config.settings import Settings


def test_many_who_start_at_once_share_one_key(tmp_path: Path) -> None:
    for each in range(20):
        settings = Settings(data_dir=tmp_path / str(each))
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda _, of=settings: find_key(of, None).fingerprint, range(8)))
        assert len(set(found)) == 1
        assert [path.name for path in settings.data_dir.iterdir()] == ["secret.key"]
        assert (settings.data_dir / "secret.key").stat().st_mode & 0o777 == 0o600


def test_a_key_that_is_gone_is_not_replaced(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    fingerprint = find_key(settings, None).fingerprint
    (tmp_path / "secret.key").unlink()
    with pytest.raises(KeyMissingError, match="is missing"):
        find_key(settings, fingerprint)
    assert not (tmp_path / "secret.key").exists()


def test_the_key_of_another_installation_is_refused(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    sealed = find_key(settings, None).seal("a token")
    other = Settings(data_dir=tmp_path, secret_key=Fernet.generate_key().decode())  # type: ignore[arg-type]  # read as a secret
    with pytest.raises(KeyMissingError, match="does not belong"):
        find_key(other, find_key(settings, None).fingerprint)
    with pytest.raises(KeyMissingError, match="another key"):
        find_key(other, None).open(sealed)


def test_a_word_is_no_key(tmp_path: Path) -> None:
    with pytest.raises(KeyMissingError, match="32 bytes") as raised:
        find_key(Settings(data_dir=tmp_path, secret_key="opensesame"), None)  # type: ignore[arg-type]  # read as a secret
    assert "opensesame" not in str(raised.value)


@pytest.mark.parametrize("moment", ["before the commit", "after the commit", "after the replacement"])
def test_a_start_after_a_rotation_that_ended_anywhere_finds_the_key_in_force(
    tmp_path: Path, moment: str
) -> None:
    settings = Settings(data_dir=tmp_path)
    old = find_key(settings, None).fingerprint
    key = new_key()
    new = Sealer(key).fingerprint
    with rotating(settings) as following:
        write_key(following, key, replace=True)
    in_force = old if moment == "before the commit" else new
    if moment == "after the replacement":
        next_path(settings).replace(tmp_path / "secret.key")
    assert find_key(settings, in_force).fingerprint == in_force
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600
    next_path(settings).unlink(missing_ok=True)
    assert find_key(settings, in_force).fingerprint == in_force, (
        "it was taken from beside and not put in place"
    )


@pytest.mark.parametrize(
    "beside", [b"", b"half a k", Fernet.generate_key()], ids=["nothing", "half-a-key", "another-key"]
)
def test_what_lies_beside_never_takes_the_place_of_a_key_in_force(tmp_path: Path, beside: bytes) -> None:
    settings = Settings(data_dir=tmp_path)
    fingerprint = find_key(settings, None).fingerprint
    next_path(settings).write_bytes(beside)
    assert find_key(settings, fingerprint).fingerprint == fingerprint
    (tmp_path / "secret.key").unlink()
    with pytest.raises(KeyMissingError, match="is missing"):
        find_key(settings, fingerprint)
    assert not (tmp_path / "secret.key").exists()


def test_a_rotation_keeps_others_away(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    find_key(settings, None)
    with rotating(settings), pytest.raises(KeyMissingError, match="going on"), rotating(settings):
        pass


def test_a_key_is_written_where_none_is(tmp_path: Path) -> None:
    write_key(tmp_path / "new.key", new_key())
    before = (tmp_path / "new.key").read_bytes()
    with pytest.raises(FileExistsError):
        write_key(tmp_path / "new.key", new_key())
    assert (tmp_path / "new.key").read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["new.key"]
