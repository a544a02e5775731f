"""Freshness: dollars against the share of follows and unfollows known within a day, simulated over a month.

The planner of the product (`classifier.freshness`) decides on simulated rosters what to ask next, beside the
naive daily walk and an oracle that knows who will come and go. Writes the tables and curves of
docs/freshness.md anew. Nothing is asked of any platform.
"""

import argparse
import platform
import sys
import time
from datetime import date
from itertools import product
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.freshness_curves import draw  # noqa: E402  # after the path
from benchmarks.freshness_world import BOTH, DAYS, LEAVES, NOBODY, OWNED, STANDARD, Case, Outcome  # noqa: E402
from benchmarks.freshness_world import naive_usd, run_oracle, run_planner  # noqa: E402

SIZES = (1_000, 50_000, 1_000_000)
#: Follows and unfollows a day together, as a share of the roster; half of them each.
RATES = (0.0005, 0.005, 0.02)
#: Budgets as shares of what the naive daily walk costs.
SHARES = (0.02, 0.05, 0.10, 0.20, 0.40, 1.0)
BEGIN, END = "<!-- made by benchmarks/freshness.py -->", "<!-- until here -->"


def middle(outcomes: list[Outcome]) -> Outcome:
    """Return the median of each figure of several runs."""
    return Outcome(*(median(each) for each in zip(*outcomes, strict=True)))


def planned(case: Case, share: float | None, seeds: int) -> Outcome:
    """Let the planner work on a case at a budget, a share of the naive price; the median of the seeds."""
    budget = None if share is None else share * naive_usd(case)
    return middle([run_planner(case, budget, seed) for seed in range(1, seeds + 1)])


def bound(case: Case, share: float, seeds: int) -> Outcome:
    """Let the oracle work on a case at a budget; the median of the seeds."""
    return middle([run_oracle(case, share * naive_usd(case), seed) for seed in range(1, seeds + 1)])


def with_events(seeds: int) -> list[str]:
    """Make the table of the planner with events: nobody set a budget, so it spends what it needs."""
    lines = [
        "| followers | coming and going a day | reads | events | follows | unfollows | together | of naive | "
        "oracle | goal |",
        "|---:|---:|---|---|---:|---:|---:|---:|---:|---|",
    ]
    for size, rate, prices, events in product(SIZES, RATES, (OWNED, STANDARD), (BOTH, LEAVES)):
        case = Case(size, rate, events=events, prices=prices, lost=0.02)
        done = planned(case, None, seeds)
        naive = naive_usd(case)
        best = bound(case, 1.0, seeds)
        met = done.both >= 0.95 and done.usd <= 0.1 * naive
        lines.append(
            f"| {size:,} | {rate:.2%} | {prices.name} | {events.name} | {done.joins:.1%} | {done.leaves:.1%} | "
            f"{done.both:.1%} | {done.usd / naive:.1%} | {best.usd / naive:.1%} | {'met' if met else 'no'} |"
        )
    return lines


def without_events(seeds: int) -> tuple[list[str], dict[str, list[tuple[float, float]]]]:
    """Make the table of the planner without events, and the curves of one roster."""
    lines = [
        "| followers | coming and going a day | bursts | budget, of naive | spent, of naive | follows | "
        "unfollows | together | oracle together | naive walk at that price |",
        "|---:|---:|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    curves: dict[str, list[tuple[float, float]]] = {}
    for size, rate, bursts in product(SIZES, RATES, (False, True)):
        for share in SHARES:
            case = Case(size, rate, events=NOBODY, prices=OWNED, bursts=bursts)
            done, best = planned(case, share, seeds), bound(case, share, seeds)
            naive = naive_usd(case)
            lines.append(
                f"| {size:,} | {rate:.2%} | {'yes' if bursts else 'no'} | {share:.0%} | {done.usd / naive:.1%} | "
                f"{done.joins:.1%} | {done.leaves:.1%} | {done.both:.1%} | {best.both:.1%} | "
                f"{min(1.0, share):.0%} |"
            )
    return lines, curves


def curves_of(size: int, rate: float, seeds: int) -> dict[str, list[tuple[float, float]]]:
    """Return the curves of one roster with bursts: share of the naive price against share known."""
    lines: dict[str, list[tuple[float, float]]] = {"naive": [(0.0, 0.0), (1.0, 1.0)]}
    for name, events in (("planner, no events", NOBODY), ("planner, events", BOTH)):
        case = Case(size, rate, events=events, prices=OWNED, lost=0.02, bursts=True)
        outcomes = [planned(case, each, seeds) for each in (0.01, *SHARES)]
        lines[name] = [(each.usd / naive_usd(case), each.both) for each in outcomes]
    for name, events in (("oracle, no events", NOBODY), ("oracle, events", BOTH)):
        case = Case(size, rate, events=events, prices=OWNED, bursts=True)
        best = [bound(case, each, seeds) for each in (0.01, *SHARES)]
        lines[name] = [(each.usd / naive_usd(case), each.both) for each in best]
    return {name: sorted(points) for name, points in lines.items()}


def main() -> None:
    """Simulate, and write the tables and curves into docs/freshness.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3, help="Runs of each case; the median is told.")
    given = parser.parse_args()
    began = time.monotonic()
    for size in SIZES:
        draw(curves_of(size, 0.005, given.seeds), size, ROOT / "docs" / f"freshness-{size}.svg")
    lines, _ = without_events(given.seeds)
    seconds = time.monotonic() - began
    made = [
        f"Made by `make bench-freshness` on {date.today().isoformat()}, Python {platform.python_version()}, "  # noqa: DTZ011  # a date for people
        f"2 shared cores, {DAYS} days, seeds 1 to {given.seeds} and the median of them.",
        "",
        "### With events",
        "",
        *with_events(given.seeds),
        "",
        "### Without events",
        "",
        *lines,
    ]
    page = ROOT / "docs" / "freshness.md"
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    page.write_text(f"{before}{BEGIN}\n\n" + "\n".join(made) + f"\n\n{END}{after}", encoding="utf-8")
    print(f"docs/freshness.md is written anew ({seconds:.0f} s).")


if __name__ == "__main__":
    main()
