"""Texts are shown as text, whoever wrote them, and nothing is cut off."""

import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from console.cli.words import table_of, usd
from console.visible import shown


@pytest.mark.parametrize(
    ("text", "written"),
    [
        pytest.param("Łucja Ğül 李小龙 🌻", "Łucja Ğül 李小龙 🌻", id="letters-of-all-scripts-stay"),
        pytest.param("line\nbreak", "line\\u000abreak", id="a-line-break-is-visible"),
        pytest.param("\x1b[31mred", "\\u001b[31mred", id="an-escape-colours-nothing"),
        pytest.param("\u202eevil", "\\u202eevil", id="an-override-turns-nothing-round"),
        pytest.param("a\u200bb\u00a0c", "a\\u200bb\\u00a0c", id="invisible-spaces-are-visible"),
        pytest.param("🏳\ufe0f\u200d🌈", "🏳\ufe0f\u200d🌈", id="two-pictures-stay-joined"),
        pytest.param("a\u200db\u200d", "a\\u200db\\u200d", id="letters-are-joined-by-nothing"),
        pytest.param("Z" + "\u0489" * 30, "Z" + "\u0489" * 30, id="marks-of-a-letter-stay"),
        pytest.param(
            "Z" + "\u0489\u0301" * 16, "Z" + "\u0489\u0301" * 15 + r"\u0489\u0301", id="a-heap-of-them-ends"
        ),
        pytest.param("क्षत्रिय" * 40, "क्षत्रिय" * 40, id="a-long-text-with-many-marks-stays"),
        pytest.param("[bold red]x[/]", "[bold red]x[/]", id="markup-stays-as-it-is"),
        pytest.param(None, "", id="nothing-is-empty"),
    ],
)
def test_a_text_is_shown_as_text(text: str | None, written: str) -> None:
    assert shown(text) == written


@given(st.text())
def test_no_text_can_move_the_cursor_or_turn_the_line(text: str) -> None:
    written = shown(text).replace("\u200d", "")  # stays between pictures
    assert not {unicodedata.category(each) for each in written} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@given(st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), min_size=1, max_size=30))
def test_a_narrow_table_cuts_nothing_off(cell: str) -> None:
    written = io.StringIO()
    Console(file=written, width=40, markup=False, emoji=False).print(table_of(("key", "name"), [("k", cell)]))
    lines = written.getvalue().split("\n")[3:-2]
    assert "".join(each.split("│")[2].strip() for each in lines) == cell


def test_a_key_stays_in_one_line() -> None:
    written = io.StringIO()
    key = "facebook:194592112538350:4812225294587581"
    Console(file=written, width=60).print(table_of(("contact", "name"), [(key, "a name of some length")]))
    assert key in written.getvalue()


@pytest.mark.parametrize(
    ("micro", "written"),
    [
        pytest.param(0, "$0.00", id="nothing"),
        pytest.param(1_660_000, "$1.66", id="dollars-and-cents"),
        pytest.param(5_000, "$0.005000", id="less-than-a-cent-is-not-rounded-away"),
    ],
)
def test_money(micro: int, written: str) -> None:
    assert usd(micro) == written
