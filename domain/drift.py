"""Drift: whether what a platform says it charged agrees with what our own ledger says."""

from typing import NamedTuple

from domain.estimate import Range

#: What may lie between them without a word: this share, or this much, for answers on their way meanwhile.
SHARE, MICRO_USD = 0.05, 50_000
#: The same in posts.
POSTS = 100


class Comparison(NamedTuple):
    """What the platform counted between two looks, what we did, and whether they drift apart."""

    platform: int
    ours: Range
    drifts: bool


def compare_money(before: int | None, after: int | None, ours: Range) -> Comparison | None:
    """Compare two balances in micro-dollars with our ledger between them.

    None where one is not known, or where the balance grew: credits were bought meanwhile.
    """
    if before is None or after is None or after > before:
        return None
    charged = before - after
    room = max(MICRO_USD, int(ours.high * SHARE))
    return Comparison(charged, ours, not ours.low - room <= charged <= ours.high + room)


def compare_posts(before: int | None, after: int | None, ours: int) -> Comparison | None:
    """Compare two counts of posts read in a billing cycle with ours between them.

    Only more than ours drifts, since X counts a post once a day. None where one is not known, or where a
    new cycle began.
    """
    if before is None or after is None or after < before:
        return None
    read = after - before
    return Comparison(read, Range(0, ours), read > ours + max(POSTS, int(ours * SHARE)))
