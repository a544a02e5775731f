"""The envelope around X's items: data, meta, includes and partial errors; pure."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from connectors.twitter.asked import Asked
from connectors.twitter.errors import absence_of, unreadable
from connectors.twitter.translate import Listed, is_id
from domain.batch import Batch


def items_of(body: Mapping[str, Any], asked: Asked) -> list[Any]:
    """Return an answer's items; `data` is absent where there are none (x-api.md §1.4).

    Raises BadAnswerError for an answer that is no listing, and what its problems stand for where an
    answer holds nothing else.
    """
    items = body.get("data")
    problems = _problem_types(body.get("errors"))
    if items is None and body.get("errors") and _next_cursor(body, asked) is None:
        raise absence_of(problems, asked)
    if not isinstance(body.get("meta"), dict):
        raise unreadable(asked, "is no listing: it does not say whether more follows")
    if items is None:
        return []
    if not isinstance(items, list):
        raise unreadable(asked, "holds no list of items")
    return items


def batch_of(body: Mapping[str, Any], items: list[Any], listed: Listed, asked: Asked) -> Batch:
    """Put an answer's parts together."""
    mark = asked.request.mark
    newest = max(listed.places, default=None)
    problems = Counter(_problem_types(body.get("errors")))
    return Batch(
        signals=listed.signals.values,
        posts=listed.posts.values,
        next_cursor=_next_cursor(body, asked),
        newest=newest,
        reached_mark=bool(mark and newest and newest <= mark),
        quarantined=listed.signals.quarantined + listed.posts.quarantined,
        unattributed=listed.signals.unattributed,
        billed_items=_billed_items(body, items),
        billed=tuple(each["id"] for each in items if isinstance(each, dict) and is_id(each.get("id"))),
        notes=tuple(f"{count} x {kind}" for kind, count in sorted(problems.items())),
    )


def _next_cursor(body: Mapping[str, Any], asked: Asked) -> str | None:
    meta = body.get("meta")
    cursor = meta.get("next_token") if isinstance(meta, dict) else None
    if cursor is None:
        return None
    if isinstance(cursor, str) and cursor.isascii() and cursor.isprintable() and cursor:
        return cursor
    raise unreadable(asked, "holds a cursor that is no plain text")


def _billed_items(body: Mapping[str, Any], items: list[Any]) -> int:
    """Count what X charges for: the items and every object beside them (x-api.md §2, 2026-08-13)."""
    beside = body.get("includes")
    if not isinstance(beside, dict):
        return len(items)
    return len(items) + sum(len(each) for each in beside.values() if isinstance(each, list))


def _problem_types(errors: Any) -> list[str]:
    """Return the last words of the problem types ("resource-not-found"), "unknown" for a strange one."""
    if not isinstance(errors, list):
        return []
    return [_last_word(each.get("type") if isinstance(each, dict) else None) for each in errors]


def _last_word(kind: Any) -> str:
    word = kind.rsplit("/", 1)[-1] if isinstance(kind, str) else ""
    return word if word.replace("-", "").isalpha() and word.isascii() and len(word) < 50 else "unknown"
