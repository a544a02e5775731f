"""Planted bugs: the laws of the people find each of them, and find nothing where there is none."""

from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from domain.errors import RegularsError
from store.database import Database
from tests.integration.pipeline.people.machine import course, follow_trails
from tests.integration.pipeline.people.mutants import MUTANTS, Mutant
from tests.integration.pipeline.people.world import World

#: Acts in one course, and courses at most until a bug must have been found.
STEPS, COURSES = 40, 3
#: Those that are planted every time.
QUICK = {
    "rosters are not checked",
    "the handle is not suppressed beside the id",
    "a restore does not replay the ledger",
    "removals write no step",
    "an old link lifts",
}


def found(database: Database, folder: Path) -> str | None:
    """Return what the laws, or a guard of the product's own, said of the first courses."""
    world = World(database, folder)
    try:
        follow_trails(world)
        for seed in range(COURSES):
            course(world, seed, STEPS)
    except (AssertionError, RegularsError, IntegrityError) as said:
        return str(said) or repr(said)
    return None


def test_the_laws_find_nothing_where_nothing_is_planted(database: Database, tmp_path: Path) -> None:
    assert found(database, tmp_path) is None


@pytest.mark.crossed
@pytest.mark.parametrize(
    "mutant",
    [
        pytest.param(each, id=each.name, marks=() if each.name in QUICK else pytest.mark.slow)
        for each in MUTANTS
    ],
)
def test_the_laws_find_what_is_planted(
    mutant: Mutant, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mutant.place, mutant.function, mutant.spoil(getattr(mutant.place, mutant.function)))
    assert found(database, tmp_path) is not None, mutant.name
