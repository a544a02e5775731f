"""The twelve scenes of `make demo-privacy` end as they tell."""

from pathlib import Path

import pytest

from tools.demo_privacy import SCENES, Scene, Stage, page

ENDS = {
    "likes_only": "We hold 1 contact of Bo, occasional; the messaging store holds nobody.",
    "follower": "The messaging store holds Ada Lévy.",
    "objected": "We hold no contact of Ada; CRMs are told to remove her: “objected”.",
    "said_stop": "no contact of Ada and 1 contact of Bo; CRMs are told to remove her: “said_stop”.",
    "by_handle": "We hold no contact of Ada, and asked no platform who she is.",
    "unfollowed": "held Ada Lévy, and now holds nobody; CRMs are told to remove her: “unfollowed”.",
    "deletion": "We hold no contact of Chloé; CRMs are told to remove her: “platform_deletion”.",
    "overdue": "On the 31st day we hold no contact of Ada; CRMs are told to remove her: “notice_overdue”.",
    "restored": "The messaging store holds Bo Martin: the ledger",
    "bytes_gone": "1 file held it before, no file afterwards.",
    "never_read": "no topic noted of Ada.",
    "journalled": "the chain holds and no longer names her; the tampering shows in 2 findings.",
}


@pytest.mark.parametrize("play", SCENES, ids=lambda play: play.__name__)
def test_a_scene_ends_as_it_tells(play: object, tmp_path: Path) -> None:
    assert callable(play)
    assert ENDS[play.__name__] in play(Stage(tmp_path)).proof


def test_the_page_shows_every_scene_as_text() -> None:
    shown = page([Scene("A <b>", "happened & ended", "the proof")])
    assert "1. A &lt;b&gt;" in shown
    assert "happened &amp; ended" in shown
