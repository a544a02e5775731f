"""Items that could not be translated: set aside with a reason and a shape, while the page goes on."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from domain.batch import Quarantined

T = TypeVar("T")

#: A shape shows so many fields, so many elements of a list and so many levels; more tell nothing new.
MAX_FIELDS = 200
MAX_ELEMENTS = 3
MAX_DEPTH = 12

# A key that does not look like a field's name (an id, a name, a sentence) is itself a value.
_FIELD_NAME = re.compile(r"(?!.*\d{3})[A-Za-z_][A-Za-z0-9_.]{0,39}")


class MalformedError(ValueError):
    """Raised by a translation for an item it cannot read; its text names fields, never their values."""


class Translated(NamedTuple, Generic[T]):
    """What became of a list of items: values, those set aside, and acts without a shown author."""

    values: tuple[T, ...]
    quarantined: tuple[Quarantined, ...]
    unattributed: int


def translate_each(items: Sequence[Any], translate: Callable[[Any], T | None]) -> Translated[T]:
    """Translate every item; one that fails is quarantined, None counts as unattributed."""
    values: list[T] = []
    quarantined: list[Quarantined] = []
    unattributed = 0
    for each in items:
        try:
            value = translate(each)
        except MalformedError as error:
            quarantined.append(Quarantined(str(error), shape_of(each)))
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
            # The text of such an error may quote the value it failed on.
            reason = f"the translation failed with {type(error).__name__}"
            quarantined.append(Quarantined(reason, shape_of(each)))
        else:
            if value is None:
                unattributed += 1
            else:
                values.append(value)
    return Translated(tuple(values), tuple(quarantined), unattributed)


def shape_of(item: Any) -> str:
    """Return JSON of an item's field paths with their types and lengths, and none of its values."""
    shape: dict[str, str] = {}
    for path, description in _fields(item, "$", MAX_DEPTH):
        if len(shape) == MAX_FIELDS:
            shape["…"] = "more fields"
            break
        shape[path] = description
    return json.dumps(shape, ensure_ascii=False)


def _fields(value: Any, path: str, depth: int) -> Iterator[tuple[str, str]]:
    yield path, _described(value)
    if depth == 0:
        return
    if isinstance(value, dict):
        for position, (key, inner) in enumerate(value.items()):
            name = key if isinstance(key, str) and _FIELD_NAME.fullmatch(key) else f"<key {position}>"
            yield from _fields(inner, f"{path}.{name}", depth - 1)
    elif isinstance(value, list):
        for position, inner in enumerate(value[:MAX_ELEMENTS]):
            yield from _fields(inner, f"{path}[{position}]", depth - 1)


def _described(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return f"text of {len(value)}"
    if isinstance(value, list):
        return f"list of {len(value)}"
    return f"object of {len(value)}" if isinstance(value, dict) else type(value).__name__
