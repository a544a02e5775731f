"""The description of the API is whole and true: every operation answers as it says, whatever it is sent."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config.settings import Settings
from domain.admission import Controller
from domain.signal import Signal, SignalKind
from store.database import Database
from tests import area_tables
from tests.cast import ADA, BO, CY, follows
from tests.consoles import Consoles, listening
from tests.consumers import Mirror, ask, let_in
from tests.interests import page
from workers.runtime import utc_now

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Iterator[Consoles]:
    """Let a console of a party listen, with Ada and Cy regular and Bo occasional."""
    made_with = Settings(controller=Controller.PARTY)
    with listening(Consoles(database, tmp_path / "data", settings=made_with)) as made:
        page(database, [follows(ADA), Signal(BO, SignalKind.LIKED, "1"), follows(CY)], now=utc_now())
        with database.write() as connection:
            area_tables.publish(connection)
        yield made


def described(console: Consoles) -> Any:
    """Read the description as a reader of APIs does."""
    schema = schemathesis.openapi.from_dict(ask(console.port, "GET", "/v1/openapi.json").json)
    schema.config.update(base_url=f"http://127.0.0.1:{console.port}")
    return schema


def test_every_operation_has_a_summary_an_example_and_its_problems(console: Consoles) -> None:
    document = ask(console.port, "GET", "/v1/openapi.json").json
    operations = [each for path in document["paths"].values() for each in path.values()]
    assert len(operations) == 8
    for each in operations:
        assert each["summary"]
        assert each["security"] == [{"token": []}]
        assert {"200", "400", "401", "429", "503"} <= each["responses"].keys()
        assert "422" not in each["responses"]
        assert each["responses"]["200"]["content"]["application/json"]["example"]
        assert all("example" in one for one in each.get("parameters", ()))
    assert "http" not in str(document["paths"])  # nothing of a third party's


def succeeding(cursor: str) -> dict[tuple[str, str], dict[str, Any]]:
    """Return for each operation what makes it succeed."""
    me = {"path_parameters": {"consumer": "me"}}
    return {
        ("/v1/regular-contacts", "GET"): {"query": {"limit": 5, "fields": "handle,topics"}},
        ("/v1/changes", "GET"): {"query": {"cursor": cursor}},
        ("/v1/contacts/{contact_key}", "GET"): {"path_parameters": {"contact_key": str(ADA)}},
        ("/v1/consumers/{consumer}", "GET"): me,
        ("/v1/consumers/{consumer}/ack", "PUT"): {**me, "body": {"cursor": cursor}},
        ("/v1/objections", "POST"): {"body": {"contact_key": "twitter:9"}},
        ("/v1/topics", "GET"): {},
        ("/v1/areas", "GET"): {"query": {"quarter": "2026-Q4"}},
    }


def test_every_operation_succeeds_and_answers_as_it_says(console: Consoles) -> None:
    mirror = Mirror(console.port, let_in(console))
    mirror.follow()
    known = succeeding(mirror.cursor)
    done = set()
    for found in described(console).get_all_operations():
        operation = found.ok()
        case = operation.Case(**known[operation.path, operation.method.upper()])
        case.headers = {"Authorization": f"Bearer {mirror.token}"}
        answer = case.call()
        assert answer.status_code == 200, (operation.path, answer.content)
        case.validate_response(answer, checks=list(CHECKS))
        done.add((operation.path, operation.method.upper()))
    assert done == set(known)


@pytest.mark.parametrize("examples", [5, pytest.param(60, marks=pytest.mark.slow)])
def test_whatever_is_sent_no_operation_fails_or_answers_what_it_does_not_say(
    console: Consoles, examples: int
) -> None:
    mirror = Mirror(console.port, let_in(console))
    mirror.follow()
    operations = [each.ok() for each in described(console).get_all_operations()]
    modes = [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]
    for operation in operations:
        strategies = [operation.as_strategy(generation_mode=each) for each in modes]

        @given(case=st.one_of(strategies), known=st.booleans())
        @settings(
            max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), database=None
        )
        def send(case: Any, *, known: bool) -> None:
            case.headers = (
                {**(case.headers or {}), "Authorization": f"Bearer {mirror.token}"} if known else {}
            )
            case.call_and_validate(checks=list(CHECKS))

        send()
