"""`regulars topics counts`: what a team sees of the reactions to its own posts."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from console.cli.main import command_line
from console.cli.start import runtime
from domain.batch import Post
from domain.signal import SignalKind
from pipeline.interests import allow
from store import counts, installation, post_topics, posts
from store.counts import Tally
from tests.cast import CNIL, EU, NOW, added
from tests.integration.pipeline.test_post_topics import LEAST, PAGE


def said(*options: str) -> str:
    result = CliRunner().invoke(
        command_line("topics"), ["topics", "counts", *options], catch_exceptions=False
    )
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(autouse=True)
def two_posts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let two posts speak of housing: to one fewer people reacted than may be shown."""
    monkeypatch.setenv("REGULARS_DATA_DIR", str(tmp_path))
    with runtime().database.write() as connection:
        installation.settle_policy(connection, EU.name)
        account_id = added(connection, PAGE).id
        posts.add(
            connection, account_id, [Post("1", NOW, text="a"), Post("2", NOW, text="b")], with_texts=True
        )
        allow(connection, EU)
        waiting = post_topics.unread(connection, 9)
        post_topics.keep(connection, waiting, [(each.post_id, "housing", "facebook") for each in waiting])
        for post, people in (("1", LEAST), ("2", LEAST - 1)):
            act = (account_id, SignalKind.REACTED, post)
            counts.add(connection, act, Tally(people, NOW), now=NOW, whole=True)


def test_posts_with_enough_reactions_are_shown_and_others_are_told_of() -> None:
    shown = said()
    assert f"│ housing │ 1     │ {LEAST}" in shown
    assert f"Left out for their fewer than {LEAST} reactions: 1 " in shown
    assert json.loads(said("--json")) == {"topic": "housing", "posts": 1, "reactions": LEAST, "small": 1}


def test_where_nothing_is_shown_the_reason_is_told() -> None:
    with runtime().database.write() as connection:
        for post in ("1", "2"):
            act = (1, SignalKind.REACTED, post)
            counts.add(connection, act, Tally(2, NOW), now=NOW, whole=True)
    assert "No own post that speaks of a topic has 20 reactions or more yet." in said()
    with runtime().database.write() as connection:
        installation.settle_policy(connection, CNIL.name)
        allow(connection, CNIL)
    assert "cnil-2016 lets no topics be counted over posts" in said()
