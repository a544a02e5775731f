"""Safeguards: which security measures are really in force, as far as a program can see them."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import Connection

from config.keys import key_path
from config.settings import Settings
from store import installation, register, suppressions

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class State(StrEnum):
    """Whether a measure is in force; `UNKNOWN` where only people can tell."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


def safeguards(connection: Connection, settings: Settings) -> Mapping[str, State]:
    """Look at each measure where it would work: in the database, at the files, in the settings."""
    freed = register.erases_freed_space(connection)
    link = register.is_link_encrypted(connection)
    return {
        "tokens_sealed": _state(installation.key_fingerprint(connection) is not None),
        "key_apart": _state(settings.secret_key is not None or _is_private(key_path(settings))),
        "folder_private": _state(_is_private(settings.data_dir)),
        # On PostgreSQL deleted rows stay in the files until the space is used again.
        "freed_space_erased": State.UNKNOWN if freed is None else _state(freed),
        "database_link": _state(link is not False),
        "queue_link": _state(_is_safe_queue(settings)),
        "platform_link": _state(
            all(_is_safe_address(settings.base_url(each)) for each in ("twitter", "facebook"))
        ),
        "only_regular": _state(register.refuses_irregular(connection)),
        "suppression": _state(bool(suppressions.keys(connection))),
        **dict.fromkeys(("disk_encrypted", "backups", "people", "review"), State.UNKNOWN),
    }


def _state(in_force: object) -> State:
    return State.YES if in_force else State.NO


def _is_private(path: Path) -> bool:
    """Tell whether nobody but its owner may read a file or folder."""
    try:
        return path.stat().st_mode & 0o077 == 0
    except OSError:
        return False


def _is_safe_queue(settings: Settings) -> bool:
    if settings.redis_url is None:  # ours, on a socket that only its owner opens
        return True
    address = urlsplit(settings.redis_url.get_secret_value())
    return address.scheme in ("rediss", "unix") or address.hostname in _LOOPBACK


def _is_safe_address(address: str | None) -> bool:
    if address is None:
        return True
    parts = urlsplit(address)
    return parts.scheme == "https" or parts.hostname in _LOOPBACK
