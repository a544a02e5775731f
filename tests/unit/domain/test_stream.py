"""What a stream says of itself when it says little."""

from domain.signal import SignalKind
from domain.stream import POSTS, Shape, Stream


def test_a_stream_is_free_and_of_the_account_itself_unless_it_says_otherwise() -> None:
    stream = Stream("followers", (SignalKind.FOLLOWS,), Shape.ROSTER, max_page=1000)

    assert (stream.per_post, stream.meter, stream.permissions, stream.min_page) == (False, None, (), 1)


def test_only_a_roster_can_prove_absence_so_the_shapes_are_told_apart() -> None:
    assert {Shape.TIMELINE, Shape.ROSTER, Shape.CAPPED, Shape.COUNT} == set(Shape)
    assert POSTS == "posts"
