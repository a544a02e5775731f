"""What a record holds beside its row of the feed: what the person gave, and how fresh its proof is."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any, TypeAlias

from domain.sign_up import EMAIL, SMS
from store.given import Given

Key: TypeAlias = tuple[str, str]
#: Records for which the store is asked at once.
AT_ONCE = 4_000


def with_given(
    records: Iterable[Mapping[str, Any]],
    given: Callable[[list[Key]], Mapping[Key, Given]],
    confirmed: Callable[[list[Key]], Mapping[Key, datetime]] = lambda _: {},
    *,
    is_ours: bool = True,
) -> Iterator[dict[str, Any]]:
    """Add what is known to records: email, phone, language, area, consents, last_confirmed_at; each optional.

    `given` and `confirmed` are those of `store.given` on the connection that reads the records. Records for a
    third party (not `is_ours`) hold no consents: who let us write did not let others.
    """
    waiting = iter(records)
    while some := list(islice(waiting, AT_ONCE)):
        keys = [(each["platform"], each["platform_id"]) for each in some]
        gave, stood = given(keys), confirmed(keys)
        for key, record in zip(keys, some, strict=True):
            told, at = gave.get(key), stood.get(key)
            if told is None:
                yield {**record, "last_confirmed_at": at} if at else {**record}
            else:
                yield {**record, **_told(told, is_ours=is_ours), **({"last_confirmed_at": at} if at else {})}


def _told(gave: Given, *, is_ours: bool) -> dict[str, Any]:
    told = {
        "email": gave.addresses.get(EMAIL),
        "phone": gave.addresses.get(SMS),
        "language": gave.language,
        "area": gave.area,
        "consents": {purpose: said._asdict() for purpose, said in sorted(gave.consents.items())}
        if is_ours
        else None,
    }
    return {name: value for name, value in told.items() if value}
