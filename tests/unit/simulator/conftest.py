"""Simulators on loopback, gone after the test."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.unit.simulator.served import Serve, Served, serving


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start simulators; they end with the test."""
    with ExitStack() as stack:
        yield lambda **wanted: stack.enter_context(serving(**wanted))


@pytest.fixture
def served(serve: Serve) -> Served:
    """Start one simulator of 2,000 people."""
    return serve(seed=7, size=2000)
