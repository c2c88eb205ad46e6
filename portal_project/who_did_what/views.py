"""Who did what, on one page, for whoever answers for the business. Nothing there can be changed."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.timezone import make_aware
from django.views.decorators.http import require_safe

from portal_project.accounts.models import User
from portal_project.common.keys import key
from portal_project.common.who_did_what import Chosen, Place, kinds, page

SEE = "accounts.change_merchant"
"""As with the page "System": it tells on colleagues, which is not for everybody among them."""
DAY = {"type": "date"}
# What a computer can count from, in every time zone.
EARLIEST, LATEST = date(1900, 1, 1), date(9000, 1, 1)


class ChosenForm(forms.Form):
    """What the address narrows the page to; a value that is none of the choices narrows nothing."""

    by = forms.ChoiceField(required=False, label="Person")
    first = forms.DateField(required=False, label="From", widget=forms.DateInput(attrs=DAY))
    last = forms.DateField(required=False, label="To", widget=forms.DateInput(attrs=DAY))
    kind = forms.ChoiceField(required=False, label="Kind")

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        people = [(str(person.pk), person.get_full_name()) for person in _staff()]
        self.fields["by"].choices = [("", "Everybody"), *people]  # type: ignore[attr-defined]
        self.fields["kind"].choices = [("", "Everything"), *((each, each) for each in kinds())]  # type: ignore[attr-defined]
        self.is_valid()
        self.data = {name: self.cleaned_data.get(name) or "" for name in self.fields}

    @property
    def chosen(self) -> Chosen:
        given = self.cleaned_data
        first, last = given.get("first"), given.get("last")
        return Chosen(
            by=key(given.get("by") or ""),
            since=_midnight(first) if first else None,
            before=_midnight(last + timedelta(days=1)) if last else None,
            kind=given.get("kind") or "",
        )

    def clean(self) -> None:
        for name in ("first", "last"):
            day = self.cleaned_data.get(name)
            if day and not EARLIEST <= day <= LATEST:
                self.cleaned_data[name] = None


@require_safe
@permission_required(SEE, raise_exception=True)
def who_did_what(request: HttpRequest) -> HttpResponse:
    form, after = ChosenForm(request.GET), request.GET.get("after", "")
    place = Place.read(after)
    context = admin.site.each_context(request) | {
        "title": "Who did what",
        "form": form,
        "page": page(form.chosen, place),
        "is_first": place is None,
    }
    return TemplateResponse(request, "admin/who_did_what/page.html", context)


def _staff() -> list[User]:
    """Those of today, also where they are switched off. Whoever was made a customer is found without a filter alone."""
    return list(User.objects.filter(Q(is_staff=True) | Q(is_superuser=True)).order_by("name", "email"))


def _midnight(day: date) -> datetime:
    return make_aware(datetime.combine(day, time.min))
