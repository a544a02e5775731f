"""Archives in all their shapes: ids from X, names alone from Facebook, and nothing from outside of them."""

import io
import json
import stat
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.files import archive, size
from connectors.files.archive import Archive, Proposal
from connectors.files.bombs import FileRefusedError
from connectors.files.facebook_archive import repaired
from domain.signal import SignalKind
from tests.unit.connectors.files.archived import of_facebook, of_x, written_twice
from tests.unit.connectors.files.workbooks import saying, zipped

ON = datetime.fromtimestamp(1_700_000_001, UTC)
A_FOLLOWER = {"name": "Ada", "timestamp": 1_700_000_001}


def names(file: io.BytesIO) -> list[tuple[str, str]]:
    return [(each.name, str(each.kind)) for each in archive.read(file).proposals]


@pytest.mark.parametrize("below", ["", "twitter-2026-10-20/", "Downloads/twitter-2026-10-20/"])
def test_x_tells_whose_archive_it_is_and_who_follows(below: str) -> None:
    read = archive.read(of_x(["7001", "7002"], ["7002", "7003"], below=below))
    assert (read.platform, read.platform_id, read.followers) == ("twitter", "5000", ["7001", "7002", "7003"])
    assert read.made_at == datetime(2026, 10, 20, 10, 11, 12, 345_000, UTC)
    assert read.proposals == []


def test_parts_are_read_in_the_order_of_their_numbers() -> None:
    read = archive.read(of_x(*([str(7000 + each)] for each in range(12))))
    assert read.followers == [str(7000 + each) for each in range(12)]


IDS = ({"accountId": 7001}, {"accountId": "../7"}, {"accountId": "\u0667"}, {}, [], "7001")


@pytest.mark.parametrize("row", [*({"follower": each} for each in IDS), {}, [], None, "7001"])
def test_a_row_of_x_that_is_none_is_counted(row: Any) -> None:
    file = of_x(["7001"])
    with zipfile.ZipFile(file, "a") as opened:
        opened.writestr("data/follower-part1.js", f"window.YTD.follower.part1 = {json.dumps([row])};")
    read = archive.read(file)
    assert (read.followers, read.unread) == (["7001"], 1)


@pytest.mark.parametrize(
    ("path", "value", "kind"),
    [
        ("connections/friends/your_friends.json", {"friends_v2": [A_FOLLOWER]}, "friend"),
        ("connections/followers/people_who_followed_you.json", {"followers_v3": [A_FOLLOWER]}, "follows"),
        ("connections/followers/people_who_followed_you_10.json", {"followers_v2": [A_FOLLOWER]}, "follows"),
        ("friends_and_followers/friends.json", {"friends_v2": [A_FOLLOWER]}, "friend"),
        ("friends_and_followers/followers.json", {"followers_v2": [A_FOLLOWER]}, "follows"),
        (
            "your_facebook_activity/connections/followers/people_who_followed_you.json",
            {"a": [A_FOLLOWER]},
            "follows",
        ),
        ("friends/friends.json", {"friends": [A_FOLLOWER]}, "friend"),
        ("following_and_followers/followers.json", {"followers": [A_FOLLOWER]}, "follows"),
        ("facebook-club-2026/friends/friends.json", {"friends": [A_FOLLOWER]}, "friend"),
        ("facebook-club-2026\\friends\\friends.json", {"friends": [A_FOLLOWER]}, "friend"),
        (
            "connections/followers/people_who_followed_you_1.json",
            [
                {
                    "title": "",
                    "media_list_data": [],
                    "string_list_data": [{"value": "Ada", "timestamp": 1_700_000_001}],
                }
            ],
            "follows",
        ),
        (
            "connections/friends/your_friends.json",
            {
                "friends_v2": [
                    {"timestamp": 1_700_000_001, "label_values": [{"label": "Name", "value": "Ada"}]}
                ]
            },
            "friend",
        ),
    ],
)
def test_facebook_tells_names_in_every_shape_of_its_years(path: str, value: Any, kind: str) -> None:
    read = archive.read(of_facebook((path, value)))
    assert read == Archive(read.platform, proposals=[Proposal("Ada", SignalKind(kind), ON)])
    assert read.platform == "facebook"


@pytest.mark.parametrize(
    "path",
    [
        "connections/followers/who_you've_followed.json",
        "friends_and_followers/following.json",
        "friends/removed_friends.json",
        "groups/friends.json",
        "__MACOSX/friends/friends.json",
        "friends/._friends.json",
        "assets/follower.js",
        "data/following.js",
        "../friends/friends.json",
        "/friends/friends.json",
        "C:\\friends\\friends.json",
        "a/../../friends/friends.json",
    ],
)
def test_no_other_list_is_read_and_none_from_outside(path: str) -> None:
    with pytest.raises(FileRefusedError, match="no list of followers or friends"):
        archive.read(of_facebook((path, {"friends": [A_FOLLOWER]})))


def test_a_link_within_an_archive_is_not_followed() -> None:
    link = zipfile.ZipInfo("friends/friends.json")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(FileRefusedError, match="no list of followers"):
        archive.read(of_facebook((link, "/etc/passwd")))


def test_parts_are_one_list_in_which_each_row_stands_once() -> None:
    path = "connections/followers/people_who_followed_you"
    file = of_facebook(
        (f"{path}_2.json", {"followers_v3": [A_FOLLOWER, {"name": "Bo"}]}),
        (f"{path}_1.json", {"followers_v3": [A_FOLLOWER, {"name": ""}, {"name": "Ada", "timestamp": 1}]}),
        ("connections/friends/your_friends.json", {"friends_v2": [A_FOLLOWER]}),
    )
    assert names(file) == [("Ada", "follows"), ("Ada", "follows"), ("Bo", "follows"), ("Ada", "friend")]


@pytest.mark.parametrize("row", [None, "Ada", 7, []])
def test_a_row_of_facebook_that_is_none_is_counted(row: Any) -> None:
    read = archive.read(of_facebook(("friends/friends.json", {"friends": [row, A_FOLLOWER]})))
    assert (len(read.proposals), read.unread) == (1, 1)


@pytest.mark.parametrize("at", [True, -1, 10**18, "1700000001", None, 1.5])
def test_a_date_that_is_none_is_left_out(at: Any) -> None:
    read = archive.read(
        of_facebook(("friends/friends.json", {"friends": [{"name": "Ada", "timestamp": at}]}))
    )
    assert read.proposals == [Proposal("Ada", SignalKind.FRIEND, None)]


@pytest.mark.parametrize("name", ["José Núñez", "Bình Trần", "Ève 🌻", "Ada"])
def test_facebooks_way_of_writing_is_undone(name: str) -> None:
    assert names(of_facebook(("friends/friends.json", {"friends": [{"name": written_twice(name)}]}))) == [
        (name, "friend")
    ]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_was_written_twice_reads_as_it_was(text: str) -> None:
    assert repaired(written_twice(text)) == text


@given(st.text())
def test_what_was_written_once_is_never_an_error(text: str) -> None:
    repaired(text)


NESTED = ("friends/friends.json", b"[" * 200_000)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: io.BytesIO(b"no zip"), "no zip file"),
        (lambda: zipped(("friends/friends.html", b"<html>")), "format JSON"),
        (lambda: zipped(("data/follower.js", b"window.YTD.follower.part0 = []")), "no data/manifest.js"),
        (lambda: of_x([], made_at=None), "does not say whose"),
        (lambda: of_x([], made_at="2026-10-20"), "does not say whose"),
        (lambda: zipped(("data/manifest.js", b"window.__THAR_CONFIG = []")), "does not say whose"),
        (lambda: zipped(("data/manifest.js", b"window.__THAR_CONFIG = {")), "manifest is no JSON"),
        (lambda: zipped(("friends/friends.json", b"{")), "friends is no JSON"),
        (lambda: zipped(NESTED), "friends is no JSON"),
        (lambda: zipped(("friends/friends.json", b"\xff\xfe")), "friends is damaged"),
        (
            lambda: zipped(("a/data/manifest.js", b"= {}"), ("b/data/manifest.js", b"= {}")),
            "several archives",
        ),
        (lambda: saying(zipped(("friends/friends.json", b"[]")), 4_000_000_000), "unpack to more than"),
        (lambda: zipped(("friends/friends.json", b" " * 20_000_000)), "as a bomb"),
        (lambda: saying(zipped(("friends/friends.json", b" " * 20_000_000)), 100), "damaged"),
    ],
)
def test_what_is_no_archive_is_refused(make: Callable[[], io.BytesIO], sentence: str) -> None:
    with pytest.raises(FileRefusedError, match=sentence):
        archive.read(make())


def test_what_nobody_reads_may_be_as_large_as_it_likes() -> None:
    file = of_x(["7001"])
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("data/tweets_media/film.mp4", b"\x00" * 5_000_000)
    assert archive.read(saying(file, size.ARCHIVE.total + 1)).followers == ["7001"]


KEYS = [
    *("name", "timestamp", "label_values", "label", "value", "string_list_data", "friends"),
    *("follower", "accountId", "userInfo", "archiveInfo"),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=15,
)


@given(JSON)
def test_no_json_ends_in_anything_but_an_archive_or_a_sentence(value: Any) -> None:
    for path in ("friends/friends.json", "data/manifest.js", "data/follower-part1.js"):
        file = of_x(["7001"]) if "follower" in path else io.BytesIO()
        with zipfile.ZipFile(file, "a") as opened:
            opened.writestr(path, f"a = {json.dumps(value)}" if path.endswith(".js") else json.dumps(value))
        try:
            archive.read(file)
        except FileRefusedError:
            continue


def test_names_and_ids_are_shown_in_no_error() -> None:
    with pytest.raises(FileRefusedError) as caught:
        archive.read(zipped(("friends/friends.json", b'{"friends": [{"name": "Ada L')))
    assert "Ada" not in str(caught.value)
