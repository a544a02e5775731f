"""Real pushes of Facebook are read whole: what is told, what is left, and nothing set aside by mistake."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.facebook.pushes import heard
from domain.push import Heard
from tests.unit.connectors.facebook.test_recorded import RECORDINGS

RECEIVED = datetime(2026, 12, 5, 12, tzinfo=UTC)
#: Placeholders of documented shapes, and an id that stands for each.
PLACEHOLDERS = {'"PAGE-ID"': '"4001"', '"PSID"': '"7001"', '"PAGE_ID"': '"4001"', '"USER_ID"': '"7001"'}
#: What older pushes tell without any name, or of what is not ours: read, and no act.
LEFT = ("post-", "status-", "comment-hide", "comment-unhide", "share-hide", "share-unhide", "permission-")

pytestmark = [
    pytest.mark.recorded,
    pytest.mark.skipif(not RECORDINGS.is_dir(), reason="no recorded answers lie beside the checkout"),
]


def recorded() -> list[Any]:
    found = [*RECORDINGS.glob("restfb/webhooks__*.json"), *RECORDINGS.glob("derived/webhook_*.json")]
    return [pytest.param(each, id=each.stem.rpartition("__")[2]) for each in sorted(found)]


def read(path: Path) -> Heard:
    text = path.read_text(encoding="utf-8")
    for each, stands_for in PLACEHOLDERS.items():
        text = text.replace(each, stands_for)
    return heard(text.encode(), RECEIVED)


def test_there_are_recordings() -> None:
    assert len(recorded()) >= 50


@pytest.mark.parametrize("path", recorded())
def test_a_recorded_push_is_read(path: Path) -> None:
    found = read(path)
    name = path.stem.rpartition("__")[2]
    if name == "unknown-change-value":
        assert [each.reason for each in found.unknown] == ["a change of the unknown field foo"]
        return
    assert found.unknown == ()
    acts = sum(len(each.began) + len(each.ended) for each in found.told.values())
    assert acts + found.left + found.unattributed >= 1
    if name.removeprefix("feed-").startswith(LEFT):
        assert acts == 0


@pytest.mark.parametrize(
    ("name", "began", "ended"),
    [
        ("feed-comment-add-25", ["commented"], []),
        ("feed-comment-add-211", ["commented"], []),
        ("feed-comment-edited-25", ["commented"], []),
        ("feed-comment-remove-25", [], ["commented"]),
        ("feed-reaction-add", ["reacted"], []),
        ("feed-reaction-edit", ["reacted"], []),
        ("feed-reaction-remove", [], ["reacted"]),
        ("feed-like-remove-25", [], ["reacted"]),
        ("feed-like-add-page-25", ["follows"], []),
        ("feed-share-add-25", ["shared"], []),
        ("mention-post-add", ["mentioned"], []),
        ("ratings-rating-add-31", ["rated"], []),
        ("ratings-rating-remove-25", [], ["rated"]),
    ],
)
def test_what_recorded_pushes_tell(name: str, began: list[str], ended: list[str]) -> None:
    (told,) = read(RECORDINGS / "restfb" / f"webhooks__{name}.json").told.values()
    assert ([each.kind for each in told.began], [each.kind for each in told.ended]) == (began, ended)


def test_what_documented_shapes_tell() -> None:
    shapes = {"messaging_optins_marketing": "opted_in", "page_like_v2x": "follows"}
    for name, kind in shapes.items():
        (told,) = read(RECORDINGS / "derived" / f"webhook_{name}.json").told.values()
        assert [each.kind for each in told.began] == [kind], json.dumps(name)
