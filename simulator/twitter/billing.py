"""What an answer costs: per resource returned, cheap for Owned Reads, once per UTC day in the second sum."""

from collections.abc import Hashable, Iterable

from simulator.mixing import Many
from simulator.twitter.call import Call

USER_MICRO, POST_MICRO, LIKE_MICRO = 10_000, 5_000, 1_000


def _price(call: Call) -> tuple[str, int]:
    # x-api.md §2: Owned Reads of followers, following, mentions and posts.
    endpoint = call.endpoint
    if endpoint.op == "liking_users" and call.world.options.likes_meter == "like":
        return endpoint.meter, LIKE_MICRO
    owned = endpoint.owned_micro is not None and call.owned
    return endpoint.meter, endpoint.owned_micro if owned and endpoint.owned_micro else endpoint.micro


def bill_people(call: Call, indices: Many) -> None:
    """Charge for people of the audience."""
    if len(indices):
        call.world.ledger.charge_people(*_price(call), indices)


def bill(call: Call, ids: Iterable[Hashable]) -> None:
    """Charge for posts and other resources by id."""
    call.world.ledger.charge(*_price(call), ids)


def bill_included(call: Call, users: Iterable[Hashable], posts: Iterable[Hashable]) -> None:
    """Charge for what stands in `includes` (x-api.md §2 [C]; switchable)."""
    if call.world.options.includes_billed:
        call.world.ledger.charge("user", USER_MICRO, users)
        call.world.ledger.charge("post", POST_MICRO, posts)
