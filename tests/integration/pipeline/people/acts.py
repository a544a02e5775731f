"""What may happen to the people in the file; each act tells whether it had anything to do."""

import json
from collections.abc import Mapping
from typing import Any

from domain.contact import ContactKey, Platform
from domain.journal import Act, Entry
from domain.sign_up import EMAIL, SignUp, hash_of
from pipeline.joining import Confirmed, confirm
from pipeline.objecting import object_by_handle
from pipeline.push import take_in
from pipeline.rights import ERASED, OBJECTED, end_contact
from pipeline.signing_up import sign_up
from store import inbox, journal
from store.inbox import Arrived
from tests.contents import rows
from tests.integration.pipeline.people.cast import MAILS, PEOPLE, PERSONS
from tests.integration.pipeline.people.world import CONVERSATIONS, LISTED, World
from tests.pushed import KEEP
from tests.scripted import FOLLOWERS, MENTIONS
from tests.travel import BODIES

WORDING = "I agree to be written to by e-mail."


def harvest(world: World, who: int, how: int) -> bool:
    """Somebody follows us and writes, or writes alone, or everybody does both; it is harvested."""
    key = PEOPLE[who]
    account, connector = world.account(key.platform, how)
    place = (account.platform, account.platform_id)
    world.following[place] += [each for each in PEOPLE if how > 1 or (each == key and not how)]
    world.following[place] = sorted(
        {each for each in world.following[place] if each.platform == key.platform}
    )
    said = connector.listings[MENTIONS, ""]
    now = world.clock()
    said[:0] = [
        PERSONS[each].mentions(f"{now:%Y%m%d%H%M%S}{place}", now)
        for place, each in enumerate(sorted(PEOPLE, reverse=True))
        if each.platform == key.platform and (each == key or how == 3)
    ]
    del said[LISTED:]
    world.list_followers(account)
    world.harvest(account, FOLLOWERS, MENTIONS)
    return True


def unfollow(world: World, who: int, how: int) -> bool:
    """Somebody ends whatever follows stand: X pushes that, or a whole walk does not show them."""
    key, pushes = PEOPLE[who], how % 2 and PEOPLE[who].platform == Platform.TWITTER
    ended = False
    for account in world.accounts[key.platform]:
        place = (account.platform, account.platform_id)
        if key in world.following[place]:
            world.following[place] = [each for each in world.following[place] if each != key]
            world.list_followers(account)
            if pushes:
                _push(world, _follow(account.platform_id, key, world, ends=True))
            else:
                world.harvest(account, FOLLOWERS)
            ended = True
    return ended


def push(world: World, who: int, how: int) -> bool:
    """X pushes that somebody follows, or something new that we do not know, or what is no JSON."""
    key = PEOPLE[who - who % 2]
    account, _ = world.account(Platform.TWITTER, how)
    events = [_follow(account.platform_id, key, world)]
    if how > 1:
        unknown = {
            "event_type": "brand.new",
            "filter": {"user_id": account.platform_id},
            "payload": _user(key),
        }
        events.append(unknown)
    _push(world, *events)
    place = (account.platform, account.platform_id)
    if key not in world.gone:
        world.following[place].append(key)
    if key in world.named:
        world.named.discard(key)
        world.gone.add(key)
    world.list_followers(account)
    return True


def object_(world: World, who: int, how: int) -> bool:
    """Somebody objects by id, or whoever signed up does."""
    return _end(world, who, how, OBJECTED)


def forget(world: World, who: int, how: int) -> bool:
    """Somebody wants to be erased."""
    return _end(world, who, how, ERASED)


def object_by_form(world: World, who: int, how: int) -> bool:
    """Somebody gives a handle on the public page; spelled as people do."""
    key, handle = PEOPLE[who], str(PERSONS[PEOPLE[who]].profile.handle)
    known = {each["handle"] for each in rows(world.database, "contacts")}
    with world.database.write() as connection:
        suppressor = world.suppressor_of(connection)
        spelled = ("@" + handle.upper(), handle)[how % 2]
        object_by_handle(connection, key.platform, spelled, suppressor, now=world.clock())
    if handle in known:
        world.gone.add(key)
    elif key not in world.gone:
        world.named.add(key)
    return True


def say_stop(world: World, who: int, how: int) -> bool:
    """Somebody writes STOP, which the next harvest reads."""
    key, now = PEOPLE[who], world.clock()
    account, connector = world.account(key.platform, how)
    listed = connector.listings[CONVERSATIONS, ""]
    listed.insert(0, PERSONS[key].stops(f"{now:%Y%m%d%H%M%S}", now))
    del listed[LISTED:]
    world.harvest(account, CONVERSATIONS)
    world.gone.add(key)
    world.named.discard(key)
    return True


def show(world: World, who: int, how: int) -> bool:
    """Let an operator read the page of somebody who is held."""
    held = sorted(world.held())
    if not held:
        return False
    with world.database.write() as connection:
        seen = held[(who + how) % len(held)]
        journal.record(
            connection, Entry("cli:op", Act.CONTACT_SHOWN, world.clock(), seen, why=f"asked {seen}")
        )
    return True


def join(world: World, who: int, how: int) -> bool:
    """Somebody signs up and confirms; whoever objected under the address comes back by that alone."""
    mail = MAILS[who % len(MAILS)]
    if mail in world.refused_mails:
        _stays_out(world, mail)
        _confirm(world, mail)
        world.refused_mails.discard(mail)
    elif how % 2:
        _confirm(world, mail)
    else:
        with world.database.write() as connection:
            suppressor = world.suppressor_of(connection)
            sign_up(connection, [_form(world, mail)], world.policy, suppressor, now=world.clock())
    world.note_joined()
    return True


def come_back(world: World, who: int, how: int) -> bool:
    """Somebody who signed up objects, and later confirms a new sign-up."""
    mail = MAILS[who % len(MAILS)]
    if mail not in world.joined:
        return False
    old = _form(world, mail)
    world.clock.forward(minutes=1)
    _object_as(world, mail, OBJECTED)
    with world.database.write() as connection:
        suppressor = world.suppressor_of(connection)
        words = (lambda _: WORDING, world.policy, suppressor)
        hashed = old._replace(consent=hash_of(WORDING))
        assert confirm(connection, hashed, *words, now=world.clock()) is Confirmed.TAKEN_BACK
    if how % 2:
        return True  # and stays away
    world.clock.forward(minutes=1)
    return join(world, who, how)


def _end(world: World, who: int, how: int, reason: str) -> bool:
    mail = MAILS[who % len(MAILS)]
    if how == 3 and mail in world.joined:
        _object_as(world, mail, reason)
        return True
    key = PEOPLE[who]
    with world.database.write() as connection:
        end_contact(connection, [key], world.suppressor_of(connection), reason, now=world.clock())
    world.gone.add(key)
    world.named.discard(key)
    return True


def _object_as(world: World, mail: str, reason: str) -> None:
    key = world.joined.pop(mail)
    with world.database.write() as connection:
        end_contact(connection, [key], world.suppressor_of(connection), reason, now=world.clock())
    world.gone.add(key)
    world.refused_mails.add(mail)


def _stays_out(world: World, mail: str) -> None:
    """Try a list that an operator brings: it brings nobody back."""
    with world.database.write() as connection:
        suppressor = world.suppressor_of(connection)
        brought = [_form(world, mail)._replace(source="a list", taken_by="cli:op")]
        outcome = sign_up(connection, brought, world.policy, suppressor, now=world.clock())
    assert outcome.suppressed == [0]


def _confirm(world: World, mail: str) -> None:
    form = _form(world, mail)
    world.clock.forward(minutes=1)
    with world.database.write() as connection:
        suppressor = world.suppressor_of(connection)
        hashed = form._replace(consent=hash_of(form.consent))
        done = confirm(connection, hashed, lambda _: WORDING, world.policy, suppressor, now=world.clock())
    assert done is Confirmed.DONE


def _form(world: World, mail: str) -> SignUp:
    name = f"Name of {mail.partition('@')[0]}"
    return SignUp(name, mail, None, "en", (EMAIL,), (), None, WORDING, "join page", "page", world.clock())


def _user(key: ContactKey) -> dict[str, Any]:
    handle, name = PERSONS[key].profile
    return {"id": key.platform_id, "username": handle, "name": name}


def _follow(account: str, key: ContactKey, world: World, *, ends: bool = False) -> dict[str, Any]:
    moment = str(int(world.clock().timestamp() * 1000))
    payload = {"source": {"data": _user(key)}, "target": {"data": {"id": account}}, "timestamp_ms": moment}
    told = {"filter": {"user_id": account}, "payload": payload, "includes": {}}
    return {**told, "event_type": "follow.unfollow" if ends else "follow.follow"}


def _push(world: World, *events: Mapping[str, Any]) -> None:
    body = json.dumps({"data": [*events]}).encode()
    arrived = [Arrived("twitter", body, world.clock())]
    with world.database.write() as connection:
        inbox.put(connection, inbox.to_store(arrived, BODIES.seal, keep=KEEP))
    while take_in(world.road, world.database) is not None:
        """Go on until nothing waits."""
