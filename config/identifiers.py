"""Identifiers as they are hashed: one writing for each, however a person or a platform writes it."""

from collections.abc import Callable, Iterable
from itertools import groupby
from operator import itemgetter


def texts_of(identifiers: Iterable[tuple[str, str]]) -> list[bytes]:
    """Return what is hashed of each; those of one kind come behind each other, so it is told apart once."""
    texts: list[bytes] = []
    for kind, those in groupby(identifiers, itemgetter(0)):
        normal = _normal(kind)
        texts += [f"{kind}:{normal(each)}".encode() for _, each in those]
    return texts


def _normal(kind: str) -> Callable[[str], str]:
    if kind.startswith("handle:"):
        return _handle
    return {"phone": _phone, "email": _email}.get(kind, str.strip)


def _handle(written: str) -> str:
    return written.strip().removeprefix("@").casefold()


def _phone(written: str) -> str:
    return "".join(each for each in written if each.isdigit() or each == "+")


def _email(written: str) -> str:
    return written.strip().casefold()
