"""Bombs: a zip file is opened only where all that it holds is of a size that we can take."""

import stat
import zipfile
from collections.abc import Callable
from typing import BinaryIO, NamedTuple

from domain.errors import RegularsError


class FileRefusedError(RegularsError):
    """Raised when a file is not what it should be; the sentence tells no row of it."""


class Limits(NamedTuple):
    """How much a zip file may hold: bytes together and in one member, members, and times its packed size."""

    total: int
    member: int
    members: int
    ratio: int


#: A member smaller than this may be packed as tightly as it likes: thousand-fold of little is little.
_SMALL = 1_000_000
_ENCRYPTED = 0x1


def opened(
    file: BinaryIO, limits: Limits, wanted: Callable[[zipfile.ZipInfo], bool] = lambda _: True
) -> tuple[zipfile.ZipFile, list[zipfile.ZipInfo]]:
    """Open a zip file of which the wanted members fit the limits; raises FileRefusedError for any other.

    Returns it with these members. What a member says of its own size is what is read of it at most, so a
    lie brings less and not more; what is not wanted is never unpacked.
    """
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError):
        raise FileRefusedError("This is no zip file, or a damaged one; get it again.") from None
    if len(archive.infolist()) > limits.members:
        raise FileRefusedError(f"It holds more than {limits.members:,} files; that is more than we take.")
    members = [each for each in archive.infolist() if wanted(each)]
    if sum(each.file_size for each in members) > limits.total:
        raise FileRefusedError(f"It would unpack to more than {limits.total:,} bytes, which is refused.")
    for each in members:
        _check(each, limits)
    return archive, members


def _check(member: zipfile.ZipInfo, limits: Limits) -> None:
    if member.file_size > limits.member:
        raise FileRefusedError(f"One of its files unpacks to more than {limits.member:,} bytes: refused.")
    if member.file_size > _SMALL and member.file_size > limits.ratio * max(1, member.compress_size):
        raise FileRefusedError(
            "One of its files is packed more tightly than real ones are: refused as a bomb."
        )
    if member.flag_bits & _ENCRYPTED:
        raise FileRefusedError("It is locked by a password; unlock it and save it anew.")


def is_plain(member: zipfile.ZipInfo) -> bool:
    """Tell whether a member is a file that stays inside: no folder, no link, no way up and out."""
    mode = member.external_attr >> 16
    if member.is_dir() or (stat.S_IFMT(mode) and not stat.S_ISREG(mode)):
        return False
    parts = name_of(member).split("/")
    return ".." not in parts and not parts[0].endswith(":") and parts[0] != ""


def name_of(member: zipfile.ZipInfo) -> str:
    """Return a member's path with slashes only; some machines write the other ones."""
    return member.filename.replace("\\", "/").removeprefix("./")
