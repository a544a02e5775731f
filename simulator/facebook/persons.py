"""People as the graph shows them: profiles of the Page's scope, reactions, friends, staff, the blocked."""

from typing import Any

from simulator.acts import Act
from simulator.facebook.call import Call
from simulator.facebook.graph import Arguments, NodeType, Walk
from simulator.facebook.rows import Fixed, Kept, Rows, Turned
from simulator.mixing import key_of, mix
from simulator.people import OWN, Person
from simulator.rings import BLOCKED, FRIENDS, REACTS

#: §1.3: the types of a reaction [S], all but NONE.
TYPES = (
    "LIKE", "LOVE", "CARE", "HAHA", "WOW", "SAD", "ANGRY", "THANKFUL", "PRIDE", "FIRE", "HUNDRED",
)  # fmt: skip


#: What staff may do on the Page (§1.3 names MODERATE, MESSAGING, CREATE_CONTENT, MANAGE).
TASKS = ("ANALYZE", "ADVERTISE", "MESSAGING", "MODERATE", "CREATE_CONTENT")


def doer(call: Call, act: Act) -> Person:
    """Return who did an act: a person of the audience, or the Page itself (§9: Page author commenting)."""
    return call.audience.page if act.person == OWN else call.audience.person(act.person)


def reaction_type(call: Call, act: Act) -> str:
    """Return the type of a reaction today: one in ten changes its mind on a later day (§9)."""
    bits = mix(key_of(call.world.seed, "reaction"), act.serial)
    changed = bits % 10 == 0 and call.audience.day > max(0, act.day) + bits // 10 % 5
    return TYPES[(bits >> (40 if changed else 20)) % len(TYPES)]


def reactions_of_post(call: Call, post: int, arguments: Arguments) -> Walk:
    """List who reacts to a post, today, without any time (§0.5, §1.3)."""
    rows: Rows = call.audience.on_post(REACTS, post)
    if wanted := arguments.get("type"):
        rows = Kept(rows, lambda each: reaction_type(call, each) == wanted)
    size = len(rows.slice(0, len(rows))) if "summary" in arguments else 0
    return Walk(rows, True, {"total_count": size, "viewer_reaction": "NONE"})


def no_rows(_call: Call, _value: Any, _arguments: Arguments) -> Walk:
    """List nothing: the edge exists, and nobody is on it."""
    return Walk(Fixed(()), summary={"total_count": 0})


def blocked_people(call: Call, _page: Any, _arguments: Arguments) -> Walk:
    """List whom the Page has blocked (§1.3: to be kept out of the contacts)."""
    return Walk(Turned(call.audience.whole(BLOCKED), lambda each: doer(call, each)), newest_first=True)


def staff_people(call: Call, _page: Any, _arguments: Arguments) -> Walk:
    """List who has a role on the Page (§1.3: own staff)."""
    return Walk(Fixed([call.audience.person(each) for each in call.audience.staff]))


def friends(call: Call, _user: Any, _arguments: Arguments) -> Walk:
    """List the friends who granted `user_friends` to this app; the count is of all friends (§1.3)."""
    rows = Turned(call.audience.whole(FRIENDS), lambda each: doer(call, each))
    total = 4 * len(rows) + 99
    return Walk(rows, summary={"total_count": total}, summary_always=True)


def scoped_role_id(call: Call, person: Person) -> str:
    """Return the id under which `roles` lists somebody; its scope is a switch."""
    in_page = call.switches.role_ids == "page"
    return person.page_scoped_id if in_page else person.app_scoped_id


def first_name(_call: Call, person: Person) -> str:
    """Return the first word of a name."""
    return person.name.partition(" ")[0]


def last_name(_call: Call, person: Person) -> str:
    """Return the rest of a name."""
    return person.name.partition(" ")[2]


PERSONS: dict[str, NodeType] = {
    # §1.3: `id,name,type`; no time.
    "Reaction": NodeType(
        {
            "id": lambda call, act: doer(call, act).page_scoped_id,
            "name": lambda call, act: doer(call, act).name,
            "type": reaction_type,
            "profile_type": lambda _call, act: "page" if act.person == OWN else "user",
        },
        ("id", "name", "type"),
        silent=frozenset({"link", "pic", "pic_large", "pic_small", "pic_square", "username", "can_post"}),
    ),
    "Profile": NodeType(
        {
            "id": lambda _call, person: person.page_scoped_id,
            "name": lambda _call, person: person.name,
            "first_name": first_name,
            "last_name": last_name,
            "profile_type": lambda _call, _person: "user",
        },
        ("id", "name"),
        silent=frozenset({"link", "pic", "username", "profile_pic", "can_post"}),
    ),
    "RoleUser": NodeType(
        {
            "id": scoped_role_id,
            "name": lambda _call, person: person.name,
            "tasks": lambda _call, _person: list(TASKS),
            "role": lambda _call, _person: "Editor",
        },
        ("id", "name", "tasks"),
    ),
    # §1.3, §1.4: friends carry app-scoped ids, not page-scoped ones.
    "AppUser": NodeType(
        {
            "id": lambda _call, person: person.app_scoped_id,
            "name": lambda _call, person: person.name,
            "first_name": first_name,
            "last_name": last_name,
        },
        ("name", "id"),
        silent=frozenset({"email", "link", "birthday", "gender", "locale"}),
    ),
}
