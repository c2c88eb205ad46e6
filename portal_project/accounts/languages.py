"""In which language somebody reads the portal and is written to (`docs/design.md`, Languages)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from portal_project.accounts.models import User


def choices() -> list[tuple[str, str | Promise]]:
    """For whoever is signed in; a function, so that a language more is no migration."""
    return [("", _("As your browser has it")), *settings.LANGUAGES]


def is_spoken(language: str) -> bool:
    """A language may be gone again that somebody chose."""
    return language in dict(settings.LANGUAGES)


def known(person: "User") -> str:
    """Which they chose, or used last; empty where they did neither."""
    return next(filter(is_spoken, (person.language, person.last_language)), "")


def of(person: "User") -> str:
    """In which mails are written to them."""
    return known(person) or settings.LANGUAGE_CODE


@contextmanager
def writing_to(person: "User") -> Iterator[str]:
    """Words what is written within in the language of that person, which it gives."""
    language = of(person)
    with translation.override(language):
        yield language


def note(request: HttpRequest) -> None:
    """In which language somebody was here, where that is not known already."""
    user, language = request.user, request.LANGUAGE_CODE
    if user.is_authenticated and (user.last_language or settings.LANGUAGE_CODE) != language:
        get_user_model().objects.filter(pk=user.pk).update(last_language=language)
