"""The file of a trained head: numbers and JSON in one .npz, in which nothing can be run."""

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from classifier.head import COLUMNS, Head
from domain.errors import RegularsError

#: The shape of the file; another one is refused.
VERSION = 1
#: No file of ours is larger.
MOST_BYTES = 10_000_000


class HeadError(RegularsError):
    """Raised when a file holds no head that can be used."""


def save(head: Head, path: Path) -> None:
    """Write a head; the same head gives the same numbers."""
    about = {
        "version": VERSION,
        "topics": head.topics,
        "said": head.said,
        "threshold": head.threshold,
    }
    written = np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)
    with path.open("wb") as file:
        np.savez_compressed(file, about=written, weights=head.weights, bias=head.bias)


def load(path: Path) -> Head:
    """Read a head; raises HeadError in one sentence where the file is none of ours."""
    if path.stat().st_size > MOST_BYTES:
        raise HeadError(f"{path} is larger than any head ({MOST_BYTES:,} bytes); train it anew.")
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as read:
            about: dict[str, Any] = json.loads(read["about"].tobytes())
            head = Head(
                tuple(about["topics"]),
                tuple(about["said"]),
                read["weights"],
                read["bias"],
                float(about["threshold"]),
            )
    except (ValueError, LookupError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise HeadError(f"{path} holds no trained head; make one with `regulars topics train`.") from error
    if about.get("version") != VERSION or not _fits(head):
        raise HeadError(f"{path} holds a head of another shape; train it anew with `regulars topics train`.")
    return head


def _fits(head: Head) -> bool:
    shape = (COLUMNS + len(head.said), len(head.topics))
    numbers = head.weights.dtype == np.float16 and head.weights.shape == shape
    fits = numbers and head.bias.shape == (len(head.topics),) and 0 < head.threshold < 1
    return bool(fits and np.isfinite(head.weights).all() and np.isfinite(head.bias).all())
