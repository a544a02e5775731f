"""Persons: who acts is written down with where it acted; a second person must be another human being."""

import re

#: What a system or a company adds to a name: the domain before it, or what stands after an @.
_OF_A_DOMAIN = re.compile(r"^.*\\|@.*$")


def is_same_person(one: str, other: str) -> bool:
    """Tell whether two actors ("console:ada", "cli:ada") count as one person.

    At one place names are accounts and differ as they do there. Between two places nobody knows who is whom,
    so a name that is the same but for its case and its domain is taken for the same person.
    """
    (place, name), (other_place, other_name) = _parts(one), _parts(other)
    if place == other_place:
        return name.casefold() == other_name.casefold()
    return _bare(name) == _bare(other_name)


def _parts(actor: str) -> tuple[str, str]:
    place, mark, name = actor.partition(":")
    return (place, name) if mark else ("", place)


def _bare(name: str) -> str:
    return _OF_A_DOMAIN.sub("", name).casefold() or name.casefold()
