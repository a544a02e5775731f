"""Freshness: dollars against the share of follows and unfollows known within a day, simulated over a month.

The planner of the product (`classifier.freshness`) decides on simulated rosters what to ask next, beside the
naive daily walk and an oracle that knows who will come and go. Writes the tables and curves of
docs/freshness.md anew. Nothing is asked of any platform.
"""

import argparse
import platform
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.freshness_curves import Curve, draw  # noqa: E402  # after the path
from benchmarks.freshness_world import (  # noqa: E402
    BOTH,
    DAYS,
    LEAVES,
    NOBODY,
    OWNED,
    STANDARD,
    Case,
    Outcome,
    naive_usd,
    run_oracle,
    run_planner,
)

SIZES = (1_000, 50_000, 1_000_000)
#: Follows and unfollows a day together, as a share of the roster; half of them each.
RATES = (0.0005, 0.005, 0.02)
#: Budgets as shares of what the naive daily walk costs.
SHARES = (0.02, 0.05, 0.10, 0.20, 0.40, 1.0)
#: Share of the events that never arrive.
LOST = 0.02
#: The goal: so much known, for so much of the naive price.
GOAL, GOAL_PRICE = 0.95, 0.10
BEGIN, END = "<!-- made by benchmarks/freshness.py -->", "<!-- until here -->"

WITH_EVENTS = (
    "followers", "a day", "bursts", "reads", "events", "follows", "unfollows", "together", "of naive",
    "at most", "oracle", "goal",
)  # fmt: skip
WITHOUT_EVENTS = (
    "followers", "a day", "bursts", "budget", "spent", "follows", "unfollows", "together", "oracle",
    "naive at that budget",
)  # fmt: skip


def middle(run: Callable[[int], Outcome], seeds: int) -> Outcome:
    """Return the median of each figure over the seeds."""
    outcomes = [run(seed) for seed in range(1, seeds + 1)]
    return Outcome(*(median(each) for each in zip(*outcomes, strict=True)))


def planned(case: Case, share: float | None, seeds: int) -> Outcome:
    """Let the planner work on a case at a budget, a share of the naive price, None for no budget."""
    budget = None if share is None else share * naive_usd(case)
    return middle(lambda seed: run_planner(case, budget, seed), seeds)


def bound(case: Case, share: float, seeds: int) -> Outcome:
    """Let the oracle work on a case at a budget, a share of the naive price."""
    return middle(lambda seed: run_oracle(case, share * naive_usd(case), seed), seeds)


def with_events(seeds: int) -> list[str]:
    """Make the table of the planner with events; nobody set a budget, so it spends what it needs."""
    rows = []
    for size, rate, bursts, prices, events in product(
        SIZES, RATES, (False, True), (OWNED, STANDARD), (BOTH, LEAVES)
    ):
        case = Case(size, rate, events, prices, LOST, bursts=bursts)
        naive, done, best = naive_usd(case), planned(case, None, seeds), bound(case, 10.0, seeds)
        met = done.both >= GOAL and done.usd <= GOAL_PRICE * naive
        impossible = best.usd * GOAL > GOAL_PRICE * naive
        rows.append(
            (
                *(f"{size:,}", f"{rate:.2%}", _yes(bursts), prices.name, events.name),
                *(f"{each:.1%}" for each in (done.joins, done.leaves, done.both)),
                *(f"{each / naive:.2%}" for each in (done.usd, done.usd_at_most, best.usd)),
                "met" if met else "nobody can" if impossible else "missed",
            )
        )
    return table(WITH_EVENTS, rows)


def without_events(seeds: int) -> list[str]:
    """Make the table of the planner without events."""
    rows = []
    for size, rate, bursts, share in product(SIZES, RATES, (False, True), SHARES):
        case = Case(size, rate, NOBODY, OWNED, bursts=bursts)
        naive, done, best = naive_usd(case), planned(case, share, seeds), bound(case, share, seeds)
        rows.append(
            (
                *(f"{size:,}", f"{rate:.2%}", _yes(bursts), f"{share:.0%}", f"{done.usd / naive:.1%}"),
                *(f"{each:.1%}" for each in (done.joins, done.leaves, done.both, best.both, share)),
            )
        )
    return table(WITHOUT_EVENTS, rows)


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Write rows as a table of Markdown."""
    return [f"| {' | '.join(each)} |" for each in (columns, ["---"] * len(columns), *rows)]


def curves(size: int, rate: float, seeds: int) -> dict[str, Curve]:
    """Return the curves of one roster with bursts, at the price of owned reads."""
    shares = (0.005, 0.01, *SHARES)
    lines: dict[str, Curve] = {"naive, walks less often": [(each, each) for each in (0.001, *shares)]}
    for name, work, events in (
        ("planner, no events", planned, NOBODY),
        ("planner, both events", planned, BOTH),
        ("planner, unfollows only", planned, LEAVES),
        ("oracle, no events", bound, NOBODY),
        ("oracle, events", bound, BOTH),
    ):
        case = Case(size, rate, events, OWNED, LOST, bursts=True)
        done = [work(case, each, seeds) for each in shares]
        lines[name] = sorted((each.usd / naive_usd(case), each.both) for each in done)
    return lines


def _yes(said: bool) -> str:  # noqa: FBT001  # a word for it
    return "yes" if said else "no"


def main() -> None:
    """Simulate, and write the tables and curves into docs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3, help="Runs of each case; the median is told.")
    parser.add_argument("--out", type=Path, default=ROOT / "docs", help="Folder with freshness.md.")
    given = parser.parse_args()
    began = time.monotonic()
    for size in SIZES:
        title = f"{size:,} followers, 0.5 % come and go a day, bursts, owned reads"
        draw(curves(size, 0.005, given.seeds), title, given.out / f"freshness-{size}.svg")
    tables = ["### With events", "", *with_events(given.seeds), ""]
    tables += ["### Without events", "", *without_events(given.seeds)]
    seconds = time.monotonic() - began
    page = given.out / "freshness.md"
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    made = (
        f"Made by `make bench-freshness` on {datetime.now(UTC).date()} in {seconds:.0f} s: {DAYS} days, "
        f"seeds 1 to {given.seeds} and the median of each figure, Python {platform.python_version()}, "
        "2 shared cores with other work on both."
    )
    written = "\n".join([BEGIN, "", made, "", *tables, "", END])
    page.write_text(f"{before}{written}{rest.partition(END)[2]}", encoding="utf-8")
    print(f"{page} is written anew ({seconds:.0f} s).")


if __name__ == "__main__":
    main()
