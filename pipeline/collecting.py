"""Collecting: nobody's data is read from a real platform before they could be told of it."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from domain.account import Account, Ownership
from domain.contact import Platform
from domain.errors import PlatformError, RegularsError, RetryLaterError, TokenDeadError
from domain.notice import leads_to
from pipeline import renew
from pipeline.looking import Look, Paid, pay
from pipeline.road import Duty, Road
from store import accounts, profile_looks, renewals
from store.profile_looks import ProfileLook

log = logging.getLogger("regulars.collecting")

#: How old a look at our profile may be; it is looked at again well before.
VALID, AGAIN = timedelta(hours=24), timedelta(hours=20)
#: How long a page waits, or a look that the platform did not answer.
PAUSE = timedelta(minutes=30)


class NotSettledError(RegularsError):
    """Raised where something must be settled before a real platform is read."""


class Missing(NamedTuple):
    """What is missing: the setting or place, and what to do."""

    what: str
    advice: str


def missing(duty: Duty) -> list[Missing]:
    """Return which choices are missing before anything may be looked at."""
    wanted = [
        (duty.controller, "REGULARS_CONTROLLER", "Say what you are: party, association, foundation…"),
        (duty.policy_chosen, "REGULARS_POLICY", "Choose the policy pack yourself: cnil-2016 or eu-2026."),
        (duty.notice_url, "REGULARS_NOTICE_URL", "Give the address of your public notice."),
    ]
    return [Missing(what, advice) for given, what, advice in wanted if not given]


def require_settled(road: Road, account: Account) -> None:
    """Raise NotSettledError unless an account may be collected from; looks at its profile where due.

    Nothing is required of an account whose platform is simulated on this machine.
    """
    duty = road.duty_of(account)
    if duty is None:
        return
    require_chosen(duty)
    now = road.now()
    with road.database.read() as connection:
        if may_collect(connection, account, duty, now=now):
            return
    if not look(road, account, duty):
        raise NotSettledError(
            f"The public profile of {account.name} does not show {duty.notice_url}: nobody is collected "
            "before they could be told. Put the address into the profile (X: description or website; "
            "Facebook: about, description or website), then harvest."
        )


def require_chosen(duty: Duty) -> None:
    """Raise NotSettledError unless all is chosen that must be before a platform is asked anything."""
    lacking = missing(duty)
    if lacking:
        raise NotSettledError(
            f"{lacking[0].what} must be set before a real platform is read. {lacking[0].advice} "
            "`regulars doctor` lists all that is missing."
        )


def may_collect(connection: Connection, account: Account, duty: Duty | None, *, now: datetime) -> bool:
    """Tell whether all is chosen and the account's profile led to the notice within the last day."""
    if duty is None:
        return True
    last = profile_looks.last(connection, account.id)
    if missing(duty) or last is None or last.notice_url != duty.notice_url:
        return False
    return last.found and now < last.at + VALID


def look(road: Road, account: Account, duty: Duty) -> bool:
    """Look at the public profile of an account, which X bills as one user; tells whether it leads there.

    Raises PlatformError where the platform did not say.
    """
    price = road.price("users", False) if account.platform == Platform.TWITTER else 0  # its kind

    def paid_for(proof: Ownership) -> Paid:
        return Paid(price, 1, (proof.platform_id,))

    def ask() -> Ownership:
        with road.database.read() as connection:
            connector = road.connector_of(connection, account)
        asked = Look(account, "account", "users", price)
        return pay(road.database, asked, connector.prove, paid_for, now=road.now)

    proof = _with_a_live_token(road, account, ask)
    address = duty.notice_url or ""
    found = proof.platform_id == account.platform_id and leads_to(proof.shown, address)
    with road.database.write() as connection:
        profile_looks.put(connection, account.id, ProfileLook(road.now(), address, found))
    return found


def _with_a_live_token(road: Road, account: Account, ask: Callable[[], Ownership]) -> Ownership:
    """Ask with a token that is renewed first where it ends, and once more where it turns out to be over."""
    with road.database.read() as connection:
        ends = renewals.ends_before(connection, account.id, road.now() + renew.MARGIN)
    if ends and not renew.renewed(road, account):
        raise RetryLaterError(f"A new token of {account.name} is being asked for.", code="token_renewing")
    try:
        return ask()
    except TokenDeadError:
        with road.database.write() as connection:
            may_help = renew.may_help(connection, account, 1, now=road.now())
        if not may_help or not renew.renewed(road, account):
            raise
        return ask()


def look_again(road: Road, *, now: datetime) -> int:
    """Look once more at the profiles whose last look grows old; returns how many were looked at.

    Only those that were looked at before, since a harvest begins with a look.
    """
    looked = 0
    with road.database.read() as connection:
        known = [accounts.get(connection, each.id) for each in accounts.every(connection)]
        lasts = {each.id: profile_looks.last(connection, each.id) for each in known}
    for account in known:
        duty, last = road.duty_of(account), lasts[account.id]
        if duty is None or missing(duty) or last is None or now < last.at + AGAIN or account.paused:
            continue
        looked += 1
        try:
            if not look(road, account, duty):
                log.warning("collecting.notice_gone", extra={"account": account.id})
        except (PlatformError, RegularsError) as error:
            log.warning("collecting.not_looked", extra={"account": account.id, "error": str(error)})
    return looked
