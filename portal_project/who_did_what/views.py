"""Who did what, on one page, for whoever answers for the business. Nothing there can be changed."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.timezone import localdate, make_aware, now
from django.views.decorators.http import require_safe

from portal_project.accounts.models import User
from portal_project.accounts.people import person
from portal_project.common import csv_files, parsing
from portal_project.common.keys import key
from portal_project.common.lists_in_words import form_in_words
from portal_project.common.parsing import quoted
from portal_project.common.who_did_what import Chosen, Place, every, kinds, page
from portal_project.exports.models import Export
from portal_project.exports.views import LEAVE_FIRST, looks_as_customer

SEE = "accounts.change_merchant"
"""As with the page "System": it tells on colleagues, which is not for everybody among them."""
# Of a file, so many leave at once.
LINES = 1000


class DayField(forms.Field):
    """As browsers send it. What is no day stays in its field, where a box for days alone would hide it."""

    widget = forms.DateInput(attrs={"type": "date"})

    def to_python(self, value: Any) -> date | None:
        text = str(value or "").strip()
        if not text:
            return None
        try:
            return parsing.day(text)
        except ValueError:
            self.widget.input_type = "text"
            raise forms.ValidationError(f"{quoted(text)} is no day. Write it as 2026-11-23.") from None


class ChosenForm(forms.Form):
    """What the address narrows the page to. With what makes no sense nothing is listed, so that nobody takes it for narrowed."""

    by = forms.ChoiceField(required=False, label="Person")
    first = DayField(required=False, label="From")
    last = DayField(required=False, label="To")
    kind = forms.ChoiceField(required=False, label="Kind")

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        people = [(str(each.pk), each.get_full_name()) for each in _people(data.get("by", ""))]
        choices = {
            "by": [("", "Everybody"), *people],
            "kind": [("", "Everything"), *((each, each) for each in kinds())],
        }
        for name, what in (("by", "nobody here"), ("kind", "no kind of act")):
            field: Any = self.fields[name]
            field.choices = choices[name]
            field.error_messages["invalid_choice"] = f"{quoted(data.get(name, ''))} is {what}. Choose from the list."

    @property
    def chosen(self) -> Chosen:
        given = self.cleaned_data
        first, last = given["first"], given["last"]
        return Chosen(
            by=key(given["by"]) if given["by"] else None,
            since=_midnight(first) if first else None,
            before=_midnight(last + timedelta(days=1)) if last else None,
            kind=given["kind"],
        )

    @property
    def in_words(self) -> str:
        """Such as "Person: Sam Sato; From: 2026-04-05"."""
        return "; ".join(form_in_words(self, self.cleaned_data))

    def clean(self) -> None:
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and last < first:
            self.add_error("last", "This is before the first day.")


@require_safe
@permission_required(SEE, raise_exception=True)
def who_did_what(request: HttpRequest) -> HttpResponseBase:
    """The page; with `csv` in its address all that it lists, as a file."""
    form, after = ChosenForm(request.GET), request.GET.get("after", "")
    place = Place.read(after)
    if "csv" in request.GET and looks_as_customer(request):
        messages.error(request, LEAVE_FIRST)
    elif "csv" in request.GET and form.is_valid():
        return csv_files.response(f"who-did-what-{localdate():%Y-%m-%d}.csv", _file(form, person(request), now()))
    context = admin.site.each_context(request) | {
        "title": "Who did what",
        "form": form,
        "page": page(form.chosen, place) if form.is_valid() else None,
        "is_first": place is None,
        "names_no_page": bool(after) and place is None,
    }
    return TemplateResponse(request, "admin/who_did_what/page.html", context)


def _file(form: ChosenForm, by: User, asked_at: datetime) -> Iterator[str]:
    """As of a list (`docs/design.md`, Files of lists): who took it is noted before the first line leaves, how many at the end.

    It ends with the moment when it was asked for, so that it has an end however much is done meanwhile.
    """
    deeds = every(form.chosen, until=asked_at)
    noted = {"list": "who did what", "filters": form.in_words, "state": Export.State.AT_ONCE}
    export, count = Export.objects.create(**noted, taken_by=by), 0
    try:
        yield csv_files.header(["at", "person", "person_email", "kind", "what"])
        while found := list(islice(deeds, LINES)):
            count += len(found)
            yield csv_files.lines([deed.at, deed.by.name, deed.by.email, deed.kind, deed.what] for deed in found)
    finally:
        Export.objects.filter(pk=export.pk).update(rows=count, finished_at=now())


def _people(named: str) -> list[User]:
    """Those of staff, also where they are switched off; and whoever the address names, who may be of staff no longer."""
    return list(
        User.objects.filter(Q(is_staff=True) | Q(is_superuser=True) | Q(pk=key(named) or 0)).order_by("name", "email")
    )


def _midnight(day: date) -> datetime:
    return make_aware(datetime.combine(day, time.min))
