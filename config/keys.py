"""The key that seals tokens: found or made once, never silently replaced."""

import hashlib
import os
import threading
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from config.settings import Settings
from domain.errors import RegularsError


class KeyMissingError(RegularsError):
    """Raised when the key that sealed the stored tokens is not there."""


class Sealer:
    """Seals and opens secrets with one key; `fingerprint` names the key without telling it."""

    def __init__(self, key: bytes) -> None:
        try:
            self._fernet = Fernet(key)
        except ValueError:
            raise KeyMissingError(
                "REGULARS_SECRET_KEY is no key: 32 bytes in URL-safe base64 are wanted."
            ) from None
        self.fingerprint = hashlib.sha256(b"regulars seal" + key).hexdigest()[:16]

    def seal(self, secret: str) -> bytes:
        """Encrypt a secret."""
        return self._fernet.encrypt(secret.encode())

    def open(self, sealed: bytes) -> str:
        """Decrypt a secret; raises KeyMissingError where another key sealed it."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            raise KeyMissingError(
                "The stored tokens were sealed with another key. Bring back the old key "
                "(REGULARS_SECRET_KEY or REGULARS_SECRET_KEY_FILE), or add the accounts again."
            ) from None


def key_path(settings: Settings) -> Path:
    """Return where the key lies when it is not in the environment."""
    return settings.secret_key_file or settings.data_dir / "secret.key"


def find_key(settings: Settings, expected: str | None) -> Sealer:
    """Return the sealer of this installation; `expected` is the fingerprint that the database knows.

    Makes a key only where the database knows none yet; raises KeyMissingError otherwise.
    """
    path = key_path(settings)
    if settings.secret_key:
        sealer = Sealer(settings.secret_key.get_secret_value().encode())
    elif path.exists():
        sealer = Sealer(path.read_bytes().strip())
    elif expected is None:
        sealer = _make(path)
    else:
        raise KeyMissingError(
            f"The key {path} that seals the tokens of this database is missing. Bring it back from where "
            "you keep it; a new one would make every stored token unreadable."
        )
    if expected not in (None, sealer.fingerprint):
        raise KeyMissingError(
            "The key does not belong to this database: its tokens were sealed with another one. "
            "Bring back the old key (REGULARS_SECRET_KEY or REGULARS_SECRET_KEY_FILE)."
        )
    return sealer


def _make(path: Path) -> Sealer:
    """Write a new key beside its place and link it there: another process sees a whole key or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    key = Fernet.generate_key()
    beside = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(beside)
    except FileExistsError:  # another process was quicker
        return Sealer(path.read_bytes().strip())
    finally:
        beside.unlink()
    return Sealer(key)
