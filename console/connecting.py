"""Connecting an account of ours: the token proves that it is ours, then it is kept sealed; from anywhere."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from connectors.base import Connector
from connectors.registry import connect
from console.patience import AT_A_TERMINAL, Patience, patiently
from console.paying import check_streams, prove
from domain.account import Account, Ownership, StreamCheck
from domain.batch import PageRequest
from domain.credentials import Credentials
from domain.errors import OperatorNeededError, RegularsError
from pipeline.resume import resume_account
from store import accounts, checks
from workers.runtime import Runtime, utc_now

#: An id that nobody has, of an account of which the token alone will tell whose it is.
UNKNOWN = "0"
#: The Facebook stream that is read with a person's own token.
FRIENDS = "friends"


class ForeignTokenError(RegularsError):
    """Raised where a token belongs to another account than the one that was named."""


class Proven(NamedTuple):
    """An account whose token proved that it is ours; it is good for `seconds`, None where nobody said."""

    account: Account
    credentials: Credentials
    proof: Ownership
    seconds: int | None = None


class Connected(NamedTuple):
    """An account's number here, and how many runs that its pause had ended go on."""

    account_id: int
    resumed: int


def proof_of(
    open_runtime: Runtime, account: Account, credentials: Credentials, patience: Patience = AT_A_TERMINAL
) -> Ownership:
    """Ask the platform whose the token is; raises ForeignTokenError, and what asking raises.

    A page's token proves nothing of a person's, so with that one a friend is looked at.
    """
    base_url = open_runtime.settings.base_url(account.platform)
    proof = prove(open_runtime, account, connect(account, credentials, base_url), patience)
    if account.platform_id not in {UNKNOWN, proof.platform_id}:
        raise ForeignTokenError(
            f"The token belongs to {proof.platform_id}, not to {account.platform_id}: "
            "only accounts whose token you hold can be harvested."
        )
    if credentials.user_token:
        known = replace(account, app_id=proof.app_id)
        look = PageRequest(FRIENDS, page_size=1)
        try:
            patiently(lambda: connect(known, credentials, base_url).fetch(look), patience)
        except OperatorNeededError as error:
            raise RegularsError(
                f"With the person's token (--user-token-file) no friends are read. {error}"
            ) from error
    return proof


def keep(connection: Connection, open_runtime: Runtime, proven: Proven, *, now: datetime) -> Connected:
    """Keep a proven account, or its new tokens: then its pause ends, and what failed in it goes on."""
    account, credentials, proof, seconds = proven
    before = accounts.paused(connection, account.platform, account.platform_id)
    account_id = accounts.add(connection, account, open_runtime.seal(connection, credentials), now=now)
    accounts.proven(connection, account_id, proof)
    if seconds is not None:
        accounts.expires(connection, account_id, now + timedelta(seconds=seconds))
    return Connected(account_id, resume_account(connection, before, now=now) if before else 0)


def check(
    open_runtime: Runtime, account: Account, connector: Connector, patience: Patience = AT_A_TERMINAL
) -> Sequence[StreamCheck]:
    """Look at one item of each stream, and keep what was found; costs a few cents on X."""
    proof = prove(open_runtime, account, connector, patience)
    found = check_streams(open_runtime, account, connector, patience)
    with open_runtime.database.write() as connection:
        accounts.proven(connection, account.id, proof)
        checks.keep(connection, account.id, found, now=utc_now())
    return found
