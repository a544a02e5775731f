"""An account: one of our own pages or profiles, and what proves it."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Account:
    """One of our own pages or profiles.

    `staff` holds the platform's ids of the account itself and of its team: their acts make no contact.
    `owned_reads` says that the platform bills this account's reads at the owned price. Accounts with the
    same `app_id` share its limits. `paused` says why nothing of the account is read now.
    """

    platform: str
    platform_id: str
    name: str
    id: int = 0
    app_id: str | None = None
    owned_reads: bool = False
    staff: frozenset[str] = frozenset()
    paused: str | None = None

    @property
    def key(self) -> str:
        """The account as data names it: `twitter:1001`."""
        return f"{self.platform}:{self.platform_id}"


@dataclass(frozen=True, slots=True)
class Ownership:
    """What a token proves: whose it is, by which app, and which staff the account has.

    `followers` is how many the platform says there are, where it lists them: the end of a progress bar.
    `posts` is how many posts it counts of the account, reposts and answers among them. `shown` is what the
    public profile says: its texts and addresses, as everybody reads them. `token_owner` and
    `user_token_owner` are the ids, within the app, of the people through whom the tokens came.
    """

    platform_id: str
    handle: str | None = None
    app_id: str | None = None
    staff: frozenset[str] = frozenset()
    followers: int | None = None
    posts: int | None = None
    shown: tuple[str, ...] = field(default=(), compare=False)
    token_owner: str | None = None
    user_token_owner: str | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """What a platform says of its bill: dollars that are left, posts that were read in this cycle.

    Each is None where the platform does not say it to this token.
    """

    credits_micro_usd: int | None = None
    posts_read: int | None = None


@dataclass(frozen=True, slots=True)
class StreamCheck:
    """What `account check` found of one stream before any harvest.

    `readable` is None where nobody looked. `shows_authors` is None where the look brought no item.
    `billed_items` counts what the platform charges for the look.
    """

    stream: str
    readable: bool | None
    shows_authors: bool | None = None
    missing_permissions: tuple[str, ...] = ()
    remark: str = ""
    billed_items: int = 0
