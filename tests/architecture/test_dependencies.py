"""What the program is made of: written down as it is locked, under licences that let it be passed on."""

import re

import pytest

from tools.dependencies import ROOT, asked_for, document, packages

#: What asks nothing, or only that a notice stays.
PERMISSIVE = {
    "MIT", "MIT-0", "MIT-CMU", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "Apache-2.0", "ISC", "PSF-2.0", "Zlib",
    "CC0-1.0",
}  # fmt: skip
#: What asks something for its own files.
OF_ITS_FILES = {"MPL-2.0", "LGPL-3.0-only", "LGPL-3.0-or-later"}
ADRS = "\n".join(each.read_text(encoding="utf-8") for each in (ROOT / "docs" / "adr").glob("*.md")).lower()


def test_the_page_says_what_is_locked() -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    assert page == document(), "python -m tools.dependencies > docs/dependencies.md"


def test_what_is_locked_is_what_is_installed() -> None:
    assert len(list(packages())) > 80


@pytest.mark.parametrize("licence", sorted({each.licence for each in packages()}))
def test_every_licence_lets_it_be_passed_on(licence: str) -> None:
    assert set(re.findall(r"[\w.-]+", licence)) - {"AND", "OR"} <= PERMISSIVE | OF_ITS_FILES


@pytest.mark.parametrize("name", sorted(asked_for()))
def test_what_we_ask_for_has_its_line_in_an_adr(name: str) -> None:
    assert re.search(re.escape(name).replace(r"\-", "[-_ ]?"), ADRS)
