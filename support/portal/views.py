"""What touches both subscriptions and tickets: home and the page of a subscription; and the customer's own tickets."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.response import TemplateResponse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal_project.accounts.people import person
from portal_project.common.full_disk import NoRoom
from portal_project.common.paging import page
from subscriptions.billing.catch_up import as_of
from subscriptions.models import Invoice, Subscription
from subscriptions.portal.actions_area import actions_area
from subscriptions.portal.views import mine
from subscriptions.preview.reasons import History, why_dates
from subscriptions.preview.trial_run import beyond_end, upcoming
from support.cancellations.decisions import undecided
from support.cancellations.end_date import why_promised
from support.models import Attachment, Ticket, TicketQuerySet
from support.portal import new_request
from support.tickets import timeline
from support.tickets.attachments import choose_again, download
from support.tickets.conversation import conversation
from support.tickets.forms import ReplyForm, TicketForm
from support.tickets.opening import SENT_BEFORE, SentBefore, reply, saw
from support.wind_down.losses import fates

HOME_SHOWS = 5
EVENTS_SHOWN = 20
INVOICES_SHOWN = 6


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    if request.user.is_staff:
        return redirect("admin:index")
    today = localdate()
    shown = page(mine(request).for_policies(today), request, HOME_SHOWS)
    context = {
        "subscriptions": [as_of(subscription, today) for subscription in shown.rows],
        "has_more": shown.older is not None,
        "tickets": _my_tickets(request).unfinished()[:HOME_SHOWS],
    }
    return render(request, "support/home.html", context)


@require_safe
def subscription(request: HttpRequest, number: str) -> HttpResponse:
    """The page of a subscription: what it is, what may be done, what comes, and what was."""
    today, reader = localdate(), person(request)
    stored = get_object_or_404(mine(request).for_policies(today), number=number)
    shown = as_of(stored, today)
    history = History.of(shown, reader)
    context = {
        "subscription": shown,
        "today": today,
        "area": actions_area(shown, by=reader, today=today),
        "because": _because(shown, history),
        "cancellation": undecided(shown) if shown.cancels_on else None,
        "beyond": beyond_end(shown),
        "bills": upcoming(shown, today),
        "events": history.events[:EVENTS_SHOWN],
        "linked_services": fates(shown, today),
        "invoices": stored.invoices.order_by("-covers_from")[:INVOICES_SHOWN],
    }
    return render(request, "subscriptions/detail.html", context)


def _because(subscription: Subscription, history: History) -> dict[str, str]:
    """As `why_dates`; the request that brought the end knows the notice, and tells more."""
    because = why_dates(subscription, history)
    if subscription.canceled_on:
        because["end"] = why_promised(subscription) or because["end"]
    return because


@require_safe
def tickets(request: HttpRequest) -> HttpResponse:
    shown = page(_my_tickets(request), request)
    return render(request, "support/tickets.html", {"page": shown, "tickets": shown.rows})


@require_http_methods(["GET", "POST"])
def new_ticket(request: HttpRequest) -> HttpResponse:
    """A new support request; `?type=`, `?subscription=` and `?invoice=` fill it in."""
    initial = {name: request.GET[name] for name in ("type", "subscription", "invoice") if name in request.GET}
    form = _ticket_form(request, request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            return new_request.ask(request, form, localdate())
        except SentBefore:
            _say_sent_before(request)
            form = _ticket_form(request, initial=form.typed)
        except NoRoom:
            form.say_no_room()
    return TemplateResponse(request, "support/new_ticket.html", {"form": form})


@require_http_methods(["GET", "POST"])
def ticket(request: HttpRequest, number: str) -> HttpResponse:
    ticket, by = get_object_or_404(_my_tickets(request), number=number), person(request)
    form = ReplyForm(request.POST or None, request.FILES or None, author=by)
    if request.method == "POST" and form.is_valid():
        try:
            return _reply(request, ticket, form)
        except SentBefore:
            _say_sent_before(request)
            form = ReplyForm(initial={"body": form.cleaned_data["body"]}, author=by)
        except NoRoom:
            form.say_no_room()
    if request.method == "GET":
        saw(ticket, by)
    shown = conversation(ticket.messages.filter(is_internal=False), request.GET.get("before", ""))
    lines = timeline.for_customer(ticket, shown)
    context = {"ticket": ticket, "conversation": shown, "lines": lines, "form": form}
    if ticket.subscription:
        context["subscription"] = as_of(ticket.subscription, localdate())
    return TemplateResponse(request, "support/ticket.html", context)


@require_safe
def attachment(request: HttpRequest, number: str, pk: int) -> HttpResponseBase:
    """A file from the customer's own ticket. One of an internal note does not exist for them."""
    ticket = get_object_or_404(_my_tickets(request), number=number)
    return download(get_object_or_404(Attachment, pk=pk, message__ticket=ticket, message__is_internal=False))


def _ticket_form(request: HttpRequest, *sent: Any, initial: dict[str, Any]) -> TicketForm:
    owned = mine(request)
    return TicketForm(
        *sent,
        initial=initial,
        customer=person(request),
        subscriptions=owned,
        invoices=Invoice.objects.filter(subscription__in=owned),
        today=localdate(),
    )


def _reply(request: HttpRequest, ticket: Ticket, form: ReplyForm) -> HttpResponse:
    reply(ticket, author=person(request), today=localdate(), **form.cleaned_data)
    messages.success(request, _("Your reply is added."))
    return redirect(ticket)


def _say_sent_before(request: HttpRequest) -> None:
    messages.warning(request, SENT_BEFORE)
    if request.FILES:
        messages.warning(request, choose_again(request.FILES))


def _my_tickets(request: HttpRequest) -> TicketQuerySet:
    return Ticket.objects.filter(customer=person(request)).select_related(
        "subscription__plan__product", "subscription__next_plan", "invoice", "cancellation_request"
    )
