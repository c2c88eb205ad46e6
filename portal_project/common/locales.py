"""The present language as Babel knows it, and how days and instants are written in it."""

from datetime import date, datetime
from functools import cache, lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, get_datetime_format
from django.utils.translation import get_language, to_locale

ENGLISH = "en"
# In English the day stands first and the month is a word, so that nobody reads 3/4 as April; the clock has 24 hours.
PATTERNS = {"long": "d MMMM y", "medium": "d MMM y", "short": "HH:mm"}


def present() -> Locale:
    return of(get_language() or ENGLISH)


@cache
def of(language: str) -> Locale:
    """By Django's code, such as "pt-br". One that Babel does not know is as the wider one, and English in the end."""
    parts = to_locale(language).split("_")
    for count in range(len(parts), 0, -1):
        try:
            return Locale.parse("_".join(parts[:count]))
        except (UnknownLocaleError, ValueError):
            continue
    return Locale(ENGLISH)


def day(value: date | None) -> str:
    """Such as "3 April 2026"; empty for None."""
    return _in("long", value)


def short_day(value: date | None) -> str:
    """Such as "3 Apr 2026"; empty for None."""
    return _in("medium", value)


def moment(value: datetime | None) -> str:
    """Such as "3 April 2026, 14:05", in the time zone that the value has; empty for None."""
    if value is None:
        return ""
    locale = present()
    time = format_time(value, _pattern("short", locale), locale=locale)
    return str(get_datetime_format("medium", locale=locale)).replace("{0}", time).replace("{1}", day(value))


def _in(style: str, value: date | None) -> str:
    if value is None:
        return ""
    on = value.date() if isinstance(value, datetime) else value
    return _day(on, style, get_language() or ENGLISH)


# What falls due on one day names few days, and a page names the same ones again and again.
@lru_cache(maxsize=4096)
def _day(value: date, style: str, language: str) -> str:
    locale = of(language)
    return format_date(value, _pattern(style, locale), locale=locale)


def _pattern(style: str, locale: Locale) -> str:
    return PATTERNS[style] if locale.language == ENGLISH else style
