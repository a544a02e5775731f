"""The key: made once whoever comes first, never replaced, never guessed."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from config.keys import KeyMissingError, find_key
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
