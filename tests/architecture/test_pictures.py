"""The pictures of the console: there for every screen in every look, light enough, and those named exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCREENS = ROOT / "docs" / "screens"
#: What the pictures may weigh together, in bytes.
MOST_BYTES = 2_000_000
MAIN = ("overview", "accounts", "harvests", "queues", "contacts", "messaging", "privacy", "settings")
_PICTURE = re.compile(r"docs/screens/[\w-]+\.webp")


def test_the_pictures_are_light_together() -> None:
    assert sum(each.stat().st_size for each in SCREENS.iterdir()) <= MOST_BYTES


@pytest.mark.parametrize("screen", MAIN)
def test_every_screen_is_shown_wide_and_on_a_phone_light_and_dark(screen: str) -> None:
    looks = {each.stem for each in SCREENS.glob(f"{screen}-*.webp")}
    wanted = {f"{screen}-{size}-{scheme}" for size in ("wide", "phone") for scheme in ("light", "dark")}
    assert wanted <= looks


def test_the_readme_shows_pictures_that_exist() -> None:
    shown = set(_PICTURE.findall((ROOT / "README.md").read_text("utf-8")))
    assert len(shown) > 3
    assert [each for each in sorted(shown) if not (ROOT / each).is_file()] == []
