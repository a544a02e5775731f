"""Recognise: whose a sign-up is, by the addresses that it gives and by nothing else."""

import secrets
from collections import defaultdict
from collections.abc import Sequence
from typing import TypeAlias

from sqlalchemy import Connection

from domain.sign_up import EMAIL, SMS, SignUp, addresses_of
from store import addresses

#: Why one is rejected whose phone is that of several.
SHARED_PHONE = "its phone number is that of several contacts; give the e-mail address, too"

#: A sign-up with its place among those given and its contact's key.
Keyed: TypeAlias = tuple[int, str, SignUp]


def recognised(connection: Connection, signed: Sequence[tuple[int, SignUp]]) -> tuple[list[Keyed], list[int]]:
    """Give each sign-up its contact's key: by e-mail address, else by a phone that is one contact's.

    Returns them and the places of those whose phone is that of several.
    """
    given = {place: addresses_of(each) for place, each in signed}
    found = addresses.holders(connection, {each for of in given.values() for each in of.items()})
    by_email = {address: who[0].platform_id for (channel, address), who in found.items() if channel == EMAIL}
    by_phone: dict[str, dict[str, str | None]] = defaultdict(dict)
    for (channel, address), who in found.items():
        if channel == SMS:
            by_phone[address] = {each.platform_id: each.email for each in who}
    keyed: list[Keyed] = []
    unclear: list[int] = []
    for place, each in signed:
        email, phone = given[place].get(EMAIL), given[place].get(SMS)
        if email:
            platform_id = by_email.setdefault(email, _new_id())
        else:
            holders = by_phone[phone or ""]
            alone = [key for key, address in holders.items() if address is None]
            if len(holders) > 1 and len(alone) != 1:
                unclear.append(place)
                continue
            platform_id = next(iter(alone or holders), None) or _new_id()
        if phone:
            by_phone[phone].setdefault(platform_id, email)
        keyed.append((place, platform_id, each))
    return keyed, unclear


def _new_id() -> str:
    return secrets.token_hex(12)
