"""A cron expression in words, in French or English."""

import calendar
import re
from functools import cache

from babel.dates import get_day_names, get_month_names
from cron_descriptor import ExpressionDescriptor, FormatError, MissingFieldError, Options

_CODE = {"fr": "fr_FR", "en": "en_US"}


@cache
def in_words(cron: str, language: str) -> str:
    """Say when an expression is due; one that cannot be said stays as it is."""
    options = Options()
    options.locale_code = _CODE[language]
    options.use_24hour_time_format = True
    options.day_of_week_start_index_zero = True
    options.verbose = True
    try:
        said = str(ExpressionDescriptor(cron, options).get_description())
    except (FormatError, MissingFieldError, IndexError, ValueError):
        return cron
    # The library takes the names of days and months from the machine's language.
    named = _NAMES[language]
    said = re.sub(r"[^\W\d]+", lambda found: named.get(found[0], found[0]), said)
    return said.replace("le 1 du mois", "le 1er du mois")


def _names(language: str) -> dict[str, str]:
    days, months = get_day_names(locale=language), get_month_names(locale=language)
    return {
        **{calendar.day_name[number]: name for number, name in days.items()},
        **{calendar.month_name[number]: name for number, name in months.items()},
    }


_NAMES = {each: _names(each) for each in _CODE}
