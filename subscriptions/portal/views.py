"""The customer's own subscriptions: list, page, pause and resume. Somebody else's number is a 404, like a missing one."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.timezone import localdate
from django.views.decorators.http import require_http_methods, require_safe

from portal_project.accounts.people import person
from portal_project.common.paging import page
from subscriptions.billing.catch_up import as_of
from subscriptions.confirm.forms import ActionForm, DropPauseForm, PauseForm, ResumeDateForm, ResumeForm
from subscriptions.confirm.page import Door, act
from subscriptions.models import Channel, EventKind, Invoice, Subscription, SubscriptionEvent, SubscriptionQuerySet
from subscriptions.portal.actions_area import offers
from subscriptions.preview.trial_run import upcoming

EVENTS_SHOWN = 20
INVOICES_SHOWN = 6


def mine(request: HttpRequest) -> SubscriptionQuerySet:
    return Subscription.objects.filter(customer=person(request))


@require_safe
def subscriptions(request: HttpRequest) -> HttpResponse:
    today = localdate()
    shown = page(mine(request).for_policies(today), request)
    rows = [as_of(subscription, today) for subscription in shown.rows]
    return render(request, "subscriptions/list.html", {"page": shown, "subscriptions": rows})


@require_safe
def detail(request: HttpRequest, number: str) -> HttpResponse:
    today = localdate()
    stored = get_object_or_404(mine(request).for_policies(today), number=number)
    subscription = as_of(stored, today)
    context = {
        "subscription": subscription,
        "today": today,
        "offers": offers(subscription, by=person(request), today=today),
        "bills": upcoming(subscription, today),
        "events": _history(subscription),
        "linked_services": stored.linked_services.all(),
        "invoices": stored.invoices.order_by("-covers_from")[:INVOICES_SHOWN],
    }
    return render(request, "subscriptions/detail.html", context)


def _history(subscription: Subscription) -> list[SubscriptionEvent]:
    """Newest first: what is due today and not yet written by the job, then what is; bills have a list of their own."""
    written = subscription.events.exclude(kind=EventKind.RENEWED).select_related("actor")[:EVENTS_SHOWN]
    coming = [event for event in subscription.new_events if event.kind != EventKind.RENEWED]
    return [*reversed(coming), *written]


@require_http_methods(["GET", "POST"])
def pause(request: HttpRequest, number: str) -> HttpResponse:
    return _act(request, number, PauseForm, "subscriptions/pause.html")


@require_http_methods(["GET", "POST"])
def drop_pause(request: HttpRequest, number: str) -> HttpResponse:
    return _act(request, number, DropPauseForm, "subscriptions/drop_pause.html")


@require_http_methods(["GET", "POST"])
def resume_date(request: HttpRequest, number: str) -> HttpResponse:
    return _act(request, number, ResumeDateForm, "subscriptions/resume_date.html")


@require_http_methods(["GET", "POST"])
def resume(request: HttpRequest, number: str) -> HttpResponse:
    return _act(request, number, ResumeForm, "subscriptions/resume.html")


def _act(request: HttpRequest, number: str, form_class: type[ActionForm], template: str) -> HttpResponse:
    door = Door(Channel.PORTAL, mine(request).filter(number=number), template)
    return act(request, door, form_class, localdate())


@require_safe
def invoices(request: HttpRequest) -> HttpResponse:
    shown = page(_my_invoices(request).select_related("subscription__plan__product"), request)
    return render(request, "subscriptions/invoices.html", {"page": shown, "today": localdate()})


@require_safe
def invoice(request: HttpRequest, number: int) -> HttpResponse:
    """One invoice, made to be printed or saved as PDF."""
    found = get_object_or_404(_my_invoices(request).select_related("subscription"), number=number)
    return render(request, "subscriptions/invoice.html", {"invoice": found, "today": localdate()})


def _my_invoices(request: HttpRequest) -> QuerySet[Invoice]:
    return Invoice.objects.filter(subscription__customer=person(request))
