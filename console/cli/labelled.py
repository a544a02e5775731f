"""Labelled texts from a file: one JSON object a line, its labels put into our topics."""

import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from classifier.evaluation import Labelled
from domain.errors import RegularsError


def read_labelled(path: Path, known: Collection[str], names: Path | None = None) -> list[Labelled]:
    """Read lines of {"id", "text", "labels"}; `names` is JSON that puts their labels into our topics.

    A label that is put to null stands for no topic. Raises RegularsError that names the line, or every label
    that is no topic.
    """
    mapping = _names(names) if names else {}
    texts = []
    unknown: set[str] = set()
    for number, row in _rows(path):
        text, labels = row.get("text"), row.get("labels")
        if (
            not isinstance(text, str)
            or not isinstance(labels, list)
            or not all(isinstance(each, str) for each in labels)
        ):
            raise RegularsError(f'{path}, line {number}: a line needs "text" and "labels", a list of words.')
        ours = {mapping.get(each, each) for each in labels} - {None}
        unknown |= {str(each) for each in ours if each not in known}
        texts.append(Labelled(str(row.get("id", number)), text, frozenset(str(each) for each in ours)))
    if unknown:
        raise RegularsError(
            f"{path} has labels that are no topic of ours: {', '.join(sorted(unknown))}. "
            "Put them into ours with --labels-map, or to null."
        )
    if not texts:
        raise RegularsError(f"{path} holds no text.")
    return texts


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            row = _json(line, f"{path}, line {number}")
            if not isinstance(row, dict):
                raise RegularsError(f"{path}, line {number}: a line is one JSON object.")
            yield number, row


def _names(path: Path) -> Mapping[str, str | None]:
    names = _json(path.read_text(encoding="utf-8"), str(path))
    if not isinstance(names, dict) or not all(
        each is None or isinstance(each, str) for each in names.values()
    ):
        raise RegularsError(f'{path} must be one JSON object of {{"their label": "our topic" or null}}.')
    return names


def _json(text: str, place: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise RegularsError(f"{place} is no JSON ({error}).") from error
