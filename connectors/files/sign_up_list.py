"""Lists of sign-ups: a row becomes a sign-up, or a reason why it does not."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from classifier.folding import words_of
from connectors.files.bombs import FileRefusedError
from connectors.files.columns import FIELDS, refused
from connectors.files.table import Row, Table
from domain.sign_up import CHANNELS, EMAIL, SMS, SignUp

_LANGUAGE = {"fr": "fr", "francais": "fr", "french": "fr", "en": "en", "anglais": "en", "english": "en"}
_YES = frozenset({"oui", "o", "yes", "y", "x", "1", "true", "vrai", "ok"})
_NO = frozenset({"", "non", "n", "no", "0", "false", "faux"})
_CONSENTS = {EMAIL: "email_consent", SMS: "sms_consent"}


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for a whole list: the words agreed to, where, when, by which channels and in which language.

    A column of a list outweighs it for its row; `channels` are those to which everybody on it agreed.
    """

    consent: str
    source: str
    given_on: date
    taken_by: str
    channels: tuple[str, ...] = ()
    language: str = "fr"


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that is no sign-up, and why; the reason holds nothing of the row's."""

    row: Row
    reason: str


def check(table: Table, mapping: Mapping[str, str], channels: Sequence[str]) -> None:
    """Raise FileRefusedError where a list may not be read, or the mapping does not tell enough."""
    unwanted = refused(table.columns)
    if unwanted:
        raise FileRefusedError(
            f"The list has columns that are never read here: {', '.join(unwanted)}. Do not import it unless "
            "its people agreed to be written to; then leave each of these out with --leave-out COLUMN."
        )
    for field, column in mapping.items():
        if field not in FIELDS:
            raise FileRefusedError(f"There is no field {field!r} to map; there are {', '.join(FIELDS)}.")
        if column not in table.columns:
            raise FileRefusedError(f"There is no column {column!r}; there are {', '.join(table.columns)}.")
    if not {"email", "phone"} & set(mapping):
        raise FileRefusedError("Map at least a column with addresses: email or phone.")
    if not channels and not set(_CONSENTS.values()) & set(mapping):
        raise FileRefusedError(
            "Say to which channels its people agreed: --channel email or sms for all of them, or map the "
            "columns email_consent or sms_consent."
        )


def sign_ups(
    table: Table, mapping: Mapping[str, str], terms: Terms, name: str
) -> Iterator[tuple[Row, SignUp] | Reject]:
    """Read a list that was checked; `name` is the file's, which stands in the source of each consent."""
    places = {field: table.columns.index(column) for field, column in mapping.items()}
    for row in table.rows:
        if not row.fits:
            yield Reject(row, "it has more cells than the list has columns")
            continue
        cells = {field: row.cells[place] for field, place in places.items()}
        yield _read(row, cells, terms, f"{terms.source} (list {name} row {row.number})")


def _read(row: Row, cells: Mapping[str, str], terms: Terms, source: str) -> tuple[Row, SignUp] | Reject:
    given_on = _date(cells["given_on"]) if cells.get("given_on") else terms.given_on
    if given_on is None:
        return Reject(row, "its date is none; write it as 2026-03-31 or 31/03/2026")
    language = _LANGUAGE.get(_folded(cells["language"])) if cells.get("language") else terms.language
    if language is None:
        return Reject(row, "its language is neither fr nor en")
    channels = list(terms.channels)
    for channel, field in _CONSENTS.items():
        if field in cells:
            said = _folded(cells[field])
            if said not in _YES | _NO:
                return Reject(row, f"its {field} says neither yes nor no")
            if channel in channels:
                channels.remove(channel)
            if said in _YES:
                channels.append(channel)
    signed = SignUp(
        _name(cells),
        cells.get("email") or None,
        cells.get("phone") or None,
        language,
        tuple(each for each in CHANNELS if each in channels and _has(cells, each)),
        tuple(cells.get("topics", "").replace(",", " ").replace(";", " ").replace("|", " ").lower().split()),
        cells.get("area") or None,
        terms.consent,
        source,
        terms.taken_by,
        datetime.combine(given_on, time(), UTC),
    )
    return row, signed


def _has(cells: Mapping[str, str], channel: str) -> bool:
    """Tell whether there is anything to write to: who gave a phone alone agreed to no e-mail."""
    return bool(cells.get("email" if channel == EMAIL else "phone"))


def _name(cells: Mapping[str, str]) -> str | None:
    parts = (cells.get("name"), cells.get("first_name"), cells.get("last_name"))
    return " ".join(" ".join(filter(None, parts)).split()) or None


def _folded(cell: str) -> str:
    return " ".join(words_of(cell))


def _date(written: str) -> date | None:
    """Read a date as spreadsheets write it, day before month; None for anything else."""
    try:
        return date.fromisoformat(written.strip().replace("T", " ").partition(" ")[0])
    except ValueError:
        pass
    day = written.strip().partition(" ")[0]
    for shape in ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y"):
        try:
            return datetime.strptime(day, shape).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    return None
