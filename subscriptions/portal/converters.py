"""The numbers of subscriptions and tickets in addresses: whatever else stands there is a page that does not exist."""

from django.urls import register_converter
from django.urls.converters import StringConverter

from portal_project.common import numbers


class NumberConverter(StringConverter):
    # Room for the signs and blanks that come along when a number is copied out of a mail.
    regex = f"[^/]{{{numbers.LENGTH + 1},20}}"

    def to_python(self, value: str) -> str:
        number = numbers.only(value)
        if number is None:
            raise ValueError
        return number


def register() -> None:
    register_converter(NumberConverter, "number")
