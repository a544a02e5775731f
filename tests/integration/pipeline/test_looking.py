"""Looks beside harvests: within the budgets, freed, uncertain or settled, and in the ledger."""

import pytest

from domain.account import Account, Usage
from domain.budget import AtEnd, Period
from domain.errors import PlatformError, RegularsError
from domain.estimate import Range
from pipeline.billing import check
from pipeline.looking import Look, Paid, pay
from store import budgets, ledger, spends
from store.budgets import Scope
from store.database import Database
from store.runs import LEASE
from tests.cast import LATER, NOW, OURS, added
from tests.contents import rows
from tests.fragile import CrashError
from tests.till import PRICE, lost, refused

LOOK = Look(OURS, "account", "users", PRICE)


def ask(error: BaseException | None = None) -> str:
    if error:
        raise error
    return "answer"


def look(database: Database, error: BaseException | None = None, look: Look = LOOK) -> str:
    paid = Paid(look.micro_usd, 1, ("5000",))
    return pay(database, look, lambda: ask(error), lambda _answer: paid, now=lambda: NOW)


def cap(database: Database, micro_usd: int, scope: Scope | None = None) -> None:
    with database.write() as connection:
        budgets.put(connection, scope or Scope(), micro_usd, Period.ONCE, AtEnd.STOP, now=NOW)


def committed(database: Database) -> int:
    return sum(each["committed_micro_usd"] for each in rows(database, "budget_periods"))


@pytest.mark.parametrize(
    ("error", "state", "kept"),
    [
        pytest.param(None, "settled", PRICE, id="answered"),
        pytest.param(refused(), "freed", 0, id="refused-costs-nothing"),
        pytest.param(lost(), "uncertain", PRICE, id="lost-counts-as-spent"),
        pytest.param(CrashError(), "reserved", PRICE, id="died-stays-reserved"),
    ],
)
def test_a_look_is_in_the_ledger_and_in_the_budget(
    database: Database, error: BaseException | None, state: str, kept: int
) -> None:
    cap(database, 10 * PRICE)
    if error is None:
        assert look(database) == "answer"
    else:
        with pytest.raises(type(error)):
            look(database, error)
    (spent,) = rows(database, "spends")
    assert (spent["state"], spent["account"], spent["stream"]) == (state, "twitter:5000", "account")
    assert committed(database) == kept


def test_without_money_nobody_is_asked_and_what_is_free_is_not_counted(database: Database) -> None:
    cap(database, PRICE - 1)
    with pytest.raises(RegularsError, match=r"budget of \$0.009999 for all accounts does not hold"):
        look(database, AssertionError("asked"))
    assert look(database, look=LOOK._replace(micro_usd=0)) == "answer"
    assert rows(database, "spends") == []


def test_what_an_account_not_stored_yet_costs_counts_for_all_accounts(database: Database) -> None:
    with database.write() as connection:
        ours = added(connection)
    cap(database, 0, Scope(account_id=ours.id))
    assert look(database) == "answer"
    with pytest.raises(RegularsError, match="our profile"):
        look(database, look=LOOK._replace(account=ours))


def test_the_ledger_adds_up_by_account_stream_and_day(database: Database) -> None:
    with database.write() as connection:
        added(connection)
        added(connection, Account("twitter", "5001", "other"))
    look(database)
    look(database)
    with pytest.raises(PlatformError):
        look(database, lost(), LOOK._replace(account=Account("twitter", "5009", "gone"), name="check"))
    with pytest.raises(CrashError):
        look(database, CrashError())
    with database.read() as connection:
        found = {by: ledger.added_up(connection, by, since=NOW - LEASE) for by in ledger.BY}
        later = ledger.added_up(connection, "day", since=NOW + LEASE)
    assert [(each.key, each.requests, each.items) for each in found["account"]] == [
        ("our profile", 3, 2),
        ("twitter:5009", 1, 0),
    ]
    # Twice the same account on one day is billed once, at least; one answer was lost, one is on its way.
    assert [each.low for each in found["account"]] == [PRICE, 0]
    assert [each.high for each in found["account"]] == [3 * PRICE, PRICE]
    assert [each.uncertain for each in found["account"]] == [0, PRICE]
    assert [each.key for each in found["stream"]] == ["account", "check"]
    assert [(each.key, each.uncertain) for each in found["day"]] == [("2026-11-01", PRICE)]
    assert [each.uncertain for each in later] == [2 * PRICE], (
        "a reservation nobody settled is uncertain in the end"
    )
    with database.write() as connection:
        spends.close_days(connection, today="2026-11-02")
    with database.read() as connection:
        assert ledger.added_up(connection, "account", since=NOW - LEASE) == found["account"]


def test_a_bill_is_compared_with_what_was_spent_since_the_last_look(database: Database) -> None:
    with database.write() as connection:
        added(connection)
        first = check(connection, "", Usage(1_000_000, 50), now=NOW.replace(hour=1))
        assert (first.since, first.money, first.posts) == (None, None, None)
    look(database)
    with database.write() as connection:
        second = check(connection, "", Usage(1_000_000 - PRICE, 500), now=LATER)
        assert second.since == NOW.replace(hour=1)
        assert second.money
        assert (second.money.platform, second.money.ours, second.money.drifts) == (
            PRICE,
            Range(PRICE, PRICE),
            False,
        )
        assert second.posts
        assert second.posts.drifts
        third = check(connection, "", Usage(), now=LATER)
        assert (third.money, third.posts) == (None, None)
        assert [dict(each) for each in ledger.readable(connection)] == [{"account_id": 1, "app": ""}]
        assert ledger.between(connection, "another app", NOW.replace(hour=1), LATER).micro_usd == Range(0, 0)
