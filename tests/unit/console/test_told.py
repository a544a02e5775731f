"""Sentences that the code itself raises or keeps: French for all of them, found in the code, not by hand."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from markupsafe import Markup

from connectors.facebook import errors as facebook
from connectors.twitter import errors as twitter
from console.web import harvesting, told
from console.web.words import catalogue

#: Where sentences come from that a run, a failure, a pause or a form of the console may show.
SPEAKERS = ("domain", "store", "pipeline", "connectors", "workers", "console/web")
#: Modules whose sentences only somebody at a command line, or starting the product, can meet.
AT_THE_COMMAND_LINE = {
    **dict.fromkeys(
        (
            f"connectors/files/{each}.py"
            for each in (
                *("archive", "facebook_archive", "twitter_archive", "members"),
                *("columns", "sign_up_list", "partition", "rejects"),
            )
        ),
        "lists and archives are imported by commands",
    ),
    "pipeline/archives.py": "the same",
    "pipeline/backup.py": "backups",
    "pipeline/objections.py": "the ledger, read at the start",
    "pipeline/replay.py": "the ledger, restored",
    "pipeline/rotate.py": "keys",
    "store/dumps.py": "backups",
    "store/grants.py": "the schema is brought up by a command",
    "store/schema.py": "the same",
    "store/migrations": "the same",
    "store/kept.py": "a document that is made of them",
    "store/journal.py": "anchors are compared by a command",
    "workers/broker.py": "the queue server, looked at before anything starts",
    "workers/embedded.py": "the same",
    "workers/supervisor.py": "the start of all processes",
    "workers/worker.py": "the queues of a worker, told at its start",
    "console/web/probes.py": "an answer to a program",
}
#: Sentences that end a change of the schema, not a request.
NOT_SHOWN = {
    "A change of the schema would have left rows that point at nothing; it was taken back. Report this."
}


def _written(node: ast.expr) -> str | None:
    """Return a sentence as the code writes it, with NUL for what changes."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(str(each.value) if isinstance(each, ast.Constant) else "\0" for each in parts)
    return None


def _literals(tree: ast.AST, beside: set[int]) -> Iterator[str]:
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.expr) and (found := _written(child)) is not None:
            if id(child) not in beside:
                yield found
        else:
            yield from _literals(child, beside)


def _sentences(folder: str) -> Iterator[tuple[str, str]]:
    for path in sorted(Path(folder).rglob("*.py")):
        if any(str(path).startswith(each) for each in AT_THE_COMMAND_LINE):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        documents = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
        for each in _literals(tree, documents):
            if re.match(r"[A-Z\0]", each) and each.endswith(".") and " " in each and each not in NOT_SHOWN:
                yield str(path), each


@pytest.mark.parametrize("folder", SPEAKERS)
def test_every_sentence_of_the_code_has_its_french(folder: str) -> None:
    found = list(_sentences(folder))
    assert found
    lacking = {
        f"{path}: {each}"
        for path, each in found
        if told.french(re.sub(r"\{(\w+)\}", "7", each.replace("\0", "7"))) is None
    }
    assert lacking == set()


@pytest.mark.parametrize("connector", [facebook, twitter])
def test_every_refusal_of_a_platform_has_its_french_and_its_cause(connector: object) -> None:
    for row in connector._TABLE:  # type: ignore[attr-defined]
        sentence = row.sentence.format_map(_Filled())
        assert told.french(sentence) is not None, sentence
        assert f"harvests.cause_{row.code}" in catalogue()


class _Filled(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "403" if name in {"number", "status"} else "100"


def test_what_a_run_waits_for_has_words() -> None:
    kept = set()
    for path in [*Path("pipeline").glob("*.py"), *Path("store").glob("*.py")]:
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call):
                if getattr(call.func, "id", getattr(call.func, "attr", "")) in {"_defer", "park"}:
                    kept |= {each.value for each in call.args if isinstance(each, ast.Constant)}
                kept |= {
                    each.value
                    for keyword in call.keywords
                    if keyword.arg == "waiting_for"
                    for each in ast.walk(keyword.value)
                    if isinstance(each, ast.Constant) and each.value
                }
    assert {"the list of posts", "a new token", "the queue server"} <= kept
    assert kept - set(harvesting._WAITS) == set()
    for each in harvesting._WAITS.values():
        assert f"harvests.waits_{each}" in catalogue()


def test_the_french_of_a_sentence_holds_no_value_that_the_english_lacks() -> None:
    for english, shape in told.shapes().items():
        holes = set(re.findall(r"\{_?([a-z]+)\}", english))
        assert set(re.findall(r"\{_?([a-z]+)\}", shape.french)) <= holes, english
        if english.endswith((".", "{why}")):
            assert told.french(re.sub(r"\{\w+\}", "7", english)) is not None, english


def test_values_stand_in_the_sentence_and_are_text() -> None:
    said = told.told(
        "Account <b>team</b> is paused. X asks account 12 to wait before it reads more likers.", "fr"
    )
    assert said == (
        "Le compte &lt;b&gt;team&lt;/b&gt; est en pause. "
        "X demande au compte 12 d&#39;attendre avant de lire d&#39;autres j&#39;aime."
    )


def test_several_sentences_in_a_row_are_told_one_by_one() -> None:
    said = told.french("3 items could not be read, so nobody is taken to have left. Replay later.")
    assert said is not None
    assert said.unescape() == (
        "Éléments qui n'ont pas pu être lus : 3 ; personne n'est donc réputé parti. Relancez plus tard."
    )


def test_budgets_are_told_with_their_scope() -> None:
    said = told.french("Nothing is left of the budget of $2.50 a month for all accounts.")
    assert said == "Il ne reste rien : le budget de $2.50 par mois pour tous les comptes est épuisé."


def test_what_nobody_of_ours_wrote_stays_marked_as_english() -> None:
    assert told.told("<i>Odd</i> thing.", "fr") == Markup(
        '<span lang="en">&lt;i&gt;Odd&lt;/i&gt; thing.</span>'
    )
    assert told.told("<i>Odd</i> thing.", "en") == Markup("&lt;i&gt;Odd&lt;/i&gt; thing.")
    assert told.told("", "fr") == Markup("")
    assert told.french("a. " * 2_000) is None
