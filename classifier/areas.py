"""Areas: which numbers of a table may be shown, and which area a person meant. Pure."""

from collections.abc import Iterable, Mapping

from classifier.folding import words_of
from domain.area import Area, AreaError

#: A word of so many characters with a digit in it tells an area by itself: a postcode, an INSEE code.
_LONG = 5


def shown(counts: Mapping[str, int], least: int) -> dict[str, int | None]:
    """Return the cells of a table as they may be published, None where the number is not shown.

    Not shown is every cell below `least`, empty ones too, and with them every cell that has the smallest
    number from `least` on. So the table is the same whichever of the hidden cells has which of the hidden
    numbers: who knows all that is shown, every total and this rule cannot tell of any hidden cell that it is
    below `least`. Raises AreaError where all cells together are below it: then their sum tells that of each.
    """
    if sum(counts.values()) < least:
        raise AreaError(
            f"Fewer than {least} people filled in a form: no table of them by area may be published."
        )
    small = {code for code, count in counts.items() if count < least}
    beside = min((count for count in counts.values() if count >= least), default=least)
    hidden = {code for code, count in counts.items() if small and count <= beside}
    return {code: None if code in hidden else count for code, count in counts.items()}


def meanings(areas: Iterable[Area]) -> dict[str, str]:
    """Return the code by what people write for an area, folded; what may mean two areas means none."""
    found: dict[str, set[str]] = {}
    for each in areas:
        for written in (each.code, each.name, *each.also):
            found.setdefault(_folded(written), set()).add(each.code)
    return {written: min(codes) for written, codes in found.items() if written and len(codes) == 1}


def meant(written: str, meanings: Mapping[str, str]) -> str | None:
    """Return the code of the area that a person meant, None where that is not clear.

    That is what it wrote as a whole, or the one postcode or code in it; an area is never guessed from parts
    of a name.
    """
    whole, *telling = readings(written)
    if whole in meanings:
        return meanings[whole]
    codes = {meanings[each] for each in telling if each in meanings}
    return min(codes) if len(codes) == 1 else None


def readings(written: str) -> list[str]:
    """Return what may name an area in what a person wrote, folded: all of it, then each postcode or code."""
    words = words_of(written)
    telling = {each for each in words if len(each) >= _LONG and any(map(str.isdigit, each))}
    return [" ".join(words), *sorted(telling)]


def _folded(written: str) -> str:
    return " ".join(words_of(written))
