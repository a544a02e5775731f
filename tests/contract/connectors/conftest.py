"""Fixtures of the connectors' contract: a scripted platform and the connector that reads it."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import pytest

from connectors import registry
from connectors.base import Connector
from domain.credentials import Credentials
from tests.contract.connectors.case import ELSEWHERE, TOKEN, Act, Case
from tests.contract.connectors.cases import CASES, REGISTRY
from tests.contract.connectors.server import Platform, serving

#: The pages of a listing by the cursor that leads to each: its acts, and the cursor it gives.
Pages = Mapping[str | None, tuple[Sequence[Act], str | None]]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every test for every platform, and where it asks for a stream for each shape of stream too."""
    if "case" not in metafunc.fixturenames:
        return
    if "stream" in metafunc.fixturenames:
        pairs = [
            pytest.param(case, stream, id=f"{case.platform}-{stream}")
            for case in CASES
            for stream in (case.roster, case.timeline, case.capped)
            if stream is not None
        ]
        metafunc.parametrize(("case", "stream"), pairs)
    else:
        metafunc.parametrize("case", [pytest.param(each, id=each.platform) for each in CASES])


@pytest.fixture
def platform() -> Iterator[Platform]:
    with serving() as platform:
        yield platform


@pytest.fixture
def connect(case: Case, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Connector]:
    """Make the case's connector for a base address, through the registry as the product does."""
    monkeypatch.setattr(registry, "CONNECTORS", REGISTRY)
    credentials = Credentials(TOKEN, user_token=case.user_token, app_secret=case.app_secret)
    return lambda base_url: registry.connect(case.account, credentials, base_url)


@pytest.fixture
def connector(connect: Callable[[str], Connector], platform: Platform) -> Connector:
    return connect(platform.base_url)


@pytest.fixture
def script(case: Case, platform: Platform) -> Callable[[str, Pages], None]:
    """Let the platform answer a listing by cursor, foreign addresses included."""

    def play(stream: str, pages: Pages) -> None:
        replies = {
            cursor: case.page(stream, acts, after, ELSEWHERE) for cursor, (acts, after) in pages.items()
        }
        platform.answer = lambda seen: replies[case.cursor_of(seen)]

    return play
