"""Charts are drawn once a minute for each way of looking at them."""

import threading
from datetime import UTC, datetime

import pytest

from console.web.desk import Visit
from console.web.pictures import OLDEST_S, STALEST_S, Pictures, Sheet
from domain.user import Role, User

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def visit(query: dict[str, str], path: str = "/charts/a.svg", language: str = "fr") -> Visit:
    return Visit(
        User(1, "ada", Role.VIEWER, language, "", "Europe/Paris"), "", language, path, query, {}, NOW
    )


def test_a_picture_is_drawn_again_after_a_while_and_for_another_way_of_looking() -> None:
    clock = [0.0]
    pictures, drawn = Pictures(lambda: clock[0]), list[Sheet]()

    def draw(sheet: Sheet) -> bytes:
        drawn.append(sheet)
        return f"<svg>{len(drawn)}</svg>".encode()

    first = pictures.answer(visit({}), draw)
    assert (first.body, first.media_type) == (b"<svg>1</svg>", "image/svg+xml")
    clock[0] = OLDEST_S - 1
    assert pictures.answer(visit({"theme": "light"}), draw).body == b"<svg>1</svg>"
    clock[0] = STALEST_S
    assert pictures.answer(visit({}), draw).body == b"<svg>2</svg>"
    for other in (
        visit({"theme": "dark"}),
        visit({"narrow": ""}),
        visit({}, language="en"),
        visit({}, "/charts/b.svg"),
    ):
        pictures.answer(other, draw)
    assert drawn[2:] == [Sheet("fr", dark=True), Sheet("fr", narrow=True), Sheet("en"), Sheet("fr")]


def test_nobody_waits_for_a_picture_that_has_just_grown_old() -> None:
    clock, may_end = [0.0], threading.Event()
    pictures, drawn = Pictures(lambda: clock[0]), list[int]()

    def draw(_: Sheet) -> bytes:
        drawn.append(len(drawn))
        if len(drawn) == 2:
            may_end.wait(10)
        return f"<svg>{len(drawn)}</svg>".encode()

    pictures.answer(visit({}), draw)
    clock[0] = OLDEST_S
    for _ in range(3):  # one thread draws it, once
        assert pictures.answer(visit({}), draw).body == b"<svg>1</svg>"
    behind = [each for each in threading.enumerate() if each.name == "pictures"]
    may_end.set()
    for each in behind:
        each.join()
    assert len(behind) == 1
    assert pictures.answer(visit({}), draw).body == b"<svg>2</svg>"
    assert drawn == [0, 1]


def test_a_picture_that_could_not_be_drawn_is_tried_again() -> None:
    pictures = Pictures()

    def fail(_: Sheet) -> bytes:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        pictures.answer(visit({}), fail)
    assert pictures.answer(visit({}), lambda _: b"<svg/>").body == b"<svg/>"
