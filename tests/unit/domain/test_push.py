"""What several pushes tell of one account comes together."""

from domain.push import Billed, Ended, Told
from domain.signal import SignalKind
from tests.cast import ADA, BO, NOW, follows, likes


def test_what_another_push_tells_is_added_in_its_order() -> None:
    ended = Ended(ADA, SignalKind.FOLLOWS, "", NOW)
    told = Told([follows(ADA)], billed=[Billed("follow", "1")])
    told.add(Told([likes(BO)], [ended], [Billed("like", "2")]))
    assert told == Told([follows(ADA), likes(BO)], [ended], [Billed("follow", "1"), Billed("like", "2")])
