"""Staff with the eyes of a customer: on the portal's pages `request.user` is the customer, and `request.viewing` says so."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from portal_project.accounts import viewing
from portal_project.accounts.models import User, Viewing
from portal_project.common.drafts import marks

ADMIN = "/admin/"
CLOSED = ("/accounts/",)
"""Account, security and one's own data: nobody's but the customer's."""
READING = ("GET", "HEAD", "OPTIONS")
REFUSED = "admin/accounts/viewing/refused.html"


class ViewingMiddleware:
    """Stands before whatever asks who is there and what they sent, so that nothing is taken for the customer's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        is_in_the_portal = not request.path.startswith(ADMIN)
        found = viewing.of_session(request) if is_in_the_portal and viewing.KEY in request.session else None
        if found is None:
            return self.get_response(request)
        if not viewing.goes_on(found, timezone.now()):
            viewing.end(request, timezone.now())
            request.viewing_over = found  # type: ignore[attr-defined]
            return self.get_response(request)
        request.user, request.viewing = found.customer, found  # type: ignore[attr-defined]
        try:
            return _refusal(request) or self.get_response(request)
        finally:
            # What is noted of the session after the page is made is the staff's.
            request.user = found.staff

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """What was opened with a customer's eyes does not do anything in the name of the staff, either."""
        over: Viewing | None = getattr(request, "viewing_over", None)
        if request.method not in READING:
            return render(request, REFUSED, status=403) if over or _was_opened_as_another(request) else None
        if over is None:
            return None
        name = over.customer.get_full_name()
        messages.info(request, f"You no longer see the portal as {name}: it ends by itself after a while.")
        return redirect("admin:accounts_customer_change", over.customer_id)


def _refusal(request: HttpRequest) -> HttpResponse | None:
    is_closed = request.path.startswith(CLOSED)
    if request.method in READING and not is_closed:
        return None
    return render(request, REFUSED, {"is_closed": is_closed}, status=403)


def _was_opened_as_another(request: HttpRequest) -> bool:
    """Whether somebody of staff sends a page of the portal that they had opened as somebody else."""
    if request.path.startswith(ADMIN) or not isinstance(request.user, User) or not request.user.is_staff:
        return False
    page = marks.sent_from(request)
    return page is not None and page.owner != marks.owner(request.user)
