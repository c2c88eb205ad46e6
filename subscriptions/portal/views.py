"""The customer's own subscriptions and invoices: lists, and the pages that confirm an action.

Somebody else's number is a 404, like a missing one.
"""

from collections.abc import Callable
from functools import partial

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_http_methods, require_safe

from portal_project.accounts.people import person
from portal_project.common.paging import page
from subscriptions.billing.catch_up import as_of
from subscriptions.confirm.forms import ActionForm
from subscriptions.confirm.page import Door, answer
from subscriptions.models import Channel, Invoice, Subscription, SubscriptionQuerySet


def mine(request: HttpRequest) -> SubscriptionQuerySet:
    return Subscription.objects.filter(customer=person(request))


@require_safe
def subscriptions(request: HttpRequest) -> HttpResponse:
    today = localdate()
    found = page(mine(request).for_policies(today), request)
    rows = [as_of(subscription, today) for subscription in found.rows]
    return render(request, "subscriptions/list.html", {"page": found, "subscriptions": rows, "today": today})


@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, number: str, form_class: Callable[..., ActionForm]) -> HttpResponse:
    """The page that confirms the form's action."""
    subscriptions = mine(request).filter(number=number)
    door = Door(Channel.PORTAL, subscriptions, partial(reverse, "subscription", args=[number]))
    return answer(request, door, form_class, localdate())


@require_safe
def invoices(request: HttpRequest) -> HttpResponse:
    found = page(_my_invoices(request).select_related("subscription__plan__product"), request)
    return render(request, "subscriptions/invoices.html", {"page": found, "today": localdate()})


@require_safe
def invoice(request: HttpRequest, number: int) -> HttpResponse:
    """One invoice, made to be printed or saved as PDF."""
    found = get_object_or_404(_my_invoices(request).select_related("subscription"), number=number)
    return render(request, "subscriptions/invoice.html", {"invoice": found, "today": localdate()})


def _my_invoices(request: HttpRequest) -> QuerySet[Invoice]:
    return Invoice.objects.filter(subscription__customer=person(request))
