"""Laws of the people in the file: whatever happens, who objected stays out and every removal is told."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from store.database import Database
from tests.integration.pipeline.people.machine import PAIRS, machine_of, meet
from tests.integration.pipeline.people.world import World


@pytest.mark.either  # the courses of test_people_mutants run on both
@pytest.mark.parametrize("examples", [8, pytest.param(100, marks=pytest.mark.slow)])
def test_the_laws_hold_whatever_happens_and_every_pair_of_rules_meets(
    database: Database, tmp_path: Path, examples: int
) -> None:
    world, met = World(database, tmp_path), set[tuple[str, str]]()
    run_state_machine_as_test(
        machine_of(world, met),
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
    meet(world, met)
    assert met == PAIRS
