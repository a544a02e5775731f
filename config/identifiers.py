"""Identifiers as they are hashed: one writing for each, however a person or a platform writes it."""

from collections.abc import Callable, Iterable


def texts_of(identifiers: Iterable[tuple[str, str]]) -> list[bytes]:
    """Return what is hashed of each; those of one kind come behind each other, so it is told apart once."""
    texts, last = [], ""
    normal: Callable[[str], str] = str.strip
    for kind, identifier in identifiers:
        if kind != last:
            last, normal = kind, _normal(kind)
        texts.append(f"{kind}:{normal(identifier)}".encode())
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
