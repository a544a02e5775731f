"""The machine: whatever may happen to the people, in any order, with the laws asked after each act."""

import random
from collections.abc import Callable, Mapping
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
        names, gone = self.world.names(), set(self.world.gone)
        if not RULES[name](self.world, who, how):
            return False
        self.world.gone_names |= {names[each] for each in self.world.gone - gone if each in names}
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


def meet(world: World, met: set[tuple[str, str]]) -> None:
    """Let the pairs meet that have not, in worlds that are made ready for it; raises where one cannot."""
    chance = random.Random(6)
    play, idle = Play(world, met), 0
    while missing := sorted(PAIRS - met):
        before = len(met)
        first = missing[0][0] if play.last is None else play.last
        if not any(each[0] == first for each in missing):
            first = chance.choice(missing)[0]
        if first != play.last:
            prepare(play, chance)
            play.do(first, *any_of(chance))
        for _, second in [each for each in missing if each[0] == play.last]:
            if play.do(second, *any_of(chance)):
                break
        idle = 0 if len(met) > before else idle + 1
        assert idle < 60, f"These pairs of rules do not meet: {missing}"
        if idle or chance.random() < 0.1:
            play = Play(world, met)


def any_of(chance: random.Random) -> tuple[int, int]:
    """Choose by whom and how."""
    return chance.randrange(6), chance.randrange(4)


def prepare(play: Play, chance: random.Random) -> None:
    """Let there be somebody to whom anything may happen."""
    for name, how in (("harvest", 2), ("join", 0), ("save", 0)):
        play.do(name, chance.randrange(6), how)


def course(world: World, seed: int, steps: int) -> None:
    """Play a course that is the same for the same seed."""
    chance = random.Random(seed)
    play = Play(world, set())
    prepare(play, chance)
    for _ in range(steps):
        play.do(chance.choice(sorted(RULES)), *any_of(chance))


#: Short courses that lead to what chance seldom meets: (rule, by whom, how).
TRAILS: tuple[str, ...] = (
    # Told in time, people leave or fall silent; each date passes on its own.
    "harvest 0 3, harvest 1 1, tell 0 0, unfollow 0 1, unfollow 2 0, wait 1 0, wait 1 1, wait 1 2, wait 1 3",
    # Who only wrote, told in time.
    "harvest 3 1, harvest 2 1, show 0 0, tell 0 0, wait 1 1",
    # Who only followed and left; who wrote twice, so that one act outlives the other.
    "harvest 0 2, tell 0 0, unfollow 2 0, unfollow 4 1, wait 1 2",
    "harvest 2 1, tell 0 0, wait 1 0, harvest 2 1, wait 1 0, wait 1 0, wait 1 0",
    # Under the strict pack: without names, told and not.
    (
        "harvest 0 3, show 0 0, show 1 0, change_pack 0 0, export 0 0, object_by_form 2 0, harvest 2 2, "
        "tell 0 0, export 0 1, forget 0 0"
    ),
    # Yesterday's backup, with keys and objections that came since.
    (
        "harvest 0 3, join 0 1, save 0 0, harvest 1 3, rotate 0 0, object 0 0, say_stop 1 0, bring_back 0 1, "
        "harvest 0 3, export 0 0"
    ),
    "harvest 0 3, tell 0 0, save 0 0, wait 1 0, bring_back 0 0",
    # A new sign-up brings back who objected, an old one does not, nor does a list.
    "join 0 1, come_back 0 0, come_back 0 1, join 0 0, wait 1 3",
    # A process dies after the ledger has it and before the database has.
    (
        "harvest 4 2, harvest 5 2, show 0 0, show 1 0, show 2 0, show 3 0, show 4 0, show 5 0, crash 4 3, "
        "crash 5 1, crash 2 3"
    ),
    # What was pushed of people who then object, and again.
    "push 0 2, push 2 3, object 0 0, push 0 3, push 4 0, unfollow 4 1",
)


def follow_trails(world: World) -> None:
    """Go the short courses, each in a world of its own."""
    for trail in TRAILS:
        play = Play(world, set())
        for each in trail.split(", "):
            name, who, how = each.split()
            play.do(name, int(who), int(how))
