"""Topics: the memory of a reader while it reads a million different texts, none of whose words come twice.

Every text has ten words that nobody has written before, a term, an address and a mention. A reader that
keeps what it meets would grow with each of them. Prints the memory of the process after every tenth.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from config.reading import reader_by  # noqa: E402
from config.topics import load  # noqa: E402

STATUS = Path("/proc/self/status")
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def texts(count: int) -> Iterator[str]:
    """Make texts of new words, spelled by counting in letters."""
    for number in range(count):
        words = " ".join(_word(number * 10 + each) for each in range(10))
        yield f"{words} @ada{number} https://mairie.example/{number} l'hôpital"


def _word(number: int) -> str:
    letters = []
    for _ in range(6):
        number, place = divmod(number, len(LETTERS))
        letters.append(LETTERS[place])
    return "z" + "".join(letters)


def memory() -> float:
    """Return what the process holds now, in megabytes."""
    line = next(each for each in STATUS.read_text().splitlines() if each.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def main() -> None:
    """Read them all and tell the memory on the way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=1_000_000)
    count = parser.parse_args().texts
    reader = reader_by(load())
    print(f"{'texts':>10}{'MB':>8}\n{0:>10,}{memory():>8.0f}")
    began, tenth = time.process_time(), max(1, count // 10)
    for number, each in enumerate(reader.read(texts(count)), start=1):
        if each.hits[-1].term not in {"hopital", "hôpital"}:
            raise SystemExit(f"Text {number} was misread.")
        if number % tenth == 0:
            print(f"{number:>10,}{memory():>8.0f}", flush=True)
    print(f"{count / (time.process_time() - began):,.0f} texts a second, the making of them included")


if __name__ == "__main__":
    main()
