"""How ids are written: contact keys, and the ids of Facebook's posts, comments and conversations."""

from simulator.acts import Act, post_serial
from simulator.people import OWN, People, Person


def x_key(person: Person) -> str:
    """Return the contact key of a person of X."""
    return f"twitter:{person.x_id}"


def page_key(people: People, person: Person) -> str:
    """Return the contact key of a person as the Page knows them."""
    return f"facebook:{people.page.page_scoped_id}:{person.page_scoped_id}"


def app_key(people: People, person: Person) -> str:
    """Return the contact key of a person as the app knows them; never merged with the Page's key."""
    return f"facebook:app-{people.app_id}:{person.app_scoped_id}"


def page_post_id(people: People, post: int) -> str:
    """Return the Page's id of an own post: `<page id>_<number>`."""
    return f"{people.page.page_scoped_id}_{post_serial(post)}"


def comment_id(act: Act) -> str:
    """Return the id of a comment or reply on an own post of the Page: `<post number>_<number>`."""
    return f"{post_serial(act.post or 0)}_{act.serial}"


def tagged_post_id(people: People, act: Act) -> str:
    """Return the id of somebody's post that tags the Page: `<author id>_<number>`."""
    return f"{people.person(act.person).page_scoped_id}_{act.serial}"


def conversation_id(person: Person) -> str:
    """Return the id of a person's one conversation with the Page."""
    return f"t_{person.page_scoped_id}"


def message_id(act: Act) -> str:
    """Return the id of a message."""
    return f"m_{act.serial}"


def is_own(act: Act) -> bool:
    """Tell whether the team's own account or Page did it."""
    return act.person == OWN
