"""How figures and moments are written in a language: numbers, money, times."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent

from domain.counting import AtLeast

#: Read once: by its name alone Babel reads a locale anew for each number.
_CODE = {"fr": Locale("fr", "FR"), "en": Locale("en", "GB")}


def number(value: float, language: str) -> str:
    """Write a number with its thousands apart; of a count that was stopped, with a plus behind it."""
    written = _decimal(int(value) if isinstance(value, int) else value, language)
    return written + ("+" if isinstance(value, AtLeast) else "")


def percent(share: float, language: str) -> str:
    """Write a share between 0 and 1."""
    return str(format_percent(share, locale=_CODE[language]))


def dollars(micro_usd: int, language: str) -> str:
    """Write an amount in dollars: cents, and below one cent what there is."""
    digits = "0.00" if micro_usd % 10_000 == 0 or micro_usd >= 100_000 else "0.00##"
    pattern = {"fr": f"#,##{digits}\xa0$", "en": f"$#,##{digits}"}[language]
    return str(
        format_currency(micro_usd / 1_000_000, "USD", pattern, locale=_CODE[language], currency_digits=False)
    )


def size(count: float, language: str) -> str:
    """Write a number of bytes: 1.5 MB."""
    unit = "B" if language == "en" else "o"
    for name in ("", "k", "M", "G"):
        if count < 1_000 or name == "G":
            break
        count /= 1_000
    digits = "#,##0.#" if name else "#,##0"
    return f"{format_decimal(count, digits, locale=_CODE[language])}\xa0{name}{unit}"


def ago(moment: datetime, now: datetime, language: str) -> str:
    """Say how long ago or how far ahead a moment is: 5 minutes ago, in 2 hours."""
    span = moment - now
    return _span(span.days * 86_400 + span.seconds, language)  # Babel, too, leaves parts of a second out


def lasting(span: timedelta, language: str) -> str:
    """Say how long something takes: 35 minutes."""
    return str(format_timedelta(span, threshold=1.5, locale=_CODE[language]))


@lru_cache(4096)
def exact(moment: datetime, zone: ZoneInfo, language: str) -> str:
    """Write a moment in a zone, to the second."""
    return str(format_datetime(moment, "d MMM y, HH:mm:ss zzz", tzinfo=zone, locale=_CODE[language]))


def clock(moment: datetime, zone: ZoneInfo, now: datetime, language: str) -> str:
    """Write a moment as briefly as today allows: 14:32, else 3 Dec 14:32."""
    if moment.astimezone(zone).date() == now.astimezone(zone).date():
        return str(format_time(moment, "HH:mm", tzinfo=zone, locale=_CODE[language]))
    return str(format_datetime(moment, "d MMM HH:mm", tzinfo=zone, locale=_CODE[language]))


def dated(moment: datetime, zone: ZoneInfo, language: str) -> str:
    """Write a moment with its day, whichever it is: 3 Dec, 14:32."""
    pattern = {"fr": "d MMM 'à' HH:mm", "en": "d MMM, HH:mm"}[language]
    return str(format_datetime(moment, pattern, tzinfo=zone, locale=_CODE[language]))


def day_of(given: date, language: str) -> str:
    """Write a day briefly: 3 Dec."""
    return str(format_date(given, "d MMM", locale=_CODE[language]))


def day(moment: datetime, zone: ZoneInfo, language: str) -> str:
    """Write a day: 3 December 2026."""
    return long_day(moment.astimezone(zone).date(), language)


def long_day(given: date, language: str) -> str:
    """Write a day of the calendar, whatever the zone: 3 December 2026."""
    return str(format_date(given, "long", locale=_CODE[language]))


# A page of a list writes a hundred figures and moments, most of them as the page before did.
@lru_cache(4096)
def _decimal(value: float, language: str) -> str:
    return str(format_decimal(value, locale=_CODE[language]))


@lru_cache(4096)
def _span(seconds: int, language: str) -> str:
    return str(
        format_timedelta(
            timedelta(seconds=seconds),
            add_direction=True,
            granularity="second",
            threshold=1.2,
            locale=_CODE[language],
        )
    )
