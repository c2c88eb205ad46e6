"""Short, random, easy to read out: numbers that tell nothing about volume (Crockford base32, without I, L, O and U)."""

import re
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls.converters import StringConverter

from portal_project.common import normalize

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 6
TICKET, SUBSCRIPTION, CUSTOMER, RECEIPT = "T", "S", "C", "R"
ALIKE = str.maketrans("OIL", "011")
WORDS = re.compile("[0-9A-Z]+")
# Whoever reads a number out makes pauses: T, ABC, 123.
MOST_PARTS = 4
MOST_WORDS = 200
# Printed invoice numbers have six digits at least; no column holds more than eighteen.
INVOICE_DIGITS = range(6, 19)


@dataclass
class Numbers:
    """What a text may mean: numbers of tickets, subscriptions, customers and receipts as they are stored, and of invoices."""

    tickets: set[str] = field(default_factory=set)
    subscriptions: set[str] = field(default_factory=set)
    customers: set[str] = field(default_factory=set)
    receipts: set[str] = field(default_factory=set)
    invoices: set[int] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.tickets or self.subscriptions or self.customers or self.receipts or self.invoices)


def random_number(prefix: str) -> str:
    """Such as "S-7KQ4M2"."""
    return f"{prefix}-{''.join(secrets.choice(ALPHABET) for _ in range(LENGTH))}"


def draw_free(manager: Any, new: Sequence[Any], prefix: str) -> None:
    """Numbers are random, so among a million one in a thousand is taken already: draw those of new objects again."""
    while taken := _taken(manager, [each.number for each in new]):
        for each in new:
            if each.number in taken:
                each.number = random_number(prefix)


def _taken(manager: Any, drawn: list[str]) -> set[str]:
    """Those that a row has, and those that were drawn twice."""
    there = set(manager.filter(number__in=drawn).values_list("number", flat=True))
    return there | {number for number, count in Counter(drawn).items() if count > 1}


def read(text: str) -> Numbers:
    """Every number that may stand in the text, alone or in a sentence: in any case, script, and width, with any signs in
    or around it, O for 0, I or L for 1, and with or without the letter before it.

    Words can look like numbers, so what counts is which of them there are.
    """
    words = WORDS.findall(normalize.number(text).upper())[:MOST_WORDS]
    found = Numbers()
    for place, word in enumerate(words):
        if word.isdecimal() and (len(word) in INVOICE_DIGITS or (words == [word] and len(word) < INVOICE_DIGITS.stop)):
            found.invoices.add(int(word))
        for parts in range(1, MOST_PARTS + 1):
            _add(words[place : place + parts], found)
    return found


def only(text: str) -> str | None:
    """The ticket's, subscription's or receipt's number that the whole text is, as it is stored, or None."""
    found = Numbers()
    _add(WORDS.findall(normalize.number(text).upper()), found)
    whole = found.tickets | found.subscriptions | found.receipts
    return whole.pop() if len(whole) == 1 else None


class NumberConverter(StringConverter):
    """The number of a subscription, ticket or receipt in an address; with anything else there, no page is found."""

    # Room for the signs and blanks that come along when a number is copied out of a mail.
    regex = f"[^/]{{{LENGTH + 1},20}}"

    def to_python(self, value: str) -> str:
        number = only(value)
        if number is None:
            raise ValueError
        return number


def _add(parts: list[str], found: Numbers) -> None:
    """Add what the parts are together, if anything. Without a sign after its letter a number has a digit, unlike words."""
    whole = "".join(parts)
    letter, rest = ("", whole) if len(whole) == LENGTH else (whole[:1], whole[1:])
    number = rest.translate(ALIKE)
    if len(rest) != LENGTH or not set(number) <= set(ALPHABET):
        return
    if parts[0] != letter and not any(map(str.isdecimal, rest)):
        return
    if not letter and parts[0] in (TICKET, SUBSCRIPTION, CUSTOMER, RECEIPT):
        # A number that is too short.
        return
    if letter in ("", TICKET):
        found.tickets.add(f"{TICKET}-{number}")
    if letter in ("", SUBSCRIPTION):
        found.subscriptions.add(f"{SUBSCRIPTION}-{number}")
    if letter in ("", CUSTOMER):
        found.customers.add(f"{CUSTOMER}-{number}")
    if letter in ("", RECEIPT):
        found.receipts.add(f"{RECEIPT}-{number}")
