"""Views of the admin's lists that people of staff keep, each for themselves."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from portal_project.accounts.models import SavedView, User
from portal_project.accounts.people import person
from portal_project.common.forms import LineField
from portal_project.common.lists import NOT_FILTERS

# So many have room above a list.
MOST = 20
LONGEST = 2000


class SaveForm(forms.Form):
    name = LineField(max_length=60)
    query = forms.CharField(required=False, max_length=LONGEST, widget=forms.HiddenInput)


def of(owner: User, name: str) -> list[SavedView]:
    """Theirs of the list with that name, such as "subscriptions.invoice"."""
    return list(SavedView.objects.filter(owner=owner, list=name)[:MOST])


def kept(query: str) -> str:
    """What of a list's address is worth keeping: what it is narrowed to, not where on the list somebody is."""
    sent = QueryDict(query, mutable=True)
    for name in NOT_FILTERS:
        sent.pop(name, None)
    return sent.urlencode()


@require_POST
def save(request: HttpRequest, name: str) -> HttpResponse:
    """Keep the list as it is narrowed now; another view of the same name gives way."""
    address, form = _address(request, name), SaveForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect(_at(address, request.POST.get("query", "")[:LONGEST]))
    query, called = kept(form.cleaned_data["query"]), form.cleaned_data["name"]
    with transaction.atomic():
        # One at a time, so that nobody has more than there is room for.
        owner = User.objects.select_for_update(no_key=True).get(pk=person(request).pk)
        others = SavedView.objects.filter(owner=owner, list=name).exclude(name=called)
        if others.count() >= MOST:
            messages.error(request, f"You have {MOST} views of this list. Delete one first.")
        else:
            SavedView.objects.update_or_create(owner=owner, list=name, name=called, defaults={"query": query})
            messages.success(request, f"“{called}” is saved above the list.")
    return redirect(_at(address, query))


@require_POST
def delete(request: HttpRequest, name: str, pk: int) -> HttpResponse:
    """Twice it is gone as well."""
    address = _address(request, name)
    SavedView.objects.filter(owner=person(request), list=name, pk=pk).delete()
    return redirect(_at(address, kept(request.POST.get("query", "")[:LONGEST])))


def _address(request: HttpRequest, name: str) -> str:
    """Of the list with that name. Raises `Http404` where there is none, `PermissionDenied` for who may not see it."""
    pages: dict[str, Any] = {model._meta.label_lower: page for model, page in admin.site._registry.items()}
    if name not in pages:
        raise Http404
    if not pages[name].has_view_permission(request):
        raise PermissionDenied
    return reverse(f"admin:{name.replace('.', '_')}_changelist")


def _at(address: str, query: str) -> str:
    return f"{address}?{query}" if query else address
