"""Countries by their codes in ISO 3166-1, and how they write an address."""

from functools import lru_cache

from django.utils.translation import get_language

from portal_project.common import locales
from portal_project.common.folding import fold

# What CLDR, and so Babel, names besides: unions, parts of countries, tests. Kosovo stays, which goes by XK everywhere.
NO_COUNTRIES = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
# City, region and postal code on one line.
CITY_FIRST = {"AU", "CA", "IN", "US"}
# Each on a line of its own, the postal code last.
POSTAL_CODE_LAST = {"GB", "GG", "GI", "IE", "IM", "JE"}


def choices() -> list[tuple[str, str]]:
    """Code and name of each, by their names in the present language."""
    return _choices(get_language() or "en")


def name(code: str) -> str:
    """Such as "Netherlands" for "NL"; a code that is none as it stands."""
    return dict(choices()).get(code, code)


def place(code: str, *, postal_code: str, city: str, region: str) -> list[str]:
    """The lines of an address between street and country, as the country writes them; some may be empty."""
    if code in CITY_FIRST:
        return [", ".join(filter(None, (city, f"{region} {postal_code}".strip())))]
    if code in POSTAL_CODE_LAST:
        return [city, region, postal_code]
    return [f"{postal_code} {city}".strip(), region]


@lru_cache
def _choices(language: str) -> list[tuple[str, str]]:
    names = locales.of(language).territories
    found = ((code, text) for code, text in names.items() if code.isalpha() and code not in NO_COUNTRIES)
    return sorted(found, key=lambda each: fold(each[1]))
