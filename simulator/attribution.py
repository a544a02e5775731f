"""Whose act a Page may see the author of: served from here, and told by truth from here."""

from simulator.acts import Act
from simulator.audience import Audience
from simulator.mixing import key_of, mix
from simulator.people import OWN

WRITTEN = frozenset({"comments", "comment_replies"})


def names_author(audience: Audience, act: Act, *, only_roles: bool = False) -> bool:
    """Tell whether an act on Facebook is shown with its author (facebook-graph-api.md §1.3, rows on `from`).

    Of comments a share lacks it, of posts that tag the Page more than half; `only_roles` is the unverified
    Standard Access, under which only the Page and its staff are named. All other acts carry their author.
    """
    if act.person == OWN:
        return True
    if act.kind in WRITTEN:
        hidden = audience.person(act.person).author_hidden
        return act.person in audience.staff if only_roles else not hidden
    if act.kind == "tagged":
        shown = mix(key_of(audience.seed, "tag names"), act.serial) % 5 < 2
        return shown and not only_roles and not audience.person(act.person).author_hidden
    return True
