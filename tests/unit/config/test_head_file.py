"""The file of a head: it comes back as it went, and nothing else is taken for one."""

import json
import pickle
from pathlib import Path

import numpy as np
import pytest

from classifier.head import COLUMNS, Example, Head, train
from config.head_file import MOST_BYTES, HeadError, load, save


@pytest.fixture(scope="module")
def head() -> Head:
    examples = [Example(("bus",), {"transport": 3.0}, frozenset({"transport"})), Example((), {}, frozenset())]
    return train(examples, ("transport",), ("transport", "health"), threshold=0.4, seed=1)


def test_a_head_comes_back_as_it_went(head: Head, tmp_path: Path) -> None:
    path = tmp_path / "head.npz"
    save(head, path)
    back = load(path)
    assert (back.topics, back.said, back.threshold) == (head.topics, head.said, head.threshold)
    assert np.array_equal(back.weights, head.weights)
    assert back.scores(("bus",), {}) == head.scores(("bus",), {})
    assert path.stat().st_size < MOST_BYTES


def test_fourteen_topics_stay_below_ten_megabytes(tmp_path: Path) -> None:
    chance = np.random.default_rng(0)
    topics = tuple(f"topic_{each}" for each in range(14))
    weights = chance.normal(size=(COLUMNS + 14, 14)).astype(np.float16)
    path = tmp_path / "head.npz"
    save(Head(topics, topics, weights, np.zeros(14, dtype=np.float32), 0.5), path)
    assert path.stat().st_size < MOST_BYTES
    load(path)


def test_what_is_no_head_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "head.npz"
    for content in (b"", b"text", b"PK\x03\x04broken", pickle.dumps({"a": 1})):
        path.write_bytes(content)
        with pytest.raises(HeadError, match="holds no trained head"):
            load(path)
    np.savez(path, about=np.array([{"run": "me"}], dtype=object))
    with pytest.raises(HeadError, match="holds no trained head"):
        load(path)
    path.write_bytes(b"0" * (MOST_BYTES + 1))
    with pytest.raises(HeadError, match="larger than any head"):
        load(path)


@pytest.mark.parametrize(
    "changed",
    [
        {"version": 2},
        {"threshold": 0.0},
        {"topics": ["transport", "health"]},
        {"weights": np.zeros((3, 1), dtype=np.float16)},
        {"bias": np.array([np.inf], dtype=np.float32)},
    ],
)
def test_a_head_of_another_shape_is_refused(head: Head, tmp_path: Path, changed: dict[str, object]) -> None:
    about = {"version": 1, "topics": head.topics, "said": head.said, "threshold": 0.5}
    arrays = {"weights": head.weights, "bias": head.bias}
    for key, value in changed.items():
        (arrays if key in arrays else about)[key] = value
    written = np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)
    path = tmp_path / "head.npz"
    np.savez(path, about=written, **arrays)
    with pytest.raises(HeadError, match="another shape"):
        load(path)
