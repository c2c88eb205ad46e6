"""The pages for what fails before, or instead of, a view's own answer (`handler400` and `handler500` of the addresses)."""

import sys
from http import HTTPStatus
from typing import Any

import structlog
from django import forms
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.middleware.csrf import get_token
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal_project.common.database import is_unavailable, lacks_migrations
from portal_project.common.forms import FilesInput

log = structlog.get_logger(__name__)

# Never sent back to the browser, so typed again.
PASSWORDS = {
    "password": gettext_lazy("Password"),
    "oldpassword": gettext_lazy("Current password"),
    "password1": gettext_lazy("New password"),
    "password2": gettext_lazy("New password (again)"),
}
# In seconds: when a program may ask again.
AGAIN_AFTER = "5"


class SendAgainForm(forms.Form):
    """Everything that was sent, hidden; but passwords and files, which a page cannot hold, are asked for again."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__()
        for name, values in request.POST.lists():
            self.fields[name] = _password(name) if name in PASSWORDS else _hidden(values)
        for name, files in request.FILES.lists():
            names = ", ".join(file.name or "" for file in files)
            label = _("Choose again: %(names)s") % {"names": names}
            self.fields[name] = forms.Field(label=label, widget=FilesInput)


def _hidden(values: list[Any]) -> forms.Field:
    return forms.Field(initial=values, widget=forms.MultipleHiddenInput)


def _password(name: str) -> forms.Field:
    return forms.Field(label=PASSWORDS[name], widget=forms.PasswordInput)


def page(request: HttpRequest, template: str, context: dict[str, Any]) -> str:
    """One that extends `standalone.html`, and asks nothing of the database; whose eyes these are stands on it where that was
    known before.
    """
    if viewing := getattr(request, "viewing", None):
        context = context | {"viewing": viewing, "csrf_token": get_token(request)}
    return render_to_string(template, context)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django calls this while it handles the exception."""
    error = sys.exception()
    return (
        unavailable(request, error) if is_unavailable(error) else HttpResponseServerError(page(request, "500.html", {}))
    )


def unavailable(request: HttpRequest, error: BaseException | None) -> HttpResponse:
    """The page while the database cannot answer; what was sent can be sent again from it."""
    to_do = {"to_do": "run manage.py migrate"} if lacks_migrations(error) else {}
    log.error("the database cannot answer", error=str(error), **to_do)
    context = {
        "address": request.get_full_path(),
        "content_type": request.content_type,
        "form": SendAgainForm(request) if request.method == "POST" else None,
    }
    return HttpResponse(page(request, "503.html", context), status=503, headers={"Retry-After": AGAIN_AFTER})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE if isinstance(exception, RequestDataTooBig) else HTTPStatus.BAD_REQUEST
    return HttpResponse(page(request, "400.html", {"problem": _problem(exception)}), status=status)


def _problem(exception: Exception) -> str:
    match exception:
        case RequestDataTooBig():
            size = filesizeformat(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
            return _("All texts of a form together may have up to %(size)s; what you sent is longer.") % {"size": size}
        case TooManyFieldsSent():
            most = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
            return _("A form may have up to %(most)d fields; what you sent has more.") % {"most": most}
        case TooManyFilesSent():
            most = settings.DATA_UPLOAD_MAX_NUMBER_FILES
            return _("A form takes up to %(most)d files; you sent more.") % {"most": most}
    return _("Your browser sent something that the portal cannot read.")
