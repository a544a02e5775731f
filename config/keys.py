"""The key that seals tokens: found or made once, never silently replaced."""

import fcntl
import hashlib
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from config.settings import Settings
from domain.errors import RegularsError


class KeyMissingError(RegularsError):
    """Raised when the key that sealed the stored tokens is not there."""

    #: Of its own, so that a supervisor does not start again what can only say the same.
    exit_code = 5


class Sealer:
    """Seals and opens secrets with one key; `fingerprint` names the key without telling it."""

    def __init__(self, key: bytes) -> None:
        try:
            self._fernet = Fernet(key)
        except ValueError:
            raise KeyMissingError(
                "REGULARS_SECRET_KEY is no key: 32 bytes in URL-safe base64 are wanted."
            ) from None
        self._key = key
        self.fingerprint = hashlib.sha256(b"regulars seal" + key).hexdigest()[:16]

    def seal(self, secret: str) -> bytes:
        """Encrypt a secret."""
        return self._fernet.encrypt(secret.encode())

    def derived(self, purpose: bytes, salt: bytes) -> bytes:
        """Derive a key of 32 bytes for a purpose."""
        return HKDF(hashes.SHA256(), length=32, salt=salt, info=purpose).derive(self._key)

    def open(self, sealed: bytes) -> str:
        """Decrypt a secret; raises KeyMissingError where another key sealed it."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            raise KeyMissingError(
                "The stored tokens were sealed with another key. Bring back the right key "
                "(REGULARS_SECRET_KEY or REGULARS_SECRET_KEY_FILE), or add the accounts again."
            ) from None


def key_path(settings: Settings) -> Path:
    """Return where the key lies when it is not in the environment."""
    return settings.secret_key_file or settings.data_dir / "secret.key"


def next_path(settings: Settings) -> Path:
    """Return where a rotation keeps the new key until the database has it in force."""
    path = key_path(settings)
    return path.with_name(f"{path.name}.next")


def find_key(settings: Settings, expected: str | None) -> Sealer:
    """Return the sealer of this installation; `expected` is the fingerprint that the database knows.

    Makes a key only where the database knows none yet; raises KeyMissingError otherwise. Where a rotation
    ended between the database's commit and the file's replacement, the file is replaced now.
    """
    path = key_path(settings)
    if settings.secret_key is None and expected is not None:
        _finish_rotation(path, next_path(settings), expected)
    if settings.secret_key:
        sealer = Sealer(settings.secret_key.get_secret_value().encode())
    elif path.exists():
        sealer = Sealer(read_key(path))
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
            "Give the key in force (REGULARS_SECRET_KEY or REGULARS_SECRET_KEY_FILE): the old one, or after "
            "`regulars keys rotate` the new one."
        )
    return sealer


def new_key() -> bytes:
    """Make a key; nobody has it until it is written somewhere."""
    return Fernet.generate_key()


def read_key(path: Path) -> bytes:
    """Return the key in a file."""
    return path.read_bytes().strip()


def write_key(path: Path, key: bytes, *, replace: bool = False) -> None:
    """Write a key with mode 0600, whole or not at all, and onto the disk.

    Raises FileExistsError where the file is there already and is not to be replaced.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            beside.replace(path)
        else:
            path.hardlink_to(beside)  # unlike a rename it never takes another key's place
    finally:
        beside.unlink(missing_ok=True)
    _settle_folder(path)


@contextmanager
def rotating(settings: Settings) -> Iterator[Path]:
    """Keep other rotations of this key file away for the time of a block; gives where the new key goes.

    Raises KeyMissingError where another one is going on.
    """
    with key_path(settings).open("rb") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise KeyMissingError(
                "Another rotation of this key is going on; look again when it is done."
            ) from None
        yield next_path(settings)


def _settle_folder(path: Path) -> None:
    """Force the name of a file onto the disk, which its content alone does not do."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _finish_rotation(path: Path, following: Path, expected: str) -> None:
    try:
        if not following.exists() or (path.exists() and Sealer(read_key(path)).fingerprint == expected):
            return
        if Sealer(read_key(following)).fingerprint != expected:
            return
        following.replace(path)
    except KeyMissingError:  # one of them is no key: what follows says which is wanted
        return
    except FileNotFoundError:  # another process was quicker
        return
    _settle_folder(path)


def _make(path: Path) -> Sealer:
    key = new_key()
    try:
        write_key(path, key)
    except FileExistsError:  # another process was quicker
        return Sealer(read_key(path))
    return Sealer(key)
