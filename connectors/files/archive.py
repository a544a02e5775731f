"""Archives: what X and Facebook let the owner of an account download of it, read for its lists of people."""

from typing import BinaryIO

from connectors.files import facebook_archive, twitter_archive
from connectors.files.bombs import FileRefusedError, opened
from connectors.files.members import member_of
from connectors.files.size import ARCHIVE
from domain.archive import Archive


def read(file: BinaryIO) -> Archive:
    """Read an archive's lists of people; raises FileRefusedError where it is none, or no whole one."""
    archive, infos = opened(file, ARCHIVE, lambda each: member_of(each) is not None)
    with archive:
        members = sorted(
            (member for each in infos if (member := member_of(each))), key=lambda each: (each.list, each.part)
        )
        if any(each.list == "manifest" for each in members):
            return twitter_archive.read(archive, members)
        lists = [each for each in members if each.list in {"friends", "followers"}]
        if any(each.info.filename.endswith(".json") for each in lists):
            return facebook_archive.read(archive, lists)
        if lists:
            raise FileRefusedError(
                "Its lists are web pages; ask Facebook for the archive in the format JSON."
            )
        if members:
            raise FileRefusedError(
                "It has no data/manifest.js, so it proves no account; ask X for a new archive."
            )
    raise FileRefusedError("It holds no list of followers or friends; ask the platform for one that does.")
