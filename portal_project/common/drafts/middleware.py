"""Where drafts come from and where they go: a POST that could not be answered, and the next GET of the page it came from."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import SimpleTemplateResponse
from django.utils.datastructures import MultiValueDict
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import csrf

from portal_project.common.drafts import marks, store
from portal_project.common.drafts.filling import fill
from portal_project.common.drafts.marks import Page

SIGN_IN_AGAIN = gettext_lazy("You were signed out, so this has not been sent. Sign in to go on where you were.")
HERE_AGAIN = gettext_lazy("You were signed out before this was sent. Here it is again; check it and send it.")
NOT_DONE = gettext_lazy("You were signed out before this was done. Nothing has been changed; please do it again.")
TOO_LARGE = gettext_lazy(
    "You were signed out, so this has not been sent, and it is too long to be kept. Go back in your browser to copy it."
)
FILES_NAMED = 10


class DraftsMiddleware:
    """Stands before `LoginRequiredMiddleware`, which sends away whoever is not signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        sent = getattr(request, "draft_sent", None)
        if sent and response.status_code == HTTPStatus.FOUND:
            store.forget(request, sent)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        if not _needs_sign_in(view):
            return None
        if request.user.is_anonymous:
            page = marks.sent_from(request)
            return _to_sign_in(request, page) if page else None
        page = cast("Page", SimpleLazyObject(partial(marks.page_of, request)))
        request.draft_page = page  # type: ignore[attr-defined]
        # The drafts are those of whoever is signed in, who may see the page with the eyes of somebody else.
        if request.session.get(store.KEY) and not _is_viewed(request):
            store.forget_of_others(request, marks.owner(request.user))
            if request.method == "POST":
                request.draft_sent = store.kept(request, page)  # type: ignore[attr-defined]
        return None

    def process_template_response(
        self, request: HttpRequest, response: SimpleTemplateResponse
    ) -> SimpleTemplateResponse:
        page = getattr(request, "draft_page", None)
        is_filled_in = request.method == "GET" and request.session.get(store.KEY) and not _is_viewed(request)
        if page is None or not is_filled_in:
            return response
        if draft := store.kept(request, page):
            is_filled = fill(response.context_data or {}, MultiValueDict(draft["typed"]))
            _tell(request, draft, is_filled=is_filled)
        return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """Signing in again, as in another tab, makes the forms of before worthless, but not what was typed into them.

    Nobody else can know the mark of a page, so what carries one was sent from that page.
    """
    page, match = marks.sent_from(request), request.resolver_match
    if page and match and _needs_sign_in(match.func):
        if request.user.is_anonymous:
            return _to_sign_in(request, page)
        if page.owner == marks.owner(request.user):
            if not store.keep_sent(request, page):
                messages.error(request, TOO_LARGE)
            return redirect(page.address)
    return csrf.csrf_failure(request, reason)


def _is_viewed(request: HttpRequest) -> bool:
    return getattr(request, "viewing", None) is not None


def _needs_sign_in(view: Callable[..., Any]) -> bool:
    return getattr(view, "login_required", True)


def _to_sign_in(request: HttpRequest, page: Page) -> HttpResponseBase:
    """Through the sign-in to the page with the form, which need not be the address that it was sent to."""
    if store.keep_sent(request, page):
        messages.info(request, SIGN_IN_AGAIN)
    else:
        messages.error(request, TOO_LARGE)
    return redirect_to_login(page.address)


def _tell(request: HttpRequest, draft: store.Draft, *, is_filled: bool) -> None:
    if draft["lost"]:
        messages.warning(request, HERE_AGAIN if is_filled else NOT_DONE)
    if draft["files"]:
        names = ", ".join(draft["files"][:FILES_NAMED])
        messages.warning(
            request, _("Choose your files again, because a browser does not keep them: %(names)s") % {"names": names}
        )
