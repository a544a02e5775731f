"""The demo's interests beside the true ones of the simulator's people."""

import json
import urllib.request
from collections.abc import Mapping
from typing import NamedTuple

from domain.interest import Strength
from store import interests, texts
from workers.runtime import Runtime

#: Whoever wrote less has said too little to be compared.
LEAST_TEXTS = 5


class Compared(NamedTuple):
    """Interests beside the truth: pairs of contact and topic, and the contacts who truly have none."""

    contacts: int
    found: int
    true: int
    right: int
    silent: int
    kept_silent: int

    def __str__(self) -> str:
        precision = f"{self.right / self.found:.2f}" if self.found else "unknown"
        recall = f"{self.right / self.true:.2f}" if self.true else "unknown"
        return (
            f"Interests beside the truth, of {self.contacts} regular contacts who wrote {LEAST_TEXTS} texts "
            f"or more: precision {precision}, recall {recall}; of {self.silent} without any that may be "
            f"inferred, {self.kept_silent} have none here."
        )


def compare(open_runtime: Runtime, truth_url: str) -> Compared:
    """Compare what was found with what the simulator's people truly care about, as far as the pack allows."""
    with urllib.request.urlopen(truth_url, timeout=60) as answer:  # noqa: S310  # our own simulator
        truth = {
            row["contact_key"]: row["interests"] for row in map(json.loads, answer) if "interests" in row
        }
    with open_runtime.database.read() as connection:
        writers = texts.writers(connection, LEAST_TEXTS)
        stored = interests.stored(connection, writers)
        allowed = interests.inferable(connection)
    found = {
        str(key): {each.topic for each in stored.get(contact_id, ()) if each.strength >= Strength.INTEREST}
        for contact_id, key in writers.items()
    }
    true = {
        str(key): {topic for topic in truth[str(key)] if (topic, str(key.platform)) in allowed}
        for key in writers.values()
    }
    return compared(found, true)


def compared(found: Mapping[str, set[str]], true: Mapping[str, set[str]]) -> Compared:
    """Count what is right of what was found, and what was found of what is true."""
    silent = [each for each, topics in true.items() if not topics]
    return Compared(
        len(true),
        sum(map(len, found.values())),
        sum(map(len, true.values())),
        sum(len(found[each] & topics) for each, topics in true.items()),
        len(silent),
        sum(not found[each] for each in silent),
    )
