"""Creme's settings for the tests: the parts that every Creme has, on SQLite in the folder that it runs in."""

from pathlib import Path

from creme.settings import *  # noqa: F403

HERE = Path.cwd()
SECRET_KEY = "only for tests"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(HERE / "creme.db")}}
JOBMANAGER_BROKER = f"unix_socket://{HERE}/jobs"
MEDIA_ROOT = str(HERE / "upload")
LANGUAGE_CODE = "en"
INSTALLED_CREME_APPS = [
    f"creme.{each}" for each in ("creme_core", "creme_config", "custom_entities", "documents", "persons")
]
INSTALLED_APPS = INSTALLED_DJANGO_APPS + INSTALLED_CREME_APPS  # noqa: F405
