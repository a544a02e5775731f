"""Read the `fields` parameter: names, aliases, arguments and braces (reference/facebook-graph-api.md §3)."""

import re
from collections.abc import Mapping
from typing import NamedTuple

TOKENS = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*|[.,{}()]|[^.,{}()]+)")
WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Field(NamedTuple):
    """One asked field: `comments.limit(5).as(first){id}` has arguments, an alias and children."""

    name: str
    alias: str
    arguments: Mapping[str, str]
    children: tuple["Field", ...]


class FieldSyntaxError(ValueError):
    """The `fields` text cannot be read."""


def parse(text: str) -> tuple[Field, ...]:
    """Read a `fields` text; raises FieldSyntaxError where it is malformed."""
    if not text.strip():
        return ()
    tokens = [each.group(1).strip() for each in TOKENS.finditer(text)]
    found, rest = _several(tokens)
    if rest:
        raise FieldSyntaxError(f'Expected end of string instead of "{rest[0]}".')
    return found


def _several(tokens: list[str]) -> tuple[tuple[Field, ...], list[str]]:
    found: list[Field] = []
    while True:
        field, tokens = _one(tokens)
        found.append(field)
        if tokens[:1] != [","]:
            return tuple(found), tokens
        tokens = tokens[1:]


def _one(tokens: list[str]) -> tuple[Field, list[str]]:
    if not tokens or not WORD.fullmatch(tokens[0]):
        raise FieldSyntaxError(f'Expected name instead of "{tokens[0] if tokens else "<end of string>"}".')
    name, tokens = tokens[0], tokens[1:]
    arguments: dict[str, str] = {}
    while tokens[:1] == ["."]:
        key, value, tokens = _argument(tokens[1:])
        arguments[key] = value
    children: tuple[Field, ...] = ()
    if tokens[:1] == ["{"]:
        children, tokens = _several(tokens[1:])
        if tokens[:1] != ["}"]:
            raise FieldSyntaxError('Expected "}".')
        tokens = tokens[1:]
    return Field(name, arguments.pop("as", name), arguments, children), tokens


def _argument(tokens: list[str]) -> tuple[str, str, list[str]]:
    if len(tokens) < 3 or tokens[1] != "(" or ")" not in tokens:
        raise FieldSyntaxError("Expected an argument in parentheses.")
    end = tokens.index(")")
    return tokens[0], "".join(tokens[2:end]), tokens[end + 1 :]


def write(fields: tuple[Field, ...]) -> str:
    """Write fields back as a text that `parse` reads to the same."""
    return ",".join(_write(each) for each in fields)


def _write(field: Field) -> str:
    alias = f".as({field.alias})" if field.alias != field.name else ""
    arguments = "".join(f".{name}({value})" for name, value in field.arguments.items())
    return f"{field.name}{arguments}{alias}" + (f"{{{write(field.children)}}}" if field.children else "")
