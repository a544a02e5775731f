"""Windows: permits by what the answers told, one row a rule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.permit import LEASE_S, SHORT_S, give_back, take
from domain.telling import UNKNOWN_WAIT_S, answer
from domain.window import STEP_S, UNTOLD_SHARE, Told, Window

NOW = 1_000_000.0
#: Seconds until a window ends that is too short for anybody to be spread over it.
NARROW = 0.3


class Desk:
    """The windows of one account of an app; asks and answers on a clock that the test moves."""

    def __init__(self, app: Window | None = None, *, share: bool = False) -> None:
        self.account = Window(share=share)
        self.windows = [self.account] if app is None else [self.account, app]
        self.now = NOW
        self.asked = 0

    def take(self, caller: str = "run 1") -> float:
        self.asked += 1
        return take(self.windows, f"permit {self.asked} of {caller}", caller, self.now)

    def answer(self, told: Told | None = None, caller: str = "run 1") -> None:
        lease = self.account.leases.get(caller)
        answer(self.windows, lease.permit if lease else "none", told, self.now)

    def ask(self, told: Told | None = None, caller: str = "run 1") -> float:
        """Take a permit and have it answered at once; returns the wait where there was none."""
        wait = self.take(caller)
        if not wait:
            self.answer(told, caller)
        return wait


def test_before_anything_was_told_one_request_finds_out() -> None:
    desk = Desk()
    assert desk.take("run 1") == 0
    assert desk.take("run 2") == SHORT_S
    desk.answer(Told(75, 74, 900))
    assert desk.take("run 2") == 0


def test_no_more_go_out_than_remain_and_those_under_way_count() -> None:
    desk = Desk()
    desk.ask(Told(75, 2, 900))
    assert [desk.take(f"run {each}") for each in (1, 2, 3)] == [0, 0, SHORT_S]


def test_a_spent_window_is_waited_for_to_its_end_and_then_found_out_again() -> None:
    desk = Desk()
    desk.ask(Told(75, 0, 900))
    desk.now += 300
    assert desk.take() == pytest.approx(600)
    desk.now += 600
    assert [desk.take("run 1"), desk.take("run 2")] == [0, SHORT_S]


def test_answers_that_overtake_each_other_neither_give_nor_take() -> None:
    desk = Desk()
    desk.ask(Told(75, 5, NARROW))
    for each in ("run 1", "run 2", "run 3"):
        desk.take(each)
    desk.answer(Told(75, 2, NARROW), "run 3")
    desk.answer(Told(75, 4, NARROW), "run 1")
    assert (desk.account.remaining, list(desk.account.leases)) == (3, ["run 2"])
    desk.answer(Told(75, 3, NARROW), "run 2")
    assert desk.account.remaining == 2


def test_alone_the_last_answer_is_believed_also_where_it_gives_back() -> None:
    desk = Desk()
    desk.ask(Told(75, 5, 900))
    desk.ask(None)  # the platform failed, and did not count it
    desk.ask(Told(75, 4, 900))
    assert desk.account.remaining == 4


@pytest.mark.parametrize(
    ("told", "left"),
    [
        pytest.param(Told(300, 280, NARROW), 280, id="another-limit"),
        pytest.param(Told(75, 74, 905), 74, id="another-window"),
        pytest.param(Told(75, 3, NARROW + 1), 4, id="the-same-window-and-one-under-way"),
        pytest.param(Told(75, 20, NARROW), 9, id="the-same-window-and-an-older-answer"),
    ],
)
def test_limits_may_change_between_answers(told: Told, left: int) -> None:
    desk = Desk()
    desk.ask(Told(75, 10, NARROW))
    desk.take("run 2")
    desk.ask(told)
    assert desk.account.remaining == left


def test_a_reset_in_the_past_tells_nothing_and_lets_one_at_a_time_through() -> None:
    desk = Desk()
    desk.ask(Told(75, 0, -30))
    assert [desk.take("run 1"), desk.take("run 2")] == [0, SHORT_S]


def test_without_headers_requests_go_one_by_one() -> None:
    desk = Desk()
    for _ in range(5):
        assert desk.ask(None) == 0
    assert [desk.take("run 1"), desk.take("run 2")] == [0, SHORT_S]


def test_a_refusal_ends_the_window_whatever_it_says_remains() -> None:
    desk = Desk()
    desk.ask(Told(75, 40, 100, refused=True))
    assert desk.take() == pytest.approx(100)


def test_a_permit_whose_worker_is_gone_counts_as_a_request_that_was_sent() -> None:
    desk = Desk()
    desk.ask(Told(75, 2, 900))
    desk.take("run 1")
    desk.now += LEASE_S
    assert desk.take("run 2") == 0
    assert desk.account.remaining == 1
    desk.answer(None, "run 2")
    assert desk.take("run 3") > SHORT_S
    assert desk.account.total == 3


def test_a_caller_that_asks_again_has_lost_its_request() -> None:
    desk = Desk()
    desk.take("run 1")
    assert desk.take("run 1") == 0
    assert desk.account.total == 1
    answer(desk.windows, "permit 1 of run 1", None, desk.now)  # the dead worker's answer, late
    assert list(desk.account.leases) == ["run 1"]


def test_a_permit_that_was_not_used_is_given_back() -> None:
    desk = Desk()
    desk.ask(Told(75, 1, 900))
    desk.take("run 1")
    give_back(desk.windows, "permit 2 of run 1")
    assert desk.take("run 2") == 0
    assert desk.account.total == 1


def test_several_callers_are_spread_over_the_window_and_leave_nothing() -> None:
    desk = Desk()
    desk.ask(Told(75, 60, 900))
    took = {"run 1": 0, "run 2": 0, "run 3": 0}
    due = dict.fromkeys(took, desk.now)
    end = NOW + 900
    first_half = 0
    while desk.now < end:
        caller = min(due, key=lambda each: due[each])
        desk.now = max(desk.now, due[caller])
        if desk.now >= end:
            break
        wait = desk.take(caller)
        if wait:
            due[caller] = desk.now + wait
            continue
        took[caller] += 1
        first_half += desk.now < NOW + 450
        desk.now += 0.02
        left = 60 - sum(took.values())
        desk.answer(Told(75, left, end - desk.now), caller)
        due[caller] = desk.now + 0.1
    assert sum(took.values()) == 60
    assert max(took.values()) - min(took.values()) <= 2
    assert 30 <= first_half <= 50


def test_alone_nobody_is_held_back() -> None:
    desk = Desk()
    desk.ask(Told(75, 60, 900))
    assert [desk.ask(Told(75, 60 - each, 900)) for each in range(1, 20)] == [0] * 19


def test_who_waits_longest_goes_first() -> None:
    desk = Desk()
    assert desk.take("run 1") == 0
    assert desk.take("run 2") == SHORT_S
    desk.now += 0.05
    assert desk.take("run 3") == SHORT_S
    desk.now += 0.05
    desk.answer(Told(75, 1, 0.09))
    assert desk.take("run 3") > 0  # run 2 may come any moment
    assert desk.take("run 2") == 0


def test_who_does_not_come_is_not_waited_for() -> None:
    desk = Desk()
    desk.take("run 1")
    desk.take("run 2")
    desk.now += 2
    desk.answer(Told(75, 74, 2))
    assert desk.take("run 3") == 0


def test_a_clock_that_is_put_back_neither_stalls_nor_storms() -> None:
    desk = Desk()
    desk.ask(Told(75, 60, 900))
    desk.take("run 1")
    desk.take("run 2")
    desk.now -= 3600
    assert desk.take("run 2") <= 900
    desk.answer(Told(75, 0, 900))
    assert desk.take("run 3") == pytest.approx(900, abs=1)
    desk.now += 901
    assert desk.take("run 3") == 0


@given(
    events=st.lists(
        st.tuples(
            st.sampled_from(["a", "b"]),
            st.none()
            | st.builds(
                Told,
                limit=st.sampled_from([5, 8, 100]),
                remaining=st.integers(0, 4),
                reset_s=st.sampled_from([0.0, 0.4, 3.0, 900.0]),
                share=st.booleans(),
                refused=st.booleans(),
            ),
            st.sampled_from([0.0, 0.3, 2.0, 60.0]),
        ),
        max_size=30,
    )
)
def test_whatever_was_told_who_keeps_asking_gets_a_permit(
    events: list[tuple[str, Told | None, float]],
) -> None:
    shared = Window()
    desks = {"a": Desk(shared), "b": Desk(shared)}
    for name, told, passed in events:
        desks[name].ask(told, name)
        for desk in desks.values():
            desk.now += passed
    desk, waited, wait = desks["a"], 0.0, 0.0
    for _ in range(50):
        wait = desk.take("a")
        if not wait:
            break
        waited += wait
        desk.now += wait
    assert not wait
    assert waited <= 2 * 900 + LEASE_S, "longer than any window that was told"


def test_a_window_that_follows_sooner_than_thought_is_not_two_long() -> None:
    app = Window(limit=80, remaining=9, reset=NOW + 60, began=NOW, length=60, joint=True, clock=NOW)
    desk = Desk(app)
    desk.account.limit = 60
    desk.now += 30
    desk.ask(Told(80, 79, 60))
    assert (app.reset, app.length) == (NOW + 90, 60)


def test_a_window_grows_no_longer_by_the_ends_of_those_that_follow_it() -> None:
    app = Window(limit=80, joint=True, length=60, longest=60, clock=NOW)
    desk = Desk(app)
    desk.account.limit = 60
    for _ in range(30):
        assert desk.ask() == 0
        begun, thought = desk.now, app.reset or 0
        assert thought - begun <= 60 + STEP_S
        desk.now = thought - 2  # amid a later window of the platform's, which ends when ours is thought to
        assert desk.ask(Told(80, 20, 2.9)) == 0
        desk.now = thought + 1
    assert app.length > 60


class TestShares:
    """Facebook tells percentages of a quota that it never names (facebook-graph-api.md §3)."""

    def test_before_anything_is_told_a_few_may_go(self) -> None:
        desk = Desk(share=True)
        waits = [desk.take(f"run {each}") for each in range(UNTOLD_SHARE + 1)]
        assert waits == [0] * UNTOLD_SHARE + [SHORT_S]

    def test_what_a_request_takes_is_learned_and_all_of_it_is_used(self) -> None:
        desk = Desk(share=True)
        granted, wait = 0, 0.0
        for _ in range(1000):
            wait = desk.take()
            if wait:
                break
            granted += 1
            desk.answer(Told(100, 100 - 100 * granted // 230, 0, share=True))
        assert granted == 230
        assert wait == UNKNOWN_WAIT_S

    def test_near_the_end_requests_go_one_by_one(self) -> None:
        desk = Desk(share=True)
        for percent in (10, 40, 70, 95):
            desk.ask(Told(100, 100 - percent, 0, share=True))
        assert [desk.take("run 1"), desk.take("run 2")] == [0, SHORT_S]

    def test_a_full_quota_waits_as_long_as_is_told(self) -> None:
        desk = Desk(share=True)
        desk.ask(Told(100, 0, 19 * 60, share=True))
        assert desk.take() == 19 * 60

    def test_answers_that_tell_nothing_near_the_end_do_not_use_it_up(self) -> None:
        desk = Desk(share=True)
        for percent in (92, 96):
            desk.ask(Told(100, 100 - percent, 0, share=True))
        for _ in range(5):  # of a new window nothing is told at first
            assert desk.ask(None) == 0
            assert desk.account.remaining == 0

    def test_a_quota_that_empties_is_learned_anew(self) -> None:
        desk = Desk(share=True)
        for percent in (50, 60, 20):
            desk.ask(Told(100, 100 - percent, 0, share=True))
        assert (desk.account.base, desk.account.remaining) == (20, 80)

    def test_a_new_window_is_known_by_what_it_fell_even_above_the_former_beginning(self) -> None:
        desk = Desk(share=True)
        for percent in (7, 50, 93, 13):
            desk.ask(Told(100, 100 - percent, 0, share=True))
        assert (desk.account.base, desk.account.remaining) == (13, 87)
        assert desk.account.cost > 6

    def test_an_answer_that_was_overtaken_brings_nothing_back(self) -> None:
        desk = Desk(share=True)
        for percent in (7, 13, 20, 27, 33, 40, 47, 53, 60, 67, 73, 80):
            desk.ask(Told(100, 100 - percent, 0, share=True))
        assert [desk.take("run 1"), desk.take("run 2")] == [0, 0]
        desk.answer(Told(100, 7, 0, share=True), "run 2")
        desk.answer(Told(100, 13, 0, share=True), "run 1")
        assert desk.account.remaining <= 7


class Apps:
    """Two accounts of one app, and a platform that counts both windows and tells the narrower one."""

    def __init__(self, user: int, app: int | None, *, tells_app: bool = True) -> None:
        shared = Window()
        self.desks = {"a": Desk(shared), "b": Desk(shared)}
        self.limits = {"a": user, "b": user, "app": app if app is not None else 10_000}
        self.left = dict(self.limits)
        self.tells_app = tells_app
        self.refusals = 0

    def ask(self, name: str) -> float:
        desk = self.desks[name]
        wait = desk.take(name)
        if wait:
            return wait
        refused = min(self.left[name], self.left["app"]) <= 0
        if refused:
            self.refusals += 1
        else:
            self.left[name] -= 1
            self.left["app"] -= 1
        narrow = "app" if self.tells_app and self.left["app"] < self.left[name] else name
        told = Told(self.limits[narrow], self.left[narrow], NOW + 900 - desk.now, refused=refused)
        desk.answer(told, name)
        return 0.0

    def drain(self) -> None:
        """Ask in turns until nobody gets a permit before the window ends."""
        for _ in range(2000):
            waits = [self.ask(each) for each in ("a", "b")]
            step = min((each for each in waits if each), default=0.0)
            for each in self.desks.values():
                each.now += step
            if self.desks["a"].now >= NOW + 899:
                return


def test_an_app_that_is_counted_is_found_out_without_a_refusal() -> None:
    apps = Apps(user=60, app=80)
    apps.drain()
    assert (apps.left["app"], apps.refusals) == (0, 0)
    assert apps.desks["a"].windows[1].joint


def test_an_app_that_is_counted_like_its_accounts_is_found_out_too() -> None:
    apps = Apps(user=60, app=60)
    apps.drain()
    assert (apps.left["app"], apps.refusals) == (0, 0)


def test_an_app_that_is_not_counted_holds_nobody_back() -> None:
    apps = Apps(user=60, app=None)
    apps.drain()
    assert (apps.left["a"], apps.left["b"], apps.refusals) == (0, 0, 0)
    assert not apps.desks["a"].windows[1].joint


def test_an_app_that_is_counted_in_silence_costs_one_refusal() -> None:
    apps = Apps(user=60, app=80, tells_app=False)
    apps.drain()
    assert apps.refusals == 1
    assert apps.left["app"] == 0


@pytest.mark.parametrize(
    ("told", "remaining"),
    [
        pytest.param(Told(60, 30, 800), 10, id="the-account's-by-its-limit"),
        pytest.param(Told(80, 9, 900), 9, id="the-app's"),
        pytest.param(Told(80, 70, 900), 10, id="more-than-the-app-has-left"),
        pytest.param(Told(50, 25, 0, share=True), 10, id="no-count"),
    ],
)
def test_whose_window_an_answer_tells(told: Told, remaining: float) -> None:
    app = Window(limit=80, remaining=11, reset=NOW + 900, joint=True, clock=NOW)
    desk = Desk(app)
    desk.ask(told)
    assert (app.joint, app.remaining) == (True, remaining)


def test_a_new_window_of_an_app_is_told_by_the_next_answer() -> None:
    app = Window(limit=80, remaining=0, reset=NOW + 900, joint=True, clock=NOW)
    desk = Desk(app)
    assert desk.take() == 900
    desk.now += 900
    desk.ask(Told(80, 79, 900))
    assert app.remaining == 79


def test_requests_of_others_are_not_taken_for_the_apps() -> None:
    apps = Apps(user=60, app=None)
    apps.ask("a")
    apps.left["a"] -= 20  # another program uses the token
    apps.ask("a")
    assert not apps.desks["a"].windows[1].joint
    assert apps.desks["a"].account.remaining == 38


class Platform:
    """Counts a window of each account and one of their app, each begun by its first request.

    A request is counted half of `DELAY_S` after it was sent and answered after all of it.
    """

    LENGTH_S, DELAY_S = 60.0, 2.5

    def __init__(self, user: int, app: int, accounts: int) -> None:
        shared = Window()
        self.desks = {f"account {each}": Desk(shared) for each in range(accounts)}
        self.limits = dict.fromkeys(self.desks, user) | {"app": app}
        self.used = dict.fromkeys(self.limits, 0)
        self.ends = dict.fromkeys(self.limits, 0.0)
        self.of_app: list[int] = []
        self.refused: list[float] = []
        self.told: dict[str, Told] = {}

    def run(self, seconds: float) -> None:
        """Let every account ask for as long as it may."""
        due: list[tuple[float, str, str]] = [
            (NOW + each / 7, name, "ask") for each, name in enumerate(self.desks)
        ]
        while due:
            due.sort()
            now, name, what = due.pop(0)
            if now > NOW + seconds:
                return
            self.desks[name].now = now
            if what == "ask":
                wait = self.desks[name].take(name)
                due.append((now + (wait or self.DELAY_S / 2), name, "ask" if wait else "count"))
            elif what == "count":
                self._count(name, now)
                due.append((now + self.DELAY_S / 2, name, "answer"))
            else:
                told = self.told[name]
                self.desks[name].answer(told._replace(reset_s=told.reset_s - now), name)
                due.append((now, name, "ask"))

    def _count(self, name: str, now: float) -> None:
        for each in (name, "app"):
            if now >= self.ends[each]:
                if each == "app":
                    self.of_app.append(self.used[each])
                self.used[each], self.ends[each] = 0, now + self.LENGTH_S
        refused = any(self.used[each] >= self.limits[each] for each in (name, "app"))
        self.refused += [now - NOW] if refused else []
        for each in () if refused else (name, "app"):
            self.used[each] += 1
        narrow = min((name, "app"), key=lambda each: self.limits[each] - self.used[each])
        left = self.limits[narrow] - self.used[narrow]
        self.told[name] = Told(self.limits[narrow], left, self.ends[narrow], refused=refused)


@pytest.mark.parametrize(("user", "app"), [(20, 45), (10, 22), (15, 15), (40, 40)])
def test_an_app_that_binds_is_used_to_its_last_request_window_after_window(user: int, app: int) -> None:
    platform = Platform(user, app, accounts=3)
    platform.run(10 * Platform.LENGTH_S)
    assert platform.refused == []
    # The first entry stands before all windows; of each that followed all was used.
    _, *windows = platform.of_app
    assert windows == [app] * len(windows)
    assert len(windows) >= 8


def test_a_share_told_twice_without_a_request_between_teaches_nothing_of_its_cost() -> None:
    desk = Desk(share=True)
    desk.ask(Told(100, 90, 300, share=True))
    desk.answer(Told(100, 89, 300, share=True))
    assert desk.account.cost == Window().cost
    assert desk.account.remaining == 89
