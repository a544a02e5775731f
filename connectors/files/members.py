"""Members of an archive: which of its files we read, and what stands in them."""

import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from connectors.files.bombs import FileRefusedError, is_plain, name_of


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


def member_of(info: zipfile.ZipInfo) -> Member | None:
    """Return the list that a file of an archive holds, None where it is none that we read."""
    name = name_of(info)
    if not is_plain(info) or _BESIDE & {*name.split("/")}:
        return None
    if found := _OF_X.search(name):
        return Member(found[1], int(found[2] or 0), info)
    if found := _OF_FACEBOOK.search(name):
        return Member("friends" if found["friends"] else "followers", int(found["part"] or 0), info)
    return None
