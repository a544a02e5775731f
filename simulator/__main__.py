"""`python -m simulator`: serves both platforms until it is told to end."""

import argparse
import sys
from pathlib import Path

from simulator.run import Wanted, serve


def main() -> int:
    """Read the command line and serve; 2 for what cannot be done, with one sentence."""
    words = argparse.ArgumentParser(
        prog="simulator", description="Serves simulated X and Facebook on loopback."
    )
    words.add_argument("--port", type=int, default=0, help="0 is any free port")
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--audience", type=int, default=2000, help="people in total, half on each platform")
    words.add_argument("--faults", choices=("none", "all"), default="none")
    words.add_argument("--fault-rate", type=float, default=None, help="chance of a fault with --faults all")
    words.add_argument("--window-s", type=float, default=900.0, help="seconds of a rate-limit window")
    words.add_argument("--hang-s", type=float, default=3.0, help="seconds before a hanging answer is dropped")
    words.add_argument("--ready-file", type=Path, default=None, help="written once it listens")
    given = words.parse_args()
    try:
        wanted = Wanted(
            given.seed, given.audience, given.faults, given.window_s, given.hang_s, given.fault_rate
        )
        serve(wanted, given.port, given.ready_file)
    except (OSError, ValueError) as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
