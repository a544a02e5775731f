"""`regulars topics`: what texts speak of, by which words, and how well that agrees with people."""

import time
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from config.never import never
from config.own_topics import vocabulary
from config.reading import reader
from console.cli import own_topics, topic_counts
from console.cli.start import settings
from console.cli.words import out, print_json, print_table
from console.visible import shown
from domain.topic import Reading

app = typer.Typer(help="Say what texts speak of, and measure how well.", no_args_is_help=True)
own_topics.add_to(app)
topic_counts.add_to(app)

#: Colours of the topics in an explained text, in their order of strength.
COLOURS = ("bold green", "bold cyan", "bold magenta", "bold yellow")


def register(root: typer.Typer) -> None:
    """Add the group to the command line."""
    root.add_typer(app, name="topics")


@app.command("eval")
def evaluated(
    file: Annotated[Path, typer.Argument(metavar="FILE", help='JSON lines of {"id", "text", "labels"}.')],
    labels_map: Annotated[
        Path | None,
        typer.Option("--labels-map", help='JSON of {"their label": "our topic" or null}.'),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One object.")] = False,
    errors: Annotated[
        int,
        typer.Option("--errors", metavar="N", min=0, help="Show the first N texts that were read otherwise."),
    ] = 0,
) -> None:
    """Measure readings against the labels that people gave to texts.

    Micro and macro take the best topic of each text that has one, tagging only what is decided, over all
    texts. A topic that the file never labels counts neither way.
    """
    from classifier.evaluation import evaluate  # noqa: PLC0415  # numpy, for this command only
    from console.cli.labelled import read_labelled  # noqa: PLC0415
    from console.cli.measured import as_json, show  # noqa: PLC0415

    wanted = settings()
    texts = read_labelled(file, vocabulary(wanted.topics_file).topics, labels_map)
    reads = reader(wanted)
    began = time.thread_time()
    readings = list(reads.read(each.text for each in texts))
    texts_per_second = len(texts) / max(time.thread_time() - began, 1e-9)
    found = evaluate(texts, readings, seed=0)
    if json:
        print_json(as_json(found, texts_per_second))
    else:
        show(found, texts_per_second)
    for each, best, decided in found.errors[:errors]:
        labels = ", ".join(sorted(each.labels)) or "no topic"
        read_as = ", ".join(decided) or (f"{best}, undecided" if best else "nothing")
        out.print(f"{shown(each.id)}: {labels}, read as {read_as}: {shown(each.text)}")


@app.command()
def explain(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="A text in French or English.")],
    json: Annotated[bool, typer.Option("--json", help="One object.")] = False,
) -> None:
    """Say which topics a text speaks of, and show the words that say so."""
    (found,) = reader(settings()).read([text])
    if json:
        print_json(
            {
                "topics": found.topics,
                "language": found.language,
                "scores": dict(found.scores),
                "words": [each._asdict() for each in found.hits],
            }
        )
        return
    out.print(_coloured(text, found))
    if found.language is None:
        out.print("Neither French nor English: nothing is read.")
    elif never().is_personal(text):
        out.print("People speak of themselves here, of what is never inferred: nothing is read.")
    elif not found.hits:
        out.print("No word of a topic was found.")
    else:
        print_table(("topic", "score", "decided", "words"), _rows(text, found))


@app.command("list")
def listed(json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False) -> None:
    """List the topics, with how many terms each has in which language."""
    known = vocabulary(settings().topics_file)
    counted = Counter((each.topic, each.language) for each in known.terms)
    rows = [(each, *(counted[each, language] for language in ("fr", "en", "both"))) for each in known.topics]
    if json:
        for topic, french, english, both in rows:
            print_json({"topic": topic, "fr": french, "en": english, "both": both})
    else:
        print_table(("topic", "French", "English", "both"), rows)


def _coloured(text: str, found: Reading) -> Text:
    written = Text(text)
    colours = {topic: COLOURS[min(place, 3)] for place, (topic, _) in enumerate(found.scores)}
    for each in found.hits:
        written.stylize(colours[each.topic], each.start, each.end)
    return written


def _rows(text: str, found: Reading) -> list[tuple[str, str, str, str]]:
    return [
        (
            topic,
            f"{score:g}",
            "yes" if topic in found.topics else "no",
            ", ".join(
                dict.fromkeys(
                    f"{text[each.start : each.end]} ({each.weight:g})"
                    for each in found.hits
                    if each.topic == topic
                )
            ),
        )
        for topic, score in found.scores
    ]
