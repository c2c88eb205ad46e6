"""The drafts of a session: the latest few, each for one account and one address, for an hour."""

import time
from collections.abc import Mapping
from typing import Any, TypedDict

from django.http import HttpRequest

from portal_project.common.drafts import marks
from portal_project.common.drafts.marks import Page

KEY = "drafts"
AGE = 3600
"""In seconds."""
MOST = 3
LARGEST = 250_000
"""Characters in one draft."""
UNTYPED = {"csrfmiddlewaretoken", marks.FIELD}


class Draft(TypedDict):
    owner: str
    at: float
    typed: dict[str, list[str]]
    files: list[str]
    """The names of those that were chosen; a browser does not keep them."""
    lost: bool
    """Whether it was sent in vain, so that whoever typed it has to be told."""


def keep(request: HttpRequest, address: str, typed: Mapping[str, str]) -> None:
    """Fill in the form at that address of the portal, for whoever is signed in, until they send it."""
    page = Page(marks.owner(request.user), address)
    _put(request, page, _draft(page, {name: [value] for name, value in typed.items()}))


def keep_sent(request: HttpRequest, page: Page) -> bool:
    """Keep what was sent in vain from the page, but no password; False when it is too large, and nothing is kept."""
    sent = {name: values for name, values in request.POST.lists() if name not in UNTYPED and "password" not in name}
    files = [file.name or "" for _field, chosen in request.FILES.lists() for file in chosen]
    fits = sum(len(text) for name, values in sent.items() for text in (name, *values)) <= LARGEST
    _put(request, page, _draft(page, sent, files=files, lost=True) if fits else None)
    return fits


def kept(request: HttpRequest, page: Page) -> Draft | None:
    draft = _drafts(request).get(page.address)
    return draft if draft and draft["owner"] == page.owner else None


def forget(request: HttpRequest, sent: Draft) -> None:
    """Once it is sent; what was kept in its place since then stays."""
    request.session[KEY] = {address: draft for address, draft in _drafts(request).items() if draft is not sent}


def forget_of_others(request: HttpRequest, owner: str) -> None:
    """Whoever signs in inherits the session of whoever typed before at this browser, but nothing that they typed."""
    if any(draft["owner"] != owner for draft in request.session.get(KEY, {}).values()):
        request.session[KEY] = {
            address: draft for address, draft in _drafts(request).items() if draft["owner"] == owner
        }


def _draft(page: Page, typed: dict[str, list[str]], *, files: list[str] | None = None, lost: bool = False) -> Draft:
    # No database and no form takes a NUL.
    printed = {name: [value.replace("\0", "") for value in values] for name, values in typed.items()}
    return Draft(owner=page.owner, at=time.time(), typed=printed, files=files or [], lost=lost)


def _put(request: HttpRequest, page: Page, draft: Draft | None) -> None:
    """In the place of what was kept for the page before."""
    drafts = {address: each for address, each in _drafts(request).items() if address != page.address}
    if draft:
        drafts[page.address] = draft
    request.session[KEY] = dict([*drafts.items()][-MOST:])


def _drafts(request: HttpRequest) -> dict[str, Any]:
    """By address, the oldest first, without those that are too old."""
    oldest = time.time() - AGE
    return {address: draft for address, draft in request.session.get(KEY, {}).items() if draft["at"] > oldest}
