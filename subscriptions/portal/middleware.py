from collections.abc import Callable

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from subscriptions.rules.states import Code, NotAllowed

STATUS_CODES = {Code.NOT_OFFERED: 403, Code.NOT_NOW: 409}


class RefusalMiddleware:
    """Turns a refusal into its page: 403 for what is not offered, 409 for what is not possible now. So no view has to."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, NotAllowed):
            return None
        verdict = exception.verdict
        in_admin = request.path.startswith("/admin/")
        context = admin.site.each_context(request) if in_admin else {}
        template = "admin/refused.html" if in_admin else "subscriptions/refused.html"
        return render(request, template, context | {"verdict": verdict}, status=STATUS_CODES.get(verdict.code, 409))
