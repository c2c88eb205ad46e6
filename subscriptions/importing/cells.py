"""How one cell is read, and what is said when it cannot be."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from portal_project.accounts import countries
from portal_project.common import normalize
from portal_project.common.parsing import matched, quoted
from products import money
from products.intervals import Interval
from subscriptions.rules.states import Status

Words = str | Promise
T = TypeVar("T")

# Also as spreadsheets and databases write it.
YES, NO = ("yes", "true", "1"), ("no", "false", "0")
IMPORTED = (Status.ACTIVE, Status.PAUSED, Status.TRIALING)


class Cell(forms.Field):
    """Text that `read` turns into a value, or refuses with `ValueError`; None where it is empty and may be.

    `what` ("an amount") and `how` ("write it like 12.50") make the sentences for a person.
    """

    def __init__(
        self, what: Words, how: Words, read: Callable[[str], Any] = str, *, longest: int = 0, required: bool = True
    ) -> None:
        super().__init__(required=required)
        self.what, self.how, self.read, self.longest = what, how, read, longest

    def to_python(self, value: str | None) -> Any:
        text = normalize.line(value or "")
        if text:
            return self._read(text)
        if self.required:
            raise ValidationError(_("%(what)s is missing; %(how)s") % {"what": self.what, "how": self.how})
        return None

    def _read(self, text: str) -> Any:
        if self.longest and len(text) > self.longest:
            message = _("%(cell)s has %(count)d characters; at most %(longest)d fit")
            raise ValidationError(message % {"cell": quoted(text), "count": len(text), "longest": self.longest})
        try:
            return self.read(text)
        except ValueError as error:
            message = _("%(cell)s is not %(what)s; %(how)s")
            raise ValidationError(message % {"cell": quoted(text), "what": self.what, "how": self.how}) from error


def email(text: str) -> str:
    try:
        validate_email(written := normalize.address(text))
    except ValidationError as error:
        raise ValueError from error
    return written


def postal_code(text: str) -> str:
    return normalize.number(text).upper()


def country(text: str) -> str:
    return _one_of(dict(countries.choices()).__contains__, text.upper())


def currency(text: str) -> str:
    return _one_of(money.is_currency, text.upper())


def interval(text: str) -> tuple[Interval, int]:
    """Such as `(MONTH, 3)` from "3 months"."""
    found = matched(r"(?:([0-9]{1,3}) )?(day|week|month|year)s?", text.lower())
    return Interval(found[2]), _one_of(range(1, 366).__contains__, int(found[1] or 1))


def status(text: str) -> Status:
    return _one_of(IMPORTED.__contains__, Status(text.lower()))


def yes(text: str) -> bool:
    return _one_of((*YES, *NO).__contains__, text.lower()) in YES


def day_of_month(text: str) -> int:
    return _one_of(range(1, 32).__contains__, int(matched(r"[0-9]{1,2}", text)[0]))


def _one_of(allowed: Callable[[T], bool], value: T) -> T:
    if not allowed(value):
        raise ValueError
    return value
