"""The kit: plays scenarios one after another against a consumer, and tells what came of each."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from console.api.app import make_api
from console.verifying.asked import SIZE, SIZE_BEFORE
from console.verifying.consumer import Consumer, Mistake
from console.verifying.listening import listening
from console.verifying.play import Play, Skipped
from console.verifying.scenarios import Scenario
from console.verifying.stage import Stage
from console.verifying.world import World

#: Who is there before the first scenario.
THERE = 3
#: How often it may ask in a minute: a consumer that is too fast is another scenario.
MOST = 100_000


class Result(NamedTuple):
    """What came of a scenario: `passed` None where it could not be played; why not, or what was wrong."""

    scenario: Scenario
    passed: bool | None
    said: str
    took_s: float


def verify(consumer: Consumer, scenarios: Sequence[Scenario]) -> Iterator[Result]:
    """Play scenarios against a consumer that holds nobody yet; yields what came of each.

    Raises RegularsError where the consumer cannot be asked at all.
    """
    with feed() as (world, stage, url):
        for each in scenarios:
            yield played(each, Play(world, stage, consumer, url))


def played(scenario: Scenario, play: Play) -> Result:
    """Play one scenario."""
    begun = time.monotonic()
    passed: bool | None = True
    said = ""
    try:
        if not scenario.is_first:
            play.stage.size = SIZE_BEFORE
            play.read_on("It must read what is there before the scenario begins.")
            play.stage.size = SIZE
        play.start = len(play.stage.asked)
        scenario.play(play)
    except Mistake as mistake:
        passed, said = False, str(mistake)
    except Skipped as skipped:
        passed, said = None, str(skipped)
    finally:
        play.stage.size = SIZE
        play.stage.turns.clear()
        play.stage.always = play.stage.on_ack = None
    return Result(scenario, passed, said, time.monotonic() - begun)


@contextmanager
def feed() -> Iterator[tuple[World, Stage, str]]:
    """Let a feed of invented people listen; yields its world, its stage and its address."""
    with TemporaryDirectory(prefix="regulars-verify-") as folder:
        world = World(Path(folder))
        world.come(THERE)
        try:
            stage = Stage(make_api(world.desk, MOST), world.token)
            with listening(stage) as url:
                yield world, stage, url
        finally:
            world.close()
