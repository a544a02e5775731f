"""What the references mark as unverified, and how unkind listings are: each may be switched."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Options:
    """The switches; `facebook` holds those of `simulator.facebook` under names of its own."""

    #: x-api.md §1.2 [?]: what a user token gets for the likers of somebody else's post.
    likers_of_others: Literal["forbidden", "empty"] = "forbidden"
    #: x-api.md §2 [?]: which meter bills liking_users.
    likes_meter: Literal["user", "like"] = "user"
    #: x-api.md §2 [C]: whether what stands in `includes` is billed.
    includes_billed: bool = True
    #: x-api.md §2.4: an app-only token gets an empty 404, or the balance.
    credits_for_app: Literal["missing", "shown"] = "missing"
    #: x-api.md §1.4 [?]: how long a pagination token lives, in seconds; None: for ever.
    pagination_token_s: float | None = None
    #: x-api.md §0.4: whether the account's owner owns the developer app, which makes Owned Reads cheap.
    owned_app: bool = True
    #: x-api.md §1.4: short and empty pages, people twice, another order on each walk.
    unkind_listings: bool = True
    #: x-api.md §1.1 [?]: whether a user's requests also count for the app's window, and headers tell of it.
    users_count_for_app: Literal["no", "told", "silently"] = "no"
    #: The address of the notice that our own profiles show; "": none.
    notice_url: str = ""
    facebook: Mapping[str, Any] = field(default_factory=dict)
