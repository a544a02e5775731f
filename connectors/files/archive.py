"""Archives: what X and Facebook let the owner of an account download of it, read for its lists of people."""

import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO, NamedTuple

from connectors.files.bombs import FileRefusedError, is_plain, name_of, opened
from connectors.files.size import ARCHIVE
from domain.contact import Platform
from domain.signal import SignalKind


class Proposal(NamedTuple):
    """A name in a list that holds no ids: a human may know whose it is, we never do."""

    name: str
    kind: SignalKind
    at: datetime | None


@dataclass(slots=True)
class Archive:
    """What an archive tells of people: the ids of followers, or names alone.

    `platform_id` is the account whose archive it is and `made_at` when it was made, where it says so;
    `unread` counts the rows that could not be read.
    """

    platform: Platform
    platform_id: str | None = None
    made_at: datetime | None = None
    followers: list[str] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    unread: int = 0


class Member(NamedTuple):
    """A list of an archive that we read: what it holds, and which of its parts it is."""

    list: str
    part: int
    info: zipfile.ZipInfo


#: X: `data/follower.js`, then `data/follower-part1.js`…; before 2020 without the folder.
_OF_X = re.compile(r"(?:^|/)(manifest|follower)(?:-part(\d+))?\.js$")
#: What a Mac adds, and the viewer that X adds.
_BESIDE = {"__MACOSX", "assets"}
#: Facebook in all its years (facebook-graph-api.md, import), then `…_1.json`, `…_2.json`. The folder tells
#: whose list it is: there are other files called friends.json.
_OF_FACEBOOK = re.compile(
    r"(?:^|/)(?:"
    r"(?:friends|friends_and_followers)/(?P<friends>your_friends|friends)|"
    r"(?:followers|friends_and_followers|following_and_followers)/(?P<followers>people_who_followed_you|followers)"
    r")(?:_(?P<part>\d+))?\.(?P<ending>json|html)$"
)


def read(file: BinaryIO) -> Archive:
    """Read an archive's lists of people; raises FileRefusedError where it is none, or no whole one."""
    from connectors.files import facebook_archive, twitter_archive  # noqa: PLC0415  # they name our types

    archive, infos = opened(file, ARCHIVE, lambda each: _member(each) is not None)
    with archive:
        members = sorted(
            (member for each in infos if (member := _member(each))), key=lambda each: (each.list, each.part)
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


def text_of(archive: zipfile.ZipFile, member: Member) -> str:
    """Return a member's text; raises FileRefusedError where it is none, or damaged."""
    try:
        return archive.read(member.info).decode("utf-8-sig")
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, UnicodeError):
        raise FileRefusedError(f"Its list of {member.list} is damaged; download the archive again.") from None


def parsed(written: str, member: Member) -> Any:
    """Read JSON; raises FileRefusedError where it is none."""
    try:
        return json.loads(written)
    except (ValueError, RecursionError):
        raise FileRefusedError(f"Its list of {member.list} is no JSON; download the archive again.") from None


def rows_of(value: Any) -> Iterator[Any]:
    """Return the rows of a list that may stand under a name."""
    if isinstance(value, dict):
        lists = [each for each in value.values() if isinstance(each, list)]
        value = lists[0] if len(lists) == 1 else []
    if isinstance(value, list):
        yield from value


def of_list(members: Sequence[Member], name: str) -> list[Member]:
    """Return the parts of one list, in their order."""
    return [each for each in members if each.list == name]


def _member(info: zipfile.ZipInfo) -> Member | None:
    name = name_of(info)
    if not is_plain(info) or _BESIDE & {*name.split("/")}:
        return None
    if found := _OF_X.search(name):
        return Member(found[1], int(found[2] or 0), info)
    if found := _OF_FACEBOOK.search(name):
        return Member("friends" if found["friends"] else "followers", int(found["part"] or 0), info)
    return None
