"""What somebody typed in one form and sends with another, kept in their session in between. Only the latest is kept."""

from typing import Any

from django.http import HttpRequest

TYPED = "typed_for"


def keep(request: HttpRequest, number: str, typed: dict[str, Any]) -> None:
    """Keep it for the form of the subscription or ticket with this number: initial values by field."""
    request.session[TYPED] = {number: typed}


def kept(request: HttpRequest, number: str) -> dict[str, Any]:
    """What is kept for that form; empty for nothing."""
    return dict(request.session.get(TYPED, {}).get(number, {}))


def forget(request: HttpRequest, number: str) -> None:
    """Once it is sent, or back before the eyes of whoever typed it."""
    if kept(request, number):
        del request.session[TYPED]
