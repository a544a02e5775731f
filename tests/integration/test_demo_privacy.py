"""The twelve scenes of `make demo-privacy` end as they tell."""

from pathlib import Path

import pytest

from tools.demo_privacy import SCENES, Scene, Stage, page

ENDS = {
    "likes_only": "(1 row) and the messaging store holds 0.",
    "follower": "The messaging store holds 700000000000000001,",
    "objected": "Contacts of hers: 0. The feed tells CRMs to delete her: ['objected'].",
    "said_stop": "Contacts of Ada's: 0, of Bo's: 1; the feed says ['said_stop'].",
    "by_handle": "Contacts of hers: 0.",
    "unfollowed": "Inside before: 1, after: 0; the feed says ['unfollowed'].",
    "deletion": "Contacts of hers: 0; the feed says ['platform_deletion'].",
    "overdue": "contacts of hers 0; the feed says ['notice_overdue'].",
    "restored": "Inside: ['700000000000000002'], which is Bo.",
    "bytes_gone": "before: 1; after: 0.",
    "never_read": "Topics that were noted of her: 0.",
    "journalled": "the chain holds: True; it still names her: False. Findings after the tampering: 2.",
}


@pytest.mark.parametrize("play", SCENES, ids=lambda play: play.__name__)
def test_a_scene_ends_as_it_tells(play: object, tmp_path: Path) -> None:
    assert callable(play)
    assert ENDS[play.__name__] in play(Stage(tmp_path)).proof


def test_the_page_shows_every_scene_as_text() -> None:
    shown = page([Scene("A <b>", "happened & ended", "the proof")])
    assert "1. A &lt;b&gt;" in shown
    assert "happened &amp; ended" in shown
