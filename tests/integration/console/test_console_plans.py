"""No address of the console goes through a whole table that grows: asked of both databases' own plans.

Every statement that every GET route sends is noted and explained by the database, on a crowd with a long
history. `tests.history.SMALL` names the tables that stay small, with the reason.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import text, update

from config.papers import PAPERS
from console.web.rendering import SCREENS, STATIC, address_of
from domain.credentials import Credentials
from domain.user import Role
from store.contact_lists import MOST
from store.database import Database
from store.tables import accounts, metadata
from tests.consoles import Consoles, listening
from tests.crowd import gather
from tests.history import ENTRIES, SMALL, live_long
from tests.plans import Asked, listening_in, whole_reads
from workers.runtime import utc_now

CROWD, HISTORY = 30_000, 12_000
#: How many rows of a table an address may look at in one statement: what a list of contacts looks at, or what
#: is counted for eyes (`domain.counting`), with those that are passed over.
ROWS = MOST + 1_000
#: How many statements a screen of the navigation may send: each waits for a server that harvests keep busy.
STATEMENTS = 14
#: Tables that are filled with less.
FILLED = {"journal_chain": ENTRIES, "journal_texts": ENTRIES, "topic_holders": 1_000, "interests": 1_000,
          "withheld": 3_000}  # fmt: skip
BIG = frozenset(metadata.tables) - frozenset(SMALL)

#: Each route with addresses that lead to it: its tabs, filters and parts.
ADDRESSES: dict[str, tuple[str, ...]] = {
    "/": ("/",),
    "/sign-in": ("/sign-in",),
    "/sign-in/oidc/back": ("/sign-in/oidc/back?state=x&code=y",),
    "/welcome/{token}": ("/welcome/abc",),
    "/live": (),  # a stream without an end; what it asks is below
    "/halt": ("/halt", "/halt?account=1"),
    "/halt/banner": ("/halt/banner",),
    "/healthz": ("/healthz",),
    "/readyz": ("/readyz",),
    "/metrics": ("/metrics",),
    "/static/{digest}/{name}": tuple(address_of(each.name) for each in STATIC.iterdir()),
    "/charts/contacts.svg": ("/charts/contacts.svg?theme=dark",),
    "/charts/harvests.svg": ("/charts/harvests.svg",),
    "/charts/flow.svg": ("/charts/flow.svg",),
    "/charts/areas-{quarter}.svg": ("/charts/areas-2026-Q4.svg",),
    "/accounts": ("/accounts",),
    "/accounts/cards": ("/accounts/cards",),
    "/accounts/connect": ("/accounts/connect",),
    "/accounts/connect/{platform}": ("/accounts/connect/twitter", "/accounts/connect/facebook"),
    "/accounts/connect/facebook/pages": ("/accounts/connect/facebook/pages",),
    "/accounts/connect/{platform}/back": ("/accounts/connect/twitter/back?state=x&code=y",),
    "/accounts/paste": ("/accounts/paste",),
    "/accounts/{account_id}": ("/accounts/1", "/accounts/2", "/accounts/9"),
    "/accounts/{account_id}/check": ("/accounts/1/check",),
    "/accounts/{account_id}/check/state": ("/accounts/1/check/state",),
    "/accounts/{account_id}/disconnect": ("/accounts/1/disconnect",),
    "/accounts/{account_id}/disconnect/effect": ("/accounts/1/disconnect/effect",),
    "/harvests": (
        "/harvests",
        *(f"/harvests?state={each}" for each in ("running", "done", "failed", "stopped", "cancelled")),
        *("/harvests?account=1", "/harvests?account=2&state=cancelled", "/harvests?before=5000"),
        "/harvests?account=2&state=failed&before=9000",
    ),
    "/harvests/running": ("/harvests/running",),
    "/harvests/coming": ("/harvests/coming",),
    "/harvests/new": ("/harvests/new", "/harvests/new?account=1", "/harvests/new?account=2"),
    "/harvests/withheld": ("/harvests/withheld", "/harvests/withheld?account=1"),
    "/harvests/schedules": ("/harvests/schedules",),
    "/harvests/schedules/new": ("/harvests/schedules/new", "/harvests/schedules/new?account=1"),
    "/harvests/schedules/{schedule_id}": ("/harvests/schedules/1", "/harvests/schedules/9"),
    "/harvests/schedules/{schedule_id}/change": ("/harvests/schedules/1/change",),
    "/harvests/{run_id}": (f"/harvests/{HISTORY}", f"/harvests/{HISTORY - 12}", "/harvests/40"),
    "/harvests/{run_id}/figures": (f"/harvests/{HISTORY - 12}/figures",),
    "/harvests/{run_id}/contacts": (f"/harvests/{HISTORY}/contacts", "/harvests/8/contacts"),
    "/queues": ("/queues", "/queues?done=changed"),
    "/queues/standing": ("/queues/standing",),
    "/queues/failed": ("/queues/failed",),
    "/queues/failures": ("/queues/failures?all", "/queues/failures?act=drop&cause=server&id=3&id=6"),
    "/queues/limits": ("/queues/limits",),
    "/queues/limits/clocks": ("/queues/limits/clocks",),
    "/queues/jobs": ("/queues/jobs",),
    "/queues/quarantine": ("/queues/quarantine",),
    "/queues/pushes": ("/queues/pushes",),
    "/contacts": ("/contacts",),  # its filters: test_contact_plans
    "/contacts/{contact_id}": ("/contacts/3000", "/contacts/3001?acts=more"),
    **{f"/contacts/{{contact_id}}/{each}": (f"/contacts/3000/{each}",) for each in
       ("override", "object", "erase", "access")},
    "/messaging": ("/messaging",),
    **{f"/messaging/{each}": (f"/messaging/{each}",) for each in
       ("recipients", "files", "export", "consumers", "segments", "areas", "areas.csv")},
    "/overview/needs": ("/overview/needs",),
    "/privacy": ("/privacy",),
    "/privacy/keeping": ("/privacy/keeping",),
    "/privacy/papers": ("/privacy/papers",),
    "/privacy/papers/{name}": tuple(f"/privacy/papers/{each}" for each in PAPERS),
    "/privacy/journal": ("/privacy/journal", "/privacy/journal?before=1500"),
    "/privacy/opt_outs": ("/privacy/opt_outs",),
    "/privacy/policy": ("/privacy/policy",),
    "/privacy/policy/preview": ("/privacy/policy/preview",),
    "/settings": ("/settings",),
    **{f"/settings/{each}": (f"/settings/{each}",) for each in
       ("alerts", "budgets", "topics", "users", "tokens", "installation")},
    "/settings/tokens/{number}/webhooks": ("/settings/tokens/1/webhooks",),
}  # fmt: skip
_ALL_THAT_GOES = "somebody is about to let go of all of an account: each person is weighed, once"
_ALL_THAT_VANISHED = "people vanished at once: each is weighed before they are let go"
_ALL_THAT_STANDS = "a paper that the law wants counts what is held on the day it is written, once a year"
#: Addresses that count people one by one, what they go through, and why: nobody looks at them every day.
WEIGHED: dict[str, dict[str, str]] = {
    "/accounts/1/disconnect/effect": dict.fromkeys(
        ("signals", "messaging_contacts", "admissions"), _ALL_THAT_GOES),
    **{
        f"/harvests/withheld{each}": dict.fromkeys(
            ("withheld", "signals", "messaging_contacts", "contacts"), _ALL_THAT_VANISHED)
        for each in ("", "?account=1")
    },
    **{
        f"/privacy/papers/{each}": dict.fromkeys(
            ("signals", "kept_counts", "contacts", "notices", "messaging_contacts", "texts", "suppressions",
             "interests"), _ALL_THAT_STANDS)
        for each in PAPERS
    },
    **{
        f"/harvests/new{each}": {"posts": "our own posts, of which an estimate counts the reactions"}
        for each in ("", "?account=1", "?account=2")
    },
}  # fmt: skip
#: Addresses that the crowd's accounts have no credentials for: they answer, and ask the database first.
UNFIT = (404, 409, 422, 303)


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Iterator[Consoles]:
    """Gather a crowd with a history, and let a console listen."""
    with database.write() as connection:
        gather(connection, CROWD)
    with database.write() as connection:
        live_long(connection, HISTORY, now_s=int(utc_now().timestamp()))
    made = Consoles(database, tmp_path / "data")
    with database.write() as connection:
        sealed = made.runtime.seal(connection, Credentials("token", None, None))
        connection.execute(update(accounts).values(token_sealed=sealed.token))
    with listening(made):
        yield made


def test_no_address_goes_through_a_whole_table(console: Consoles) -> None:
    routes = [each for each in console.app.inner.routes if isinstance(each, APIRoute)]
    assert {each.path for each in routes if "GET" in each.methods} == set(ADDRESSES), "say how to get there"
    with console.database.read() as connection:
        for table in BIG:
            there = connection.scalar(text(f"SELECT count(*) FROM {table}"))  # noqa: S608  # our own tables
            assert there >= FILLED.get(table, ROWS), f"{table} is to be filled"
    admin, stranger = console.as_(Role.ADMIN), console.stranger()
    found: set[tuple[str, str, str]] = set()
    asked: dict[str, list[Asked]] = {}
    for database in {console.runtime.database, console.runtime.inbox}:
        with listening_in(database) as noted:
            for path in (each for addresses in ADDRESSES.values() for each in addresses):
                noted.clear()
                visitor = stranger if path.startswith(("/sign-in", "/welcome")) else admin
                answer = visitor.get(path)
                assert answer.status in (200, *UNFIT) or path == "/readyz", (path, answer.status)
                asked[path] = list(noted)
                if path.strip("/") in {"", *SCREENS}:
                    assert len(noted) <= STATEMENTS, (path, len(noted))
        for path, statements in asked.items():
            with database.read() as connection:
                for each in statements:
                    big = BIG - WEIGHED.get(path, {}).keys()
                    reads = whole_reads(connection, each, most=ROWS, big=big, forced=True)
                    found |= {(path, one, each.statement) for one in reads}
    assert found == set(), "\n\n".join("\n".join(each) for each in sorted(found))


def test_what_goes_through_everything_is_found(console: Consoles) -> None:
    with console.runtime.database.read() as connection:
        for statement in (
            "SELECT count(*) FROM spends",
            "SELECT id FROM failures WHERE post || '' = 'x' ORDER BY id LIMIT 1",
            "SELECT sum(fence) FROM harvest_runs WHERE stream <> ''",
            "UPDATE jobs SET attempts = 0 WHERE kind = 'x'",
        ):
            asked = Asked(statement, ())
            assert whole_reads(connection, asked, most=ROWS, big=BIG, forced=True), statement
