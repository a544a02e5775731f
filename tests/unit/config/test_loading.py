"""Settings from a folder of secrets, beside the environment."""

import os
from pathlib import Path

import pytest

from config.loading import load
from config.settings import SettingsError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make an empty folder of secrets, and an environment that names it alone."""
    for each in [each for each in os.environ if each.startswith("REGULARS_")]:
        monkeypatch.delenv(each)
    monkeypatch.setenv("REGULARS_SECRETS_DIR", str(tmp_path))
    return tmp_path


def test_a_secret_is_read_from_its_file(folder: Path) -> None:
    (folder / "regulars_database_url").write_text("sqlite:///there.db\n")
    (folder / "database_password").write_text("somebody else's")
    assert load().database == "sqlite:///there.db"


def test_the_environment_goes_before_the_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "regulars_database_url").write_text("sqlite:///there.db")
    monkeypatch.setenv("REGULARS_DATABASE_URL", "sqlite:///here.db")
    assert load().database == "sqlite:///here.db"


def test_a_file_that_no_setting_is_named_like_is_refused(folder: Path) -> None:
    (folder / "regulars_databse_url").write_text("sqlite:///there.db")
    with pytest.raises(SettingsError, match=r"is REGULARS_DATABASE_URL meant\?") as refused:
        load()
    assert "there.db" not in str(refused.value)


def test_a_folder_that_is_not_there_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGULARS_SECRETS_DIR", str(folder / "elsewhere"))
    with pytest.raises(SettingsError, match="REGULARS_SECRETS_DIR cannot be read"):
        load()
