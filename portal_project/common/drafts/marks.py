"""Whose page a form stands on, and at which address: a signed hidden field beside the CSRF token of every form."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core import signing
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.encoding import iri_to_uri

FIELD = "page_mark"
SALT = "portal_project.common.drafts"


@dataclass(frozen=True)
class Page:
    owner: str
    """Stands for an account without telling its key."""
    address: str
    """With its query; one that can be opened by GET."""

    def mark(self) -> str:
        return signing.dumps([self.owner, self.address], salt=SALT)


def owner(user: AbstractBaseUser | AnonymousUser) -> str:
    return salted_hmac(SALT, str(user.pk)).hexdigest()


def address_of(request: HttpRequest) -> str:
    return str(iri_to_uri(request.get_full_path()))


def sent_from(request: HttpRequest) -> Page | None:
    """The page that a POST comes from; None where it does not say so with our signature."""
    try:
        found = signing.loads(request.POST.get(FIELD, ""), salt=SALT, max_age=settings.SESSION_COOKIE_AGE)
    except signing.BadSignature:
        return None
    return Page(*found)


def page_of(request: HttpRequest) -> Page:
    """The page that is answered with: what shows the errors of a form is still the page on which the form was."""
    sent, mine = sent_from(request), owner(request.user)
    return sent if sent and sent.owner == mine else Page(mine, address_of(request))
