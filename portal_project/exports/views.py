"""A list as a CSV file, for whoever may see the list; and the file that the worker has made, for whoever asked for it."""

from uuid import uuid4

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portal_project.accounts import viewing
from portal_project.accounts.people import person
from portal_project.common import csv_files
from portal_project.common.admin import ModelAdmin
from portal_project.common.keys import LARGEST
from portal_project.exports import files, lists
from portal_project.exports.models import Export

LEAVE_FIRST = "While you see the portal as a customer, no list can be downloaded. Leave that view first."


class OrderForm(forms.Form):
    token = forms.UUIDField(widget=forms.HiddenInput)


@require_http_methods(["GET", "POST"])
def take(request: HttpRequest, name: str) -> HttpResponseBase:
    """The list of that model, as its address narrows it: at once, or, where it is long, after a page that asks for patience."""
    page, query = _list(request, name), lists.filters(request.GET)
    back = lists.address(page, query)
    if looks_as_customer(request):
        messages.error(request, LEAVE_FIRST)
        return redirect(back)
    try:
        rows = page.csv_rows(query, person(request))
    except IncorrectLookupParameters:
        # The list says what of its address cannot be read.
        return redirect(back)
    if not files.is_long(rows):
        export = files.begin_at_once(page, query, by=person(request))
        return csv_files.response(files.name_of(export), files.handed_over(page, rows, export))
    form = OrderForm(request.POST or None, initial={"token": uuid4()})
    if request.method == "POST" and form.is_valid():
        files.order(page, query, by=person(request), token=form.cleaned_data["token"])
        whom = person(request).email
        messages.success(
            request, f"The file is being made. A mail to {whom} will have a link to it, and so will “Downloads”."
        )
        return redirect(back)
    return _long(request, page, form, back)


@require_safe
def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What the worker made, for whoever asked for it and still may see the list. Anybody else's is a 404, like a missing one."""
    export = get_object_or_404(Export, pk=pk if pk <= LARGEST else 0, taken_by=person(request))
    page = _list(request, export.list)
    if looks_as_customer(request):
        raise PermissionDenied
    if export.works(timezone.now()) and default_storage.exists(export.file):
        Export.objects.filter(pk=export.pk).update(fetched_at=timezone.now())
        content, name = default_storage.open(export.file), files.name_of(export)
        return FileResponse(content, as_attachment=True, filename=name, content_type=csv_files.CONTENT_TYPE)
    if export.state == Export.State.WAITING:
        messages.info(request, "The file is still being made. A mail will have a link to it.")
    elif export.state == Export.State.FAILED:
        messages.error(request, "The file could not be made. Download the list again.")
    else:
        messages.error(request, "The link has expired, and the file is deleted. Download the list again.")
    return redirect(lists.address(page, export.query))


def _list(request: HttpRequest, name: str) -> ModelAdmin:
    page = lists.find(name)
    if page is None:
        raise Http404
    if not lists.may_take(page, person(request)):
        raise PermissionDenied
    return page


def looks_as_customer(request: HttpRequest) -> bool:
    found = viewing.of_session(request)
    return found is not None and viewing.goes_on(found, timezone.now())


def _long(request: HttpRequest, page: ModelAdmin, form: OrderForm, back: str) -> HttpResponse:
    context = admin.site.each_context(request) | {
        "title": f"Download {page.csv_name}",
        "what": page.csv_name,
        "form": form,
        "back": back,
        "long": files.LONG,
        "days": files.KEPT.days,
        "email": person(request).email,
    }
    return TemplateResponse(request, "admin/exports/long.html", context)
