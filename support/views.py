"""What touches both subscriptions and tickets: home, cancel and withdraw; and the customer's own tickets."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal_project.accounts.people import person
from portal_project.paging import page
from subscriptions.acting import Door, act
from subscriptions.models import Channel, Invoice, Subscription
from subscriptions.policies import cancel_action, may
from subscriptions.states import Action, Code
from subscriptions.steps import as_of
from subscriptions.views import mine
from support import timeline
from support.attachments import download
from support.conversation import conversation
from support.forms import CancelNowForm, RequestForm, WithdrawForm
from support.models import Attachment, Ticket
from support.ticket_forms import ReplyForm, TicketForm
from support.tickets import open_ticket, reply, saw

HOME_SHOWS = 5
# Where the session keeps what was typed into a support request that led to the cancel page, by subscription number.
TYPED = "cancellation_messages"


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    if request.user.is_staff:
        return redirect("admin:index")
    today = localdate()
    shown = page(mine(request).for_policies(today), request, HOME_SHOWS)
    context = {
        "subscriptions": [as_of(subscription, today) for subscription in shown.rows],
        "has_more": shown.older is not None,
        "tickets": _my_tickets(request).filter(status__in=Ticket.UNFINISHED)[:HOME_SHOWS],
    }
    return render(request, "support/home.html", context)


@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    """Cancel in the mode that the product has now: at once, or as a request."""
    owned = mine(request).filter(number=number)
    subscription = get_object_or_404(owned.select_related("plan__product"))
    immediate = cancel_action(subscription) == Action.CANCEL
    template = "support/cancel_now.html" if immediate else "support/cancel_request.html"
    form_class = CancelNowForm if immediate else RequestForm
    context = {"linked_services": subscription.linked_services.filter(auto_renew=True)}
    typed = {"message": request.session.get(TYPED, {}).get(number, "")}
    door = Door(Channel.PORTAL, owned, template, context=context, initial=typed)
    return act(request, door, form_class, localdate())


@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    owned = mine(request).filter(number=number)
    return act(request, Door(Channel.PORTAL, owned, "support/withdraw.html"), WithdrawForm, localdate())


@require_safe
def tickets(request: HttpRequest) -> HttpResponse:
    shown = page(_my_tickets(request), request)
    return render(request, "support/tickets.html", {"page": shown, "tickets": shown.rows})


@require_http_methods(["GET", "POST"])
def new_ticket(request: HttpRequest) -> HttpResponse:
    """A new support request; `?type=`, `?subscription=` and `?invoice=` fill it in."""
    initial = {name: request.GET[name] for name in ("type", "subscription", "invoice") if name in request.GET}
    form = _ticket_form(request, initial)
    if request.method == "POST" and form.is_valid():
        subscription = form.cleaned_data["subscription"]
        if form.cleaned_data["type"] == Ticket.Type.CANCEL and _may_cancel(request, subscription):
            return _to_the_cancel_page(request, subscription, form.cleaned_data)
        ticket = open_ticket(customer=person(request), today=localdate(), **form.ticket())
        messages.success(request, _("We have received your request %(number)s.") % {"number": ticket.number})
        return redirect(ticket)
    return render(request, "support/new_ticket.html", {"form": form})


@require_http_methods(["GET", "POST"])
def ticket(request: HttpRequest, number: str) -> HttpResponse:
    ticket, by = get_object_or_404(_my_tickets(request), number=number), person(request)
    form = ReplyForm(request.POST or None, request.FILES or None, author=by)
    if request.method == "POST" and form.is_valid():
        added = reply(ticket, author=by, today=localdate(), **form.cleaned_data)
        if added.body == form.cleaned_data["body"]:
            messages.success(request, _("Your reply is added."))
            return redirect(ticket)
        # The form was sent before with other words, as after going back in the browser: nothing typed is lost.
        messages.warning(request, _("This page had been sent before. Send your new text once more."))
        form = ReplyForm(initial={"body": form.cleaned_data["body"]}, author=by)
    if request.method == "GET":
        saw(ticket, by)
    shown = conversation(ticket.messages.filter(is_internal=False), request.GET.get("before", ""))
    lines = timeline.for_customer(ticket, shown)
    context = {"ticket": ticket, "conversation": shown, "lines": lines, "form": form}
    if ticket.subscription:
        context["subscription"] = as_of(ticket.subscription, localdate())
    return render(request, "support/ticket.html", context)


@require_safe
def attachment(request: HttpRequest, number: str, pk: int) -> HttpResponseBase:
    """A file from the customer's own ticket. One of an internal note does not exist for them."""
    ticket = get_object_or_404(_my_tickets(request), number=number)
    return download(get_object_or_404(Attachment, pk=pk, message__ticket=ticket, message__is_internal=False))


def _ticket_form(request: HttpRequest, initial: dict[str, str]) -> TicketForm:
    owned = mine(request)
    return TicketForm(
        request.POST or None,
        request.FILES or None,
        initial=initial,
        customer=person(request),
        subscriptions=owned,
        invoices=Invoice.objects.filter(subscription__in=owned),
        today=localdate(),
    )


def _to_the_cancel_page(request: HttpRequest, subscription: Subscription, typed: dict[str, Any]) -> HttpResponse:
    """Canceling by oneself is quicker than asking for it; what was typed comes along."""
    request.session[TYPED] = {subscription.number: typed["body"][:5000]}
    messages.info(request, _("You can cancel this subscription here. Nothing has been sent yet."))
    if typed["files"]:
        messages.info(request, _("Your files are not kept. You can add them to the request afterwards."))
    return redirect("cancel_subscription", subscription.number)


def _may_cancel(request: HttpRequest, subscription: Subscription) -> bool:
    today = localdate()
    shown = as_of(mine(request).for_policies(today).get(pk=subscription.pk), today)
    verdict = may(cancel_action(shown), shown, by=person(request), today=today)
    return bool(verdict) or verdict.code == Code.DONE


def _my_tickets(request: HttpRequest) -> QuerySet[Ticket]:
    return Ticket.objects.filter(customer=person(request)).select_related(
        "subscription__plan__product", "subscription__next_plan", "invoice", "cancellation_request"
    )
