"""The portal's own middleware, in the order of the settings; that of drafts stands with them (`common/drafts/`)."""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.contrib import admin
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language_from_request

from portal_project.accounts import languages, sessions
from portal_project.accounts.people import is_viewed
from portal_project.errors import page
from portal_project.probes import PROBES
from subscriptions.rules.states import Code, NotAllowed

logger = logging.getLogger(__name__)
GetResponse = Callable[[HttpRequest], HttpResponseBase]

# The admin theme evaluates expressions in attributes and styles elements inline; the portal never does.
ADMIN_SOURCES = {
    "script-src": [SELF, UNSAFE_EVAL, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "frame-src": [SELF],
}
REFUSAL_STATUSES = {Code.NOT_OFFERED: 403, Code.NOT_NOW: 409}


class ProbesMiddleware:
    """Answers probes before anything minds the host, HTTPS or who is signed in."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return PROBES.get(request.path_info, self.get_response)(request)


class NoStoreMiddleware:
    """Browsers keep no page, so that nobody sees one on Back after its reader has signed out. Some views say otherwise."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class LanguageMiddleware:
    """The language of the cookie that the footer sets, or else of the browser; it stands before whatever may refuse, so that
    pages about what went wrong have it too. The admin is English.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        _speak(request, settings.LANGUAGE_CODE if _is_in_admin(request) else get_language_from_request(request))
        response = self.get_response(request)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
            if not _is_in_admin(request):
                patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response


class AccountLanguageMiddleware:
    """The language that a signed-in person chose goes before what the browser has."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not _is_in_admin(request) and request.user.is_authenticated and languages.is_spoken(request.user.language):
            _speak(request, request.user.language)
        return self.get_response(request)


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """The strict policy of the settings everywhere, loosened for the admin alone."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if _is_in_admin(request):
            parts.replace = ADMIN_SOURCES | (parts.replace or {})
        return parts


class SessionsMiddleware:
    """Notes who is here, and in which language, after the page is made and once in a while: this process remembers when it
    last did, so that most requests do not ask the database.
    """

    MOST = 10_000

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.noted: dict[str, datetime] = {}

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        # What needs no session does not wait for one, and what failed would only wait for the database once more.
        if response.status_code < 500 and request.session.accessed and self._is_due(request.session.session_key):
            try:
                sessions.note(request)
                if not _is_in_admin(request) and not is_viewed(request):
                    languages.note(request)
            except DatabaseError:
                logger.warning("It could not be noted that somebody was here.", exc_info=True)
        return response

    def _is_due(self, key: str | None) -> bool:
        now = timezone.now()
        if not key or (key in self.noted and now - self.noted[key] < sessions.PAUSE):
            return False
        if len(self.noted) >= self.MOST:
            self.noted.clear()
        self.noted[key] = now
        return True


class NulMiddleware:
    """An address with a NUL, which no text in PostgreSQL can hold, leads nowhere; in a form it is an error of its field."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "\0" in request.path or any("\0" in text for text in _parameters(request)):
            raise Http404
        return self.get_response(request)


class RefusalMiddleware:
    """Turns a refusal into its page: 403 for what is not offered, 405 for an address that shows nothing, 409 for what is not
    possible now. So no view has to.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed):
            response.content = page(request, "405.html", {})
            response.headers["Content-Type"] = "text/html; charset=utf-8"
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, NotAllowed):
            return None
        verdict = exception.verdict
        context = admin.site.each_context(request) if _is_in_admin(request) else {}
        template = "admin/refused.html" if _is_in_admin(request) else "subscriptions/refused.html"
        status = REFUSAL_STATUSES.get(verdict.code, 409)
        return render(request, template, context | {"verdict": verdict}, status=status)


def _speak(request: HttpRequest, language: str) -> None:
    translation.activate(language)
    request.LANGUAGE_CODE = language


def _is_in_admin(request: HttpRequest) -> bool:
    return request.path.startswith("/admin/")


def _parameters(request: HttpRequest) -> Iterator[str]:
    for name, values in request.GET.lists():
        yield name
        yield from values
