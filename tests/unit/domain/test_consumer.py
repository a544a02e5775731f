"""Which consumers may be made, and who they are in the journal."""

import pytest

from domain.consumer import ALWAYS, LONGEST_NAME, MOST_DAYS, Consumer, ConsumerError, require_sound
from tests.cast import NOW

OFFERED = (*ALWAYS, "handle", "language")


@pytest.mark.parametrize("days", [1, MOST_DAYS])
@pytest.mark.parametrize("name", ["crm-paris", "7", "a" * LONGEST_NAME])
def test_sound_consumers_are_made(name: str, days: int) -> None:
    require_sound(name, ["handle"], OFFERED, days)
    require_sound(name, None, OFFERED, days)


@pytest.mark.parametrize(
    ("name", "fields", "days", "said"),
    [
        pytest.param("", None, 1, "name has small letters", id="no-name"),
        pytest.param("-crm", None, 1, "name has small letters", id="begins-with-a-hyphen"),
        pytest.param("CRM", None, 1, "name has small letters", id="capitals"),
        pytest.param("a" * (LONGEST_NAME + 1), None, 1, "60 at most", id="long"),
        pytest.param("crm", ["phone", "mail"], 1, "no field mail, phone; it has", id="unknown-fields"),
        pytest.param("crm", None, 0, "1 to 1095 days", id="no-day"),
        pytest.param("crm", None, MOST_DAYS + 1, "1 to 1095 days", id="too-many-days"),
    ],
)
def test_others_are_refused_with_the_reason(
    name: str, fields: list[str] | None, days: int, said: str
) -> None:
    with pytest.raises(ConsumerError, match=said):
        require_sound(name, fields, OFFERED, days)


def test_the_journal_names_a_consumer_as_such() -> None:
    assert Consumer(7, "crm-paris", 1, None, NOW).actor == "consumer:crm-paris"
