"""The parts of the pages: how senders are counted, languages, handles, origins, what the log shows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.consent_texts import sentence, version, wording
from console.form_reading import origin_of
from console.pages import crowd as counting
from console.pages.crowd import WINDOW_S, Bound, Crowd, network
from console.pages.forms import handle_of
from console.pages.guard import shown
from console.pages.words import language_of, words
from domain.sign_up import PURPOSES
from domain.topic import TOPICS


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_one_network_is_counted_together_and_apart_from_others() -> None:
    crowd = Crowd({"join": Bound(2, 100)})
    addresses = [
        "192.0.2.1",
        "192.0.2.200",
        "192.0.2.3",
        "198.51.100.1",
        "2001:db8:1::1",
        "2001:db8:1:ffff::1",
    ]
    assert [crowd.admits("join", each) for each in addresses] == [True, True, False, True, True, True]
    assert not crowd.admits("join", "2001:db8:1:2::9")
    assert crowd.admits("join", "2001:db8:2::1")


def test_kinds_are_counted_apart_and_all_together_have_a_bound() -> None:
    crowd = Crowd({"join": Bound(1, 3), "object": Bound(1, 3)})
    assert [crowd.admits("join", f"10.0.{each}.1") for each in range(5)] == [True] * 3 + [False] * 2
    assert crowd.admits("object", "10.0.0.1")


def test_counting_begins_anew_with_another_key() -> None:
    clock = Clock()
    crowd = Crowd({"join": Bound(1, 9)}, clock)
    crowd.admits("join", "10.0.0.1")
    before = set(crowd._ones)
    assert not crowd.admits("join", "10.0.0.1")
    clock.seconds = WINDOW_S
    assert crowd.admits("join", "10.0.0.1")
    assert not before & set(crowd._ones)


def test_any_number_of_networks_is_counted_in_bounded_room_and_locks_no_known_one_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(counting, "MOST_ADDRESSES", 100)
    crowd = Crowd({"stop": Bound(5, 10**9)})
    assert crowd.admits("stop", "9.9.9.9")
    admitted = sum(crowd.admits("stop", f"2001:{each:x}::1") for each in range(2_000))
    assert len(crowd) == 101
    assert admitted == 99 + 5
    assert crowd.admits("stop", "9.9.9.9")


@given(st.text(max_size=60))
def test_any_text_has_a_network(address: str) -> None:
    assert network(address)


@pytest.mark.parametrize(
    ("chosen", "accepted", "language"),
    [
        ("en", "fr", "en"),
        ("de", "en", "en"),
        (None, "", "fr"),
        (None, "de", "fr"),
        (None, "en-US,en;q=0.9,fr;q=0.8", "en"),
        (None, "fr;q=0.8,en;q=0.9", "en"),
        (None, "en;q=0,fr;q=0.1", "fr"),
        (None, "en;q=x,fr;q=0.1", "fr"),
        (None, "EN", "en"),
    ],
)
def test_the_language_is_chosen_else_wished_else_french(
    chosen: str | None, accepted: str, language: str
) -> None:
    assert language_of(chosen, accepted) == language


@given(st.text(max_size=100))
def test_any_wish_is_understood_as_a_language_of_ours(accepted: str) -> None:
    assert language_of(None, accepted) in ("fr", "en")


def test_every_word_stands_in_both_languages() -> None:
    french, english = words("fr"), words("en")
    assert french.keys() == english.keys()
    assert [name for name in french if not (french[name].strip() and english[name].strip())] == []
    assert [each for each in TOPICS if f"topic_{each}" not in french] == []
    assert [
        name for name in french if name.endswith("_title") and name.replace("_title", "_text") not in french
    ] == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_consent_names_who_asks_what_for_and_how_it_ends(language: str) -> None:
    for purpose in PURPOSES:
        said = sentence(language, purpose, "{controller} & Co")
        assert "{controller} & Co" in said
        assert "politique" in said or "political" in said
        assert "retirer" in said or "withdraw" in said
    whole = wording(language, ("email", "topics"), "The Club")
    assert whole.splitlines() == [
        sentence(language, "email", "The Club"),
        sentence(language, "topics", "The Club"),
        f"[{version()}]",
    ]


@pytest.mark.parametrize(
    ("written", "handle"),
    [
        ("ada", "ada"),
        (" @Ada_1 ", "Ada_1"),
        ("https://x.com/ada", "ada"),
        ("https://www.twitter.com/ada/", "ada"),
        ("x.com/ada?ref=1", "ada"),
        ("https://m.facebook.com/ada.levy#top", "ada.levy"),
        ("https://x.com.evil.example/ada", None),
        ("https://x.com/ada/status/1", None),
        ("ada levy", None),
        ("@", None),
        ("", None),
        ("ada\n", "ada"),
        ("a\nda", None),
        ("é", None),
    ],
)
def test_a_handle_is_read_as_people_write_it(written: str, handle: str | None) -> None:
    found = handle_of({"platform": ["twitter"], "handle": [written]})
    assert found == (None if handle is None else ("twitter", handle))


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Club.example/pages/", "https://club.example"),
        ("https://club.example:443", "https://club.example"),
        ("http://127.0.0.1:8091/x?y", "http://127.0.0.1:8091"),
        ("https://club.example:80", "https://club.example:80"),
    ],
)
def test_an_origin_is_written_as_browsers_do(url: str, origin: str) -> None:
    assert origin_of(url) == origin


@given(st.text(alphabet="/abcjoinstoconfirm.%ét", max_size=40))
def test_the_log_shows_names_of_pages_and_nothing_else(path: str) -> None:
    assert shown(path) in {"/object", "/join", "/notice", "/pages.css", "/stop/…", "/join/confirm/…", "/…"}
    assert shown(f"/stop/{path}") == "/stop/…"
