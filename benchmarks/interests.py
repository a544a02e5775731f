"""Contacts simulated from labelled texts: how many interests are right, and how many are found.

    SHARED_FOLDER=… python benchmarks/interests.py [--seed 5] [--contacts 1000] [--write]

A contact writes 1 to 30 texts: of those who care for a topic, 40 % of the texts are labelled with it, 50 %
with none, 10 % with others; one contact in four cares for nothing. `--write` puts the table and the picture
into docs.
"""

import argparse
import json
import math
import os
import random
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from interest_curves import draw

from classifier.interests import interests, weighed, words_of
from classifier.topic_rules import ONLY_DECLARED
from domain.topic import TOPICS, Reading, Spoken, Strength
from workers.reader import reader_of

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 11, 25, tzinfo=UTC)
SIZES = (1, 2, 3, 5, 7, 10, 15, 20, 30)
#: Of a hundred texts: about the contact's topic, about another; the rest about none.
OWN, OTHER = 40, 10
#: A topic with fewer texts is left out.
LEAST = 20
BEGIN, END = "<!-- interests: begin -->", "<!-- interests: end -->"


class Text(NamedTuple):
    """A labelled text, read."""

    labels: frozenset[str]
    reading: Reading


class Result(NamedTuple):
    """What came of contacts who wrote so many texts each."""

    texts: int
    found: int
    right: int
    true: int
    silent: int
    kept_silent: int

    @property
    def precision(self) -> float:
        """The share of what was found that is right; 1 where nothing was."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """The share of the true interests that was found."""
        return self.right / self.true


def main() -> None:
    """Simulate, print, and write into docs if wished."""
    given = argparse.ArgumentParser()
    given.add_argument("--seed", type=int, default=5)
    given.add_argument("--contacts", type=int, default=1_000)
    given.add_argument("--write", action="store_true")
    wanted = given.parse_args()
    folder = Path(os.environ.get("SHARED_FOLDER", ROOT.parent / "shared")) / "data" / "topics"
    paths = sorted(folder.glob("*.jsonl"))
    if not paths:
        sys.exit(f"Skipped: there are no labelled texts in {folder}; set SHARED_FOLDER.")
    texts = [each for path in paths for each in _read(path)]
    results = [simulate(texts, size, wanted.contacts, wanted.seed) for size in SIZES]
    table = _table(results, len(texts), len(paths), wanted.contacts, wanted.seed)
    print(table)
    if wanted.write:
        draw({each.texts: (each.precision, each.recall) for each in results}, ROOT / "docs" / "interests.svg")
        _put(table, ROOT / "docs" / "topics.md")


def _read(path: Path) -> list[Text]:
    rows = [json.loads(each) for each in path.read_text(encoding="utf-8").splitlines()]
    readings = reader_of().read(each["text"] for each in rows)
    return [Text(frozenset(row["labels"]), said) for row, said in zip(rows, readings, strict=True)]


def simulate(texts: Sequence[Text], size: int, contacts: int, seed: int) -> Result:
    """Let contacts write `size` texts each, and compare their interests with what they care for."""
    chance = random.Random(f"{seed}:{size}")
    about = {topic: [each for each in texts if topic in each.labels] for topic in TOPICS}
    known = [each for each, of in about.items() if len(of) >= LEAST and each not in ONLY_DECLARED]
    about[""] = [each for each in texts if not each.labels]
    found = right = true = silent = kept_silent = 0
    for number in range(contacts):
        topic = known[number % len(known)] if number % 4 else ""
        written = [_written(about, known, topic, chance) for _ in range(size)]
        spoken = [each for place, text in enumerate(written) for each in _spoken(text, place, chance)]
        here = {each.topic for each in interests(spoken, now=NOW) if each.strength is Strength.INTEREST}
        found += len(here)
        right += topic in here
        true += bool(topic)
        silent += not topic
        kept_silent += not topic and not here
    return Result(size, found, right, true, silent, kept_silent)


def _written(
    about: Mapping[str, Sequence[Text]], known: Sequence[str], topic: str, chance: random.Random
) -> Text:
    drawn = chance.randrange(100)
    if topic and drawn < OWN:
        return chance.choice(about[topic])
    if drawn >= 100 - OTHER:
        return chance.choice(about[chance.choice([each for each in known if each != topic])])
    return chance.choice(about[""])


def _spoken(text: Text, place: int, chance: random.Random) -> list[Spoken]:
    at = NOW - timedelta(days=chance.uniform(0, 60))
    return [
        Spoken(str(place), "", topic, score, words_of(text.reading, topic), at)
        for topic, score in weighed(text.reading)
        if topic not in ONLY_DECLARED
    ]


def _table(results: Sequence[Result], texts: int, sets: int, contacts: int, seed: int) -> str:
    rows = [
        "| texts each | precision | recall | silent of those who care for nothing |",
        "|---|---|---|---|",
        *(
            f"| {each.texts} | {_with_interval(each.right, each.found)} | "
            f"{_with_interval(each.right, each.true)} | {each.kept_silent / each.silent:.2f} |"
            for each in results
        ),
    ]
    head = (
        f"{contacts:,} contacts for each row from {texts:,} labelled texts of {sets} sets, seed {seed}; "
        "95 % intervals in brackets."
    )
    return "\n".join([head, "", *rows])


def _with_interval(part: int, whole: int) -> str:
    """Write a share with its 95 % interval (Wilson, 1927)."""
    if not whole:
        return "nothing found"
    share, z2 = part / whole, 1.96**2
    middle = (share + z2 / (2 * whole)) / (1 + z2 / whole)
    half = 1.96 * math.sqrt(share * (1 - share) / whole + z2 / (4 * whole**2)) / (1 + z2 / whole)
    return f"{share:.2f} ({max(0.0, middle - half):.2f} to {min(1.0, middle + half):.2f})"


def _put(table: str, path: Path) -> None:
    """Put the table between its marks."""
    head, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    path.write_text(f"{head}{BEGIN}\n{table}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
