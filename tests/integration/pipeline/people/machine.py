"""The machine: whatever may happen to the people, in any order, with the laws asked after each act."""

import random
from collections.abc import Callable, Iterable, Mapping
from itertools import product
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.integration.pipeline.people import acts, laws, upkeep
from tests.integration.pipeline.people.world import World

#: Every rule, by its name; it tells whether it had anything to do.
RULES: Mapping[str, Callable[[World, int, int], bool]] = {
    "harvest": acts.harvest,
    "unfollow": acts.unfollow,
    "push": acts.push,
    "object": acts.object_,
    "forget": acts.forget,
    "object_by_form": acts.object_by_form,
    "say_stop": acts.say_stop,
    "join": acts.join,
    "come_back": acts.come_back,
    "show": acts.show,
    "tell": upkeep.tell,
    "rotate": upkeep.rotate,
    "wait": upkeep.wait,
    "change_pack": upkeep.change_pack,
    "save": upkeep.save,
    "bring_back": upkeep.bring_back,
    "crash": upkeep.crash,
    "export": upkeep.export,
}
PAIRS = frozenset(product(RULES, repeat=2))


class Play:
    """One course of acts over a world; counts which pairs of rules met, one right after the other."""

    def __init__(self, world: World, met: set[tuple[str, str]]) -> None:
        self.world, self.met = world, met
        self.last: str | None = None
        #: What was done, to be read where a law fails.
        self.trail: list[tuple[str, int, int]] = []
        world.begin()

    def do(self, name: str, who: int, how: int) -> bool:
        """Carry out a rule and ask the laws; one that had nothing to do meets nobody."""
        self.trail.append((name, who, how))
        if not RULES[name](self.world, who, how):
            return False
        if self.last is not None:
            self.met.add((self.last, name))
        self.last = name
        self.world.tick()
        self.world.note_joined()
        laws.hold(self.world)
        return True


def machine_of(world: World, met: set[tuple[str, str]]) -> type[RuleBasedStateMachine]:
    """Make the machine that plays over a world."""

    def begin(self: Any) -> None:
        self.play = Play(world, met)

    def ruled(name: str) -> Any:
        def act(self: Any, who: int, how: int) -> None:
            self.play.do(name, who, how)

        act.__name__ = name
        return rule(who=st.integers(0, 5), how=st.integers(0, 3))(act)

    begun = {"begin": initialize()(begin)}
    return type("People", (RuleBasedStateMachine,), begun | {name: ruled(name) for name in RULES})


def meet(world: World, missing: Iterable[tuple[str, str]], met: set[tuple[str, str]]) -> None:
    """Let the pairs meet that have not: each first as it comes, then in a world made ready for it."""
    chance = random.Random(6)
    left = set(missing)
    play = Play(world, met)
    while left:
        before = len(left)
        if play.last is None or not any(first == play.last for first, _ in left):
            prepare(play, chance)
            play.do(_next(left, chance)[0], chance.randrange(6), chance.randrange(4))
        for first, second in sorted(left):
            if first == play.last and play.do(second, chance.randrange(6), chance.randrange(4)):
                break
        else:
            play = Play(world, met)
        left -= met
        if len(left) == before and chance.random() < 0.2:
            play = Play(world, met)


def _next(left: set[tuple[str, str]], chance: random.Random) -> tuple[str, str]:
    return chance.choice(sorted(left))


def prepare(play: Play, chance: random.Random) -> None:
    """Let there be somebody to whom anything may happen."""
    for name, how in (("harvest", 2), ("join", 0), ("save", 0)):
        play.do(name, chance.randrange(6), how)
