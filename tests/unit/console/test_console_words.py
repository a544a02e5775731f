"""The words of the console: complete in both languages, with the same values, and none that nobody says."""

import re
from pathlib import Path
from string import Formatter

import pytest

from console.web.words import Words, catalogue
from domain.sign_up import LANGUAGES

WEB = Path("console/web")
#: Words whose names are put together; the beginning of each.
MADE = re.compile(r'"([a-z_]+\.[a-z_-]*)" ~')


def test_every_sentence_stands_in_both_languages_with_the_same_values() -> None:
    for name, said in catalogue().items():
        assert set(said) == set(LANGUAGES), name
        kinds = {type(each) for each in said.values()}
        assert len(kinds) == 1, name
        sentences = [each if isinstance(each, list) else [each] for each in said.values()]
        assert {len(each) for each in sentences} <= {1, 2}, name
        values = [
            {field for part in each for _, field, _, _ in Formatter().parse(part) if field}
            for each in sentences
        ]
        assert values[0] == values[1], name


def test_what_templates_and_screens_say_is_there_and_nothing_else() -> None:
    texts = "".join(path.read_text() for path in [*WEB.rglob("*.html"), *WEB.rglob("*.py")])
    said = set(re.findall(r't\("([a-z_]+\.[a-z_-]+)"[,)]', texts)) | set(
        re.findall(r'"([a-z_]+\.[a-z_]+)"', texts)
    )
    beginnings = tuple(MADE.findall(texts)) + tuple(re.findall(r'f"([a-z_]+\.[a-z_]*)\{', texts))
    called = set(re.findall(r't\("([a-z_]+\.[a-z_-]+)"[,)]', texts))
    assert called - set(catalogue()) == set()
    unsaid = {each for each in set(catalogue()) - said if not each.startswith(beginnings)}
    assert unsaid == set()


@pytest.mark.parametrize(("language", "number", "said"), [("fr", 0, "0"), ("fr", 1, "1"), ("en", 2, "2")])
def test_numbers_choose_their_plural(language: str, number: int, said: str) -> None:
    sentence = Words(language)("messaging.lead", n=number)
    assert sentence.startswith(f"{said} contact")
    many = (language, number) == ("en", 2)
    assert sentence.startswith(f"{said} contacts") == many
