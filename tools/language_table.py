"""Makes config/languages.tsv: how common words are in French, in English and in other tongues.

Source: wordfreq 3 (its data are CC BY-SA 4.0). Run by `make language-table` in an environment of its own.
"""

import math
from pathlib import Path

from wordfreq import top_n_list, word_frequency

from classifier.topics.cleaning import fold

TARGET = Path(__file__).parents[1] / "config" / "languages.tsv"
OTHER_TONGUES = ("es", "it", "de", "pt", "nl")
#: How many of the most common words of each language are taken.
OURS, OTHERS = 9000, 1500
#: The share that stands for a word which a language does not have.
NONE = 1e-8
HEADER = (
    "# word, and the logarithm (base 10, times 100) of its share in French, in English, and in that\n"
    "# one of Spanish, Italian, German, Portuguese and Dutch where it is most common. Made by `make\n"
    "# language-table` from wordfreq 3.1.1 (Robyn Speer), whose data are CC BY-SA 4.0; so is this file.\n"
)


def main() -> None:
    """Write the table anew."""
    tongues = ("fr", "en", *OTHER_TONGUES)
    shares: dict[str, dict[str, float]] = {}
    chosen = set()
    for tongue in tongues:
        for rank, word in enumerate(top_n_list(tongue, 40_000)):
            folded = fold(word)
            if not folded.isalpha():
                continue
            if rank < (OURS if tongue in {"fr", "en"} else OTHERS):
                chosen.add(folded)
            of_word = shares.setdefault(folded, dict.fromkeys(tongues, 0.0))
            of_word[tongue] += word_frequency(word, tongue)
    with TARGET.open("w", encoding="utf-8") as file:
        file.write(HEADER)
        for word in sorted(chosen):
            of_word = shares[word]
            other = max(of_word[each] for each in OTHER_TONGUES)
            columns = (
                round(100 * math.log10(max(NONE, each))) for each in (of_word["fr"], of_word["en"], other)
            )
            file.write("\t".join([word, *map(str, columns)]) + "\n")


if __name__ == "__main__":
    main()
