"""`regulars topics test`, `suggest` and `train`: a team's own terms, and a head for its own labels."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from classifier.head import Example, Head, train
from classifier.held_out import FEWEST, FEWEST_OF_TOPIC, Score, compare, learnable
from classifier.neighbours import neighbours, relatives
from classifier.topics.reader import Reader
from classifier.trying import Trial, trial
from config import head_file
from config.never import never
from config.own_topics import mistakes_of, vocabulary, written
from config.reading import reader_by
from config.topics import load_words, read
from console.cli.labelled import read_labelled
from console.cli.own_texts import texts_of
from console.cli.start import settings
from console.cli.words import note, out, print_table
from console.visible import shown
from domain.errors import RegularsError
from domain.terms import Vocabulary
from domain.topic import Reading

Texts = Annotated[
    Path | None,
    typer.Option(
        "--texts", help="Texts to look in, one a line, or JSON lines with `text`; else the stored ones."
    ),
]


class NotBetterError(RegularsError):
    """Raised when a trained head does not beat the terms: nothing was written."""


def add_to(app: typer.Typer) -> None:
    """Add the commands to the group `topics`."""
    app.command("test")(try_out)
    app.command()(suggest)
    app.command("train")(trained)


def try_out(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="File of your terms; else the one of REGULARS_TOPICS_FILE."),
    ] = None,
    texts: Texts = None,
    doubts: Annotated[int, typer.Option(min=0, help="Show so many hits that are in doubt.")] = 10,
) -> None:
    """Try your own terms on texts before they are switched on: hits, hits in doubt, other topics beside.

    In doubt is a hit where only faint words speak of the topic, or where one of the term's own "not with"
    words stands in the same text. The file is checked first; every mistake is said.
    """
    path = file or settings().topics_file
    if path is None:
        raise RegularsError("Name a file of terms, or set REGULARS_TOPICS_FILE. docs/topics.md shows one.")
    if mistakes := mistakes_of(path):
        for each in mistakes:
            note(each)
        raise RegularsError(f"{path} has {len(mistakes)} mistakes and was not tried; mend them first.")
    own = read(path)
    found = texts_of(texts)
    _show(trial(own.terms, found, list(reader_by(vocabulary(path)).read(found))), doubts)


def suggest(
    terms: Annotated[list[str], typer.Argument(metavar="TERM…", help="Words or phrases of a topic.")],
    texts: Texts = None,
    most: Annotated[int, typer.Option(min=1, max=200, help="So many of each kind at most.")] = 20,
) -> None:
    """Propose words that go with terms: of the word table, and of the texts that were written to you.

    Texts in which people speak of themselves are left out, as is every word that is never a term; a word
    of fewer than three texts is not shown.
    """
    for each in terms:
        if reason := never().reason(each):
            raise RegularsError(reason)
    of_table = relatives(terms, load_words().supports, refused=_refused, most=most)
    if of_table:
        print_table(
            ("word of the table", "topic", "share"),
            ((word, topic, f"{share:.2f}") for word, topic, share in of_table),
        )
    readable = (each for each in texts_of(texts) if not never().is_personal(each))
    of_texts = neighbours(terms, readable, refused=_refused, most=most)
    if of_texts:
        print_table(
            ("word of your texts", "with the terms", "in all", "closeness"),
            ((each.word, each.together, each.texts, f"{each.closeness:.2f}") for each in of_texts),
        )
    if not (of_table or of_texts):
        note("No word goes with them often enough; more texts, or more usual terms, find more.")


def trained(
    file: Annotated[Path, typer.Argument(metavar="FILE", help='JSON lines of {"id", "text", "labels"}.')],
    head: Annotated[Path, typer.Option("--out", help="Where the head is written if it beats the terms.")],
    labels_map: Annotated[
        Path | None,
        typer.Option("--labels-map", help='JSON of {"their label": "our topic" or null}.'),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed and texts give the same head.")] = 0,
) -> None:
    """Train a head on your own labels; it is written only if it beats the terms on texts held out.

    Both are measured on the same texts, each read by a head that did not learn from it. Set
    REGULARS_TOPICS_HEAD to the file to switch it on.
    """
    known = vocabulary(settings().topics_file)
    labelled = read_labelled(file, known.topics, labels_map)
    topics = learnable(labelled)
    if len(labelled) < FEWEST or not topics:
        raise RegularsError(
            f"{file} holds {len(labelled)} texts; a head takes at least {FEWEST}, and of a "
            f"topic {FEWEST_OF_TOPIC}."
        )
    examples = _examples([(each.text, each.labels) for each in labelled], known)

    def read_by(texts: Sequence[str], by: Head | None) -> list[Reading]:
        return list(reader_by(known, by).read(texts))

    found = compare(labelled, examples, known.topics, read_by, seed=seed)
    print_table(
        ("tagging, held out", "F1", "95 %"),
        (("terms", *_told(found.terms)), ("head", *_told(found.head)), ("gain", *_told(found.gain))),
    )
    learnt = ", ".join(found.topics)
    out.print(f"{found.texts} texts; learnt: {learnt}. Of other topics the terms decide.", soft_wrap=True)
    if not found.better:
        raise NotBetterError(
            "The head does not beat the terms beyond chance, so it was not written. More labels, above all "
            "of the topics that are often wrong, may change that."
        )
    made = train(examples, topics, known.topics, threshold=found.threshold, seed=seed)
    head_file.save(made, head)
    size = f"{head.stat().st_size:,} bytes"
    out.print(f"{head} holds the head ({size}). Set REGULARS_TOPICS_HEAD to it to use it.", soft_wrap=True)


def _refused(word: str) -> bool:
    return never().reason(word) is not None


def _examples(labelled: Sequence[tuple[str, frozenset[str]]], known: Vocabulary) -> list[Example]:
    """Take down what a head would see of each text: nothing where nothing is read."""
    seen: list[tuple[tuple[str, ...], Mapping[str, float]]] = []

    def take_down(words: Sequence[str], terms: Mapping[str, float]) -> Mapping[str, float]:
        seen.append((tuple(words), terms))
        return terms

    reader = Reader(known, words=load_words(), head=take_down, never=never())
    examples = []
    for text, labels in labelled:
        seen.clear()
        for _ in reader.read([text]):
            words, terms = seen[-1] if seen else ((), {})
            examples.append(Example(tuple(each for each in words if not _refused(each)), terms, labels))
    return examples


def _told(score: Score) -> tuple[str, str]:
    return f"{score.f1:.3f}", f"{score.low:.3f} to {score.high:.3f}"


def _show(found: Trial, doubts: int) -> None:
    print_table(
        ("term", "topic", "texts", "decided", "in doubt", "beside it"),
        (
            (
                written(each.term),
                each.term.topic,
                each.texts,
                each.decided,
                each.doubtful,
                ", ".join(f"{topic} {count}" for topic, count in each.beside.items()),
            )
            for each in found.terms
        ),
    )
    for each in found.doubts[:doubts]:
        out.print(
            shown(f"{written(each.term)} ({each.term.topic}), {each.reason}: {each.text}"), soft_wrap=True
        )
    out.print(f"{found.hit} of {found.texts} texts hold a term; {len(found.doubts)} hits are in doubt.")
