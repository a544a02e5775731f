"""A small world and somebody to ask it."""

import pytest

from simulator.world import World
from tests.unit.simulator_facebook.client import Client


@pytest.fixture
def client() -> Client:
    return Client(World(seed=3, size=2000))
