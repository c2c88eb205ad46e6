"""How days are written in sentences."""

from datetime import date

from django.utils.formats import date_format


def day(value: date | None) -> str:
    """Such as "3 April 2026" in the present language; empty for None."""
    return date_format(value, "DATE_FORMAT") if value else ""


def short_day(value: date | None) -> str:
    """Such as "3 Apr 2026", for tables; empty for None."""
    return date_format(value, "SHORT_DATE_FORMAT") if value else ""
