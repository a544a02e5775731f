"""What tables of the console show of the code's own words: French for all of it, found in the code."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from config.settings import Settings
from console.web import told
from console.web.written import coded
from domain.journal import Act
from store.kept import KEPT
from tests.unit.console.test_told import _written


def _require_french(texts: Mapping[str, str], of: str) -> None:
    lacking = [f"{name}: {each}" for name, each in texts.items() if told.french(each) is None]
    if lacking:
        pytest.fail(f"Add to console/web/words/told/{of}.toml the French of:\n" + "\n".join(lacking))


def test_why_until_when_and_by_what_each_table_is_kept_has_its_french() -> None:
    written = {
        f"{name}.{column}": text for name, row in KEPT.items() for column, text in row._asdict().items()
    }
    _require_french(written, "kept")


def test_the_meaning_of_every_setting_has_its_french() -> None:
    written = {name: field.description or "" for name, field in Settings.model_fields.items()}
    _require_french(written, "settings")


def _texts(path: Path) -> Iterator[str]:
    """Find what a module writes as text of more than one word, and what it calls its looks and findings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documents = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
    inside = {id(part) for each in ast.walk(tree) if isinstance(each, ast.JoinedStr) for part in each.values}
    for each in ast.walk(tree):
        if isinstance(each, ast.expr) and id(each) not in documents | inside:
            text = _written(each)
            if text and " " in text and re.search("[a-z]", text) and "%" not in text:
                yield text.replace("\0", "7")
        if isinstance(each, ast.Call) and getattr(each.func, "id", "") in {"Finding", "_look"}:
            first = each.args[0]
            yield from (
                [first.value] if isinstance(first, ast.Constant) and isinstance(first.value, str) else []
            )


def test_what_the_look_at_the_installation_finds_has_its_french() -> None:
    found = set(_texts(Path("console/examination.py")))
    assert {"controller", "not chosen", "Publish your notice, then set REGULARS_NOTICE_URL"} <= {
        each.partition(" and put")[0] for each in found
    }
    _require_french({each: each for each in found}, "examined")


def _whole(given: ast.expr) -> Iterator[str]:
    """Find the texts that an expression may come to; parts of a text are none of them."""
    if (text := _written(given)) is not None:
        yield text
    else:
        for each in ast.iter_child_nodes(given):
            if isinstance(each, ast.expr):
                yield from _whole(each)


def _reasons(path: Path) -> Iterator[str]:
    """Find the reasons for which a connector sets an item or a push aside."""
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        named = getattr(call, "func", None)
        if getattr(named, "id", getattr(named, "attr", "")) in {"MalformedError", "refuse"}:
            assert isinstance(call, ast.Call)
            yield from _whole(call.args[0])
        if isinstance(call, ast.Assign) and getattr(call.targets[0], "id", "") == "reason":
            yield _written(call.value) or ""


@pytest.mark.parametrize("platform", ["facebook", "twitter", ""])
def test_why_something_could_not_be_read_has_its_french(platform: str) -> None:
    folder = Path("connectors") / platform
    found = {each for path in folder.glob("*.py") for each in _reasons(path) if " " in each.strip("\0 ")}
    assert found
    filled = {each: each.replace("\0", "7") for each in found}
    _require_french(filled, "unread")


def test_a_field_of_a_platform_is_no_sentence() -> None:
    assert told.french("author_id is missing") == "author_id manque"
    assert told.french("the author <b> is missing") is None


def test_every_act_of_the_journal_has_its_french() -> None:
    _require_french({each.name: each.value for each in Act}, "journal")


def test_the_source_of_every_rule_has_its_french() -> None:
    packs = [path.read_text(encoding="utf-8") for path in Path("config/policies").glob("*.toml")]
    sources = {each: each for pack in packs for each in re.findall(r'^source = "(.*)"$', pack, re.MULTILINE)}
    assert len(sources) > 20
    _require_french(sources, "sources")


def test_what_stands_between_backticks_is_code_and_everything_is_text() -> None:
    assert coded(told.told("`regulars resume`", "fr")) == "<code>regulars resume</code>"
    assert coded(told.told("`<b>` & co", "en")) == "<code>&lt;b&gt;</code> &amp; co"
