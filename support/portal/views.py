"""What touches both subscriptions and tickets: home and the page of a subscription; and the customer's own tickets."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal_project.accounts.people import is_viewed, person
from portal_project.common.full_disk import NoRoom
from portal_project.common.paging import page
from subscriptions.billing.catch_up import as_of
from subscriptions.confirm.forms import ActionForm
from subscriptions.confirm.page import Door, answer
from subscriptions.models import Channel, Invoice, Subscription
from subscriptions.portal.actions_area import actions_area
from subscriptions.portal.views import mine
from subscriptions.preview.reasons import History, why_dates
from subscriptions.preview.trial_run import beyond_end, upcoming
from subscriptions.rules.dates_in_words import day
from support.cancellations.decisions import undecided
from support.cancellations.end_date import why_promised
from support.cancellations.offer_forms import AcceptOfferForm
from support.cancellations.offers import open_for
from support.models import Attachment, CancellationRequest, Offer, Ticket, TicketQuerySet
from support.portal import new_request
from support.portal.attention import attention
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
    today, reader = localdate(), person(request)
    owned = mine(request).for_policies(today)
    shown = page(owned.running(), request, HOME_SHOWS)
    offers = open_for(reader, today)
    context = {
        "offers": offers,
        "attention": attention(reader, offers, today),
        "subscriptions": [as_of(subscription, today) for subscription in shown.rows],
        "ended": owned.ended().order_by("-canceled_on", "-pk")[:HOME_SHOWS],
        "today": today,
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
    cancellation = undecided(shown) if shown.cancels_on else None
    context = {
        "subscription": shown,
        "today": today,
        "area": actions_area(shown, by=reader, today=today),
        "because": _because(shown, history),
        "cancellation": cancellation,
        "offer": _open_offer(cancellation, shown),
        "beyond": beyond_end(shown),
        "bills": upcoming(shown, today),
        "events": history.events[:EVENTS_SHOWN],
        "linked_services": fates(shown, today),
        "invoices": stored.invoices.order_by("-covers_from")[:INVOICES_SHOWN],
    }
    return render(request, "subscriptions/detail.html", context)


def _open_offer(cancellation: CancellationRequest | None, subscription: Subscription) -> Offer | None:
    """What is on offer for the subscription of an undecided request; both are those at hand."""
    if cancellation is None or cancellation.decided_at or not subscription.cancels_on:
        return None
    offer = cancellation.offers.open().select_related("plan").first()
    if offer:
        offer.request.subscription = subscription
    return offer


def _because(subscription: Subscription, history: History) -> dict[str, str]:
    """As `why_dates`; the request that brought the end knows the notice, and tells more."""
    because = why_dates(subscription, history)
    if subscription.canceled_on:
        because["end"] = why_promised(subscription) or because["end"]
    return because


@require_http_methods(["GET", "POST"])
def accept_offer(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """The page on which the customer accepts what staff offer."""

    def form(*args: Any, subscription: Subscription, **more: Any) -> ActionForm:
        # Read once the subscription is locked, so that it is as staff have left it.
        known = Offer.objects.select_related("plan__product", "request__ticket")
        offer = get_object_or_404(known, pk=pk, request__subscription=subscription)
        return AcceptOfferForm(*args, offer=offer, subscription=subscription, **more)

    door = Door(Channel.PORTAL, mine(request).filter(number=number), partial(reverse, "subscription", args=[number]))
    return answer(request, door, form, localdate())


@require_POST
def go_on_canceling(request: HttpRequest, number: str) -> HttpResponse:
    """Say that nothing changes."""
    shown = as_of(get_object_or_404(mine(request).select_related("plan__product"), number=number), localdate())
    if shown.cancels_on:
        ends = {"product": shown.product.shown_name, "day": day(shown.cancels_on)}
        text = _("Nothing changes: %(product)s ends on %(day)s. Until then you can change your mind.")
        messages.info(request, text % ends)
    return redirect(shown)


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
    if request.method == "GET" and not is_viewed(request):
        saw(ticket, by)
    shown = conversation(ticket.messages.filter(is_internal=False), request.GET.get("before", ""))
    lines = timeline.for_customer(ticket, shown)
    context = {"ticket": ticket, "conversation": shown, "lines": lines, "form": form}
    if ticket.subscription:
        context["subscription"] = subscription = as_of(ticket.subscription, localdate())
        context["offer"] = _open_offer(getattr(ticket, "cancellation_request", None), subscription)
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
