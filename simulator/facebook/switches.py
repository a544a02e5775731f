"""What the reference marks unverified ([U]) or unreliable, each as a switch that runs both ways.

They come in as `World.options.facebook`, by these names; a name that is not here is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Switches:
    """The switches of this platform; the defaults are what the reference says without a mark."""

    #: §1.1: an expired version is silently answered by another; None: the version that was asked for.
    served_version: str | None = None
    #: §1.2: "may be enforced per app".
    require_proof: bool = False
    #: §1.2: permissions that were never granted or were taken back.
    missing: tuple[str, ...] = ()
    #: §3: which of the two codes says that a permission is missing.
    permission_code: Literal[10, 200] = 10
    #: §1.2 [U]: the followers and fans of 2019, undocumented.
    followers_field: bool = False
    #: §1.3 [U]: at Standard Access `from` only for the Page and people with a role.
    only_roles_named: bool = False
    #: §2.1, §10 [U]: an opt-in that was stopped stays listed with a status, or vanishes.
    stopped_opt_ins: Literal["listed", "vanished"] = "listed"
    #: §1.3 [U]: only so many latest messages of a conversation have details.
    messages_detailed: int = 20
    #: §1.3 [U]: what the edges cap `limit` at.
    conversations_limit: int = 200
    messages_limit: int = 100
    #: §10 [U]: the old content type at top level.
    javascript: bool = False
    #: §3: an error body under HTTP 200.
    errors_as_200: bool = False
    #: §9, §3: how many rows in nested listings are too many for one answer.
    nested_rows: int = 1500
    #: §1.3: listings that end for the client before they end; 0: none does.
    cursor_depth: int = 0
    #: §3: cursors must not be stored; after so many real seconds one is refused; 0: never.
    cursor_life_s: float = 0
    #: §3: headers appear only "once enough calls have been made".
    usage_after_calls: int = 5
    #: §3: calls in a window until 100 %; 0: far away.
    calls_per_window: int = 0
    #: §3: the older page-level header.
    page_usage: bool = True
    #: §3: entries of a batch that timed out, every n-th; 0: none.
    batch_null_every: int = 0
    #: §3 (100 + 33 or 10): how somebody else's Page is refused.
    foreign_page: Literal[100, 10] = 100
    #: Whose ids `roles` lists: the Page's or the app's scope; the reference does not say.
    role_ids: Literal["page", "app"] = "page"
    #: §1.3: `tasks` of a second page that the token's owner works on; without any there is no second page.
    second_page: tuple[str, ...] = ()


def read(given: Mapping[str, Any]) -> Switches:
    """Read the switches; raises ValueError for a name that does not exist."""
    known = {each.name for each in fields(Switches)}
    if unknown := sorted(set(given) - known):
        raise ValueError(f"There is no switch {unknown[0]}; choose among {', '.join(sorted(known))}.")
    return Switches(**given)
