"""The numbers of subscriptions and tickets in addresses: whatever else stands there is a page that does not exist."""

from django.urls import register_converter

from subscriptions.rules.numbers import LENGTH, normalized


class NumberConverter:
    regex = f"[A-Za-z]-[0-9A-Za-z]{{{LENGTH}}}"

    def to_python(self, value: str) -> str:
        return normalized(value)

    def to_url(self, value: str) -> str:
        return value


def register() -> None:
    register_converter(NumberConverter, "number")
