"""Where a value stands in a TOML text, so that an error can name the line."""

import re

_HEADER = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]")
_KEY = re.compile(r"""\s*([\w.\-"' ]+?)\s*=""")


def line_of(text: str, table: str, key: str = "") -> int | None:
    """Find the line of a key, else of its table; None where neither has a line of its own."""
    places = _places(text)
    wanted = [f"{table}.{key}".strip("."), table] if key else [table]
    return next((places[each] for each in wanted if each in places), None)


def _places(text: str) -> dict[str, int]:
    """Map the dotted name of every table and key to the first line that shows it, from 1."""
    places: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = _plain(header[1])
            places.setdefault(table, number)
        elif key := _KEY.match(line):
            places.setdefault(f"{table}.{_plain(key[1])}".strip("."), number)
    return places


def _plain(name: str) -> str:
    return re.sub(r"""["'\s]""", "", name)
