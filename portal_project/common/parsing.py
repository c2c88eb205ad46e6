"""What people and other systems write in a cell, read strictly: nothing is guessed where money or a day is meant."""

import re
from datetime import date
from decimal import Decimal

from django.utils.text import Truncator

# Billing counts on from these dates, so a mistyped year must not lead beyond the calendar.
YEARS = range(1900, 3000)


def amount(text: str) -> Decimal:
    """Such as 12.50, with a point and the digits 0 to 9 alone. Raises `ValueError`."""
    return Decimal(matched(r"[0-9]{1,11}(\.[0-9]{1,3})?", text)[0])


def day(text: str) -> date:
    """Such as 2026-11-23, in a year from 1900 to 2999. Raises `ValueError`."""
    found = date.fromisoformat(matched(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text)[0])
    if found.year not in YEARS:
        raise ValueError
    return found


def matched(pattern: str, text: str) -> re.Match[str]:
    """The match of the whole text. Raises `ValueError`."""
    found = re.fullmatch(pattern, text)
    if found is None:
        raise ValueError
    return found


def quoted(text: str) -> str:
    """What somebody wrote as a message shows it: on one line, and cut where it is long."""
    # So much at most is looked at, since the text may be the whole of a broken file.
    return '"' + Truncator(" ".join(text[:500].split())).chars(60) + '"'
