"""Topics: texts a second and memory of the reader, beside spaCy's text classifier and a TF-IDF baseline.

The texts are made of common words and of terms by a seed, twenty words each; nobody's data are needed.
Cold is each text once by a reader that has met none of its words; warm are the same texts again. Texts a
second are by CPU time of one thread; memory is the highest of a process of its own, which therefore imports
nothing but what it measures.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

WORDS_A_TEXT = 20
#: What is asked for: texts a second, megabytes, seconds.
GOALS = {"warm": 20_000, "cold": 8_000, "peak_mb": 300, "start_s": 1.0}
#: How many texts the other two learn from; they read as many as we do.
TAUGHT = 1_000
TIMES = 2


def texts_of(count: int, seed: int) -> list[str]:
    """Make texts as long as a post, every second one with a term in it, in both languages."""
    from config.topics import load, load_words  # noqa: PLC0415  # not into the processes that are measured

    draw = random.Random(seed)
    common = sorted(load_words().languages.items(), key=lambda each: -max(each[1]))
    tongues = {
        language: [word for word, shares in common if shares[place] > max(shares[1 - place], -600)]
        for place, language in enumerate(("fr", "en"))
    }
    weights = {each: [1 / (rank + 3) for rank in range(len(words))] for each, words in tongues.items()}
    terms = {each: [term for term in load().terms if term.language == each] for each in tongues}
    made = []
    for number in range(count):
        language = ("fr", "en")[number % 2]
        words = draw.choices(tongues[language], weights[language], k=WORDS_A_TEXT)
        if draw.random() < 0.5:
            words[draw.randrange(WORDS_A_TEXT)] = draw.choice(terms[language]).text
        made.append(" ".join(words).capitalize() + draw.choice((".", " !", " @ada", " #Ici", "")))
    return made


def labels_of(texts: Sequence[str]) -> list[str]:
    """Give each text the topic that our terms find, so that the others have something to learn."""
    from config.reading import reader_by  # noqa: PLC0415  # as above
    from config.topics import load  # noqa: PLC0415  # as above

    return [each.scores[0][0] if each.scores else "none" for each in reader_by(load()).read(texts)]


def ours(texts: Sequence[str], labels: Sequence[str]) -> dict[str, float]:  # noqa: ARG001  # it learns nothing
    """Measure the reader as the product makes it."""
    began = time.process_time()
    from config.reading import reader_by  # noqa: PLC0415  # timed
    from config.topics import load  # noqa: PLC0415  # timed

    loaded = time.process_time()
    reader = reader_by(load())
    next(reader.read(["hello"]))
    start = time.process_time() - loaded
    return {"import_s": loaded - began, "start_s": start} | _speeds(lambda: reader.read(texts), len(texts))


def spacy_textcat(texts: Sequence[str], labels: Sequence[str]) -> dict[str, float]:
    """Measure spaCy's bag-of-words classifier with fourteen labels, hardly taught: its speed is the same."""
    import spacy  # noqa: PLC0415  # weighs on this process only
    from spacy.training import Example  # noqa: PLC0415  # as above

    language = spacy.blank("xx")
    sorter: Any = language.add_pipe("textcat_multilabel")
    for each in sorted({*labels}):
        sorter.add_label(each)
    examples = [
        Example.from_dict(language.make_doc(text), {"cats": {topic: 1.0}})
        for text, topic in zip(texts[:TAUGHT], labels, strict=True)
    ]
    language.initialize(lambda: examples)
    for at in range(0, len(examples), 100):
        language.update(examples[at : at + 100])
    return _speeds(lambda: language.pipe(texts), len(texts))


def tfidf(texts: Sequence[str], labels: Sequence[str]) -> dict[str, float]:
    """Measure a linear classifier over TF-IDF of words and word pairs."""
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415  # weighs on this process only
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415  # as above
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415  # as above

    model = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression(max_iter=200))
    model.fit(texts[:TAUGHT], labels)
    return _speeds(lambda: iter(model.predict(texts)), len(texts))


MEASURED: dict[str, Callable[[Sequence[str], Sequence[str]], dict[str, float]]] = {
    "topics of Regulars": ours,
    "spaCy textcat_multilabel": spacy_textcat,
    "TF-IDF, words and pairs": tfidf,
}


def _speeds(read: Callable[[], Iterable[object]], count: int) -> dict[str, float]:
    speeds = []
    for _ in range(TIMES + 1):
        began = time.thread_time()
        done = sum(1 for _ in read())
        speeds.append(done / (time.thread_time() - began))
        if done != count:
            raise SystemExit(f"Of {count} texts {done} were read.")
    return {"cold": speeds[0], "warm": max(speeds[1:])}


def measure(name: str, sample: str) -> dict[str, float]:
    """Measure one of them in a process of its own, which is given texts and labels as JSON."""
    command = [sys.executable, __file__, "--one", name]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT, input=sample)
    if ran.returncode:
        print(f"{name}: not measured ({ran.stderr.strip().splitlines()[-1]})")
        return {}
    found: dict[str, float] = json.loads(ran.stdout)
    return found


def main() -> None:
    """Print a line for each, and whether ours reaches what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=10_000)
    parser.add_argument(
        "--one", choices=list(MEASURED), help="measure this one, on texts from standard input"
    )
    options = parser.parse_args()
    if options.one:
        sample = json.load(sys.stdin)
        found = MEASURED[options.one](sample["texts"], sample["labels"])
        found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(found))
        return
    texts = texts_of(options.texts, seed=5)
    sample = json.dumps({"texts": texts, "labels": labels_of(texts[:TAUGHT])})
    print(f"{'':28}{'cold':>10}{'warm':>10}{'peak MB':>10}{'start s':>10}")
    all_found = {}
    for each in MEASURED:
        found = all_found[each] = measure(each, sample)
        if found:
            start = f"{found['start_s']:>10.2f}" if "start_s" in found else ""
            print(f"{each:28}{found['cold']:>10,.0f}{found['warm']:>10,.0f}{found['peak_mb']:>10.0f}{start}")
    mine = all_found["topics of Regulars"]
    short = [
        f"{name} {mine[name]:,.1f} (asked {goal:,})"
        for name, goal in GOALS.items()
        if (mine[name] > goal if name in {"peak_mb", "start_s"} else mine[name] < goal)
    ]
    print(f"Short of what is asked: {'; '.join(short)}." if short else "All that is asked is reached.")


if __name__ == "__main__":
    main()
