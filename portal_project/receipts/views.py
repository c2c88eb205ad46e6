"""A person's own receipts. Somebody else's number is a 404, like a missing one."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from portal_project.accounts.people import person
from portal_project.common.paging import page
from portal_project.receipts.models import Receipt


@require_safe
def receipts(request: HttpRequest) -> HttpResponse:
    return render(request, "receipts/list.html", {"page": page(_mine(request), request)})


@require_safe
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """One receipt, made to be printed or saved as PDF."""
    return render(request, "receipts/detail.html", {"receipt": get_object_or_404(_mine(request), number=number)})


def _mine(request: HttpRequest) -> QuerySet[Receipt]:
    return Receipt.objects.filter(person=person(request))
