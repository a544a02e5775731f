"""Contacts simulated from labelled texts: how many interests are right, and how many are found.

    SHARED_FOLDER=… python benchmarks/interests.py [--seed 5] [--contacts 2000] [--write]

A contact writes 1 to 30 texts of one set. Of those who care for a topic, 40 % of the texts are labelled with
it, 10 % with others of the set, 50 % with none; one contact in four cares for nothing. A topic that a set has
no label for is neither right nor wrong in it. No pack takes a topic away. `--write` puts the tables and the
picture into docs.
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

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.interest_curves import draw  # noqa: E402
from classifier.interests import interests, weighed, words_of  # noqa: E402
from domain.interest import Spoken, Strength  # noqa: E402
from domain.topic import TOPICS, Reading  # noqa: E402
from workers.reader import reader_of  # noqa: E402

NOW = datetime(2026, 11, 25, tzinfo=UTC)
SIZES = (1, 2, 3, 5, 7, 10, 15, 20, 30)
#: Of a hundred texts: about the contact's topic, about another; the rest about none.
OWN, OTHER = 40, 10
#: A topic with fewer texts is left out, and a set with fewer topics.
LEAST, FEWEST = 20, 4
BEGIN, END = "<!-- interests: begin -->", "<!-- interests: end -->"


class Text(NamedTuple):
    """A labelled text, read."""

    labels: frozenset[str]
    reading: Reading


class Source(NamedTuple):
    """Where a contact's texts come from: a set's texts by topic, and texts of its language about none."""

    name: str
    about: Mapping[str, Sequence[Text]]
    silent: Sequence[Text]


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
        """The share of what was found that is right; no number where nothing was."""
        return self.right / self.found if self.found else math.nan

    @property
    def recall(self) -> float:
        """The share of the true interests that was found."""
        return self.right / self.true


def main() -> None:
    """Simulate, print, and write into docs if wished."""
    given = argparse.ArgumentParser()
    given.add_argument("--seed", type=int, default=5)
    given.add_argument("--contacts", type=int, default=2_000)
    given.add_argument("--write", action="store_true")
    wanted = given.parse_args()
    folder = Path(os.environ.get("SHARED_FOLDER", ROOT.parent / "shared")) / "data" / "topics"
    sources = sources_in(sorted(folder.glob("*.jsonl")))
    if not sources:
        sys.exit(f"Skipped: there are no labelled texts in {folder}; set SHARED_FOLDER.")
    by_size = [simulate(sources, size, wanted.contacts, wanted.seed) for size in SIZES]
    by_source = {each.name: simulate([each], 10, wanted.contacts, wanted.seed) for each in sources}
    table = _tables(by_size, by_source, wanted.contacts, wanted.seed)
    print(table)
    if wanted.write:
        draw({each.texts: (each.precision, each.recall) for each in by_size}, ROOT / "docs" / "interests.svg")
        _put(table, ROOT / "docs" / "topics.md")


def sources_in(paths: Sequence[Path]) -> list[Source]:
    """Read all sets; one with too few topics is no source, but its texts about none are of use."""
    read = {path.stem: _read(path) for path in paths}
    silent: dict[str, list[Text]] = {}
    for language, texts in read.values():
        silent.setdefault(language, []).extend(each for each in texts if not each.labels)
    sources = []
    for name, (language, texts) in read.items():
        about = {topic: [each for each in texts if topic in each.labels] for topic in TOPICS}
        known = {topic: of for topic, of in about.items() if len(of) >= LEAST}
        if len(known) >= FEWEST and silent[language]:
            sources.append(Source(name, known, silent[language]))
    return sources


def _read(path: Path) -> tuple[str, list[Text]]:
    rows = [json.loads(each) for each in path.read_text(encoding="utf-8").splitlines()]
    readings = reader_of().read(each["text"] for each in rows)
    texts = [Text(frozenset(row["labels"]), said) for row, said in zip(rows, readings, strict=True)]
    return rows[0]["lang"], texts


def simulate(sources: Sequence[Source], size: int, contacts: int, seed: int) -> Result:
    """Let contacts write `size` texts each, and compare their interests with what they care for."""
    chance = random.Random(f"{seed}:{size}")
    found = right = true = silent = kept_silent = 0
    for number in range(contacts):
        source = sources[number % len(sources)]
        topic = chance.choice(list(source.about)) if chance.randrange(4) else ""
        written = [_written(source, topic, chance) for _ in range(size)]
        spoken = [each for place, text in enumerate(written) for each in _spoken(text, place, chance)]
        strong = (each.topic for each in interests(spoken, now=NOW) if each.strength is Strength.INTEREST)
        here = {each for each in strong if each in source.about}
        found += len(here)
        right += topic in here
        true += bool(topic)
        silent += not topic
        kept_silent += not topic and not here
    return Result(size, found, right, true, silent, kept_silent)


def _written(source: Source, topic: str, chance: random.Random) -> Text:
    drawn = chance.randrange(100)
    if topic and drawn < OWN:
        return chance.choice(source.about[topic])
    if drawn >= 100 - OTHER:
        return chance.choice(source.about[chance.choice([each for each in source.about if each != topic])])
    return chance.choice(source.silent)


def _spoken(text: Text, place: int, chance: random.Random) -> list[Spoken]:
    at = NOW - timedelta(days=chance.uniform(0, 60))
    return [
        Spoken(str(place), "", topic, score, words_of(text.reading, topic), at)
        for topic, score in weighed(text.reading)
    ]


def _tables(by_size: Sequence[Result], by_source: Mapping[str, Result], contacts: int, seed: int) -> str:
    head = f"{contacts:,} contacts a row, seed {seed}; 95 % intervals in brackets."
    sets = [f"| {name} | {_cells(each)} |" for name, each in by_source.items()]
    sizes = [f"| {each.texts} | {_cells(each)} |" for each in by_size]
    columns = "precision | recall | silent where there is nothing |\n|---|---|---|---|"
    parts = [head, "", f"| texts each | {columns}", *sizes, "", f"| of 10 texts, all of | {columns}", *sets]
    return "\n".join(parts)


def _cells(each: Result) -> str:
    right, found = _with_interval(each.right, each.found), _with_interval(each.right, each.true)
    return f"{right} | {found} | {each.kept_silent / each.silent:.2f}"


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
