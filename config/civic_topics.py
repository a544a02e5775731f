"""The spaCy component `civic_topics` with our terms: what the entry point leads to."""

from typing import Any

from classifier.topics.component import CivicTopics, factory
from config.never import never
from config.topics import load, load_words


@factory
def make(nlp: Any, name: str) -> CivicTopics:  # noqa: ARG001  # spaCy gives it
    """Make the component for a pipeline; what is never inferred is in force in it."""
    return CivicTopics(load(), load_words(), name, never=never())
