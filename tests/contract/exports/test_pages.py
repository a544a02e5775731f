"""Each preset has its page, and what it says of the columns is what the preset does."""

from pathlib import Path

import pytest

from exports.presets import PRESETS, Preset
from exports.presets.document import computed, main

PAGES = Path(__file__).parents[3] / "docs/presets"


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_a_page_tells_what_the_preset_does(preset: Preset) -> None:
    text = (PAGES / f"{preset.name}.md").read_text(encoding="utf-8")
    assert computed(preset) in text, "run `python -m exports.presets.document docs/presets`"
    for heading in ("## Where to click", "## Refused, and why", "## Not verified"):
        assert heading in text


def test_every_page_is_in_the_index_and_is_of_a_preset() -> None:
    index = (PAGES / "README.md").read_text(encoding="utf-8")
    assert [each for each in PRESETS if f"({each}.md)" not in index] == []
    assert {each.stem for each in PAGES.glob("*.md")} == {*PRESETS, "README"}


def test_the_pages_are_written_anew_as_they_are(tmp_path: Path) -> None:
    for each in PAGES.glob("*.md"):
        (tmp_path / each.name).write_bytes(each.read_bytes())
    page = tmp_path / "odoo.md"
    page.write_text(page.read_text(encoding="utf-8").replace("`ref`", "`changed`"), encoding="utf-8")
    main(tmp_path)
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == {
        each.name: each.read_bytes() for each in PAGES.glob("*.md")
    }
