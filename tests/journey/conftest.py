"""Fixtures of the journeys: a PostgreSQL database and a queue server by address."""

import itertools
from collections.abc import Iterator

import psycopg
import pytest

from tests import servers

_names = itertools.count()


@pytest.fixture
def server_settings(postgresql_server: str) -> Iterator[dict[str, str]]:
    """Return settings that name a new empty database and a queue server of its own."""
    name = f"journey_{next(_names)}"
    with psycopg.connect(f"{postgresql_server} user=postgres dbname=postgres", autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    with servers.queue() as queue:
        yield {
            "REGULARS_DATABASE_URL": f"postgresql://postgres@/{name}?{_query(postgresql_server)}",
            "REGULARS_REDIS_URL": queue.url,
        }


def _query(place: str) -> str:
    return "&".join(place.split())
