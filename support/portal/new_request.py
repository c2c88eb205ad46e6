"""Where a new support request leads: to its ticket, or to where canceling is done, with what was typed."""

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from portal_project.accounts.people import person
from portal_project.common import drafts
from subscriptions.billing.catch_up import as_of
from subscriptions.models import Subscription
from subscriptions.portal.views import mine
from subscriptions.rules.policies import may
from subscriptions.rules.refusals import cancel_action
from subscriptions.rules.states import Action
from support.cancellations.decisions import undecided
from support.models import CancellationRequest, Ticket
from support.tickets.attachments import choose_again
from support.tickets.forms import TicketForm
from support.tickets.opening import open_ticket


def ask(request: HttpRequest, form: TicketForm, today: date) -> HttpResponse:
    """Open the ticket, for a valid form; one that asks to cancel leads to where that is done. Raises `SentBefore`."""
    if form.cleaned_data["type"] != Ticket.Type.CANCEL:
        return redirect(_opened(request, form, today))
    subscription = form.cleaned_data["subscription"]
    if first := undecided(subscription):
        return _to_the_first_request(request, form, first)
    match _way_to_cancel(request, subscription, today):
        case Action.SCHEDULE_CANCELLATION:
            return _to_the_request(request, form, subscription)
        case Action.CANCEL:
            # The page that cancels at once takes no text, so the ticket holds it.
            _opened(request, form, today)
            messages.info(request, _("The subscription still goes on. You can cancel it yourself here, at once."))
            return redirect("cancel_subscription", subscription.number)
    return redirect(_opened(request, form, today))


def _opened(request: HttpRequest, form: TicketForm, today: date) -> Ticket:
    ticket = open_ticket(customer=person(request), today=today, **form.ticket())
    messages.success(request, _("We have received your request %(number)s.") % {"number": ticket.number})
    return ticket


def _way_to_cancel(request: HttpRequest, subscription: Subscription, today: date) -> Action | None:
    """What the customer may do now by themselves; None where canceling is not offered, or has happened."""
    current = as_of(mine(request).for_policies(today).get(pk=subscription.pk), today)
    action = cancel_action(current)
    return action if may(action, current, by=person(request), today=today) else None


def _to_the_request(request: HttpRequest, form: TicketForm, subscription: Subscription) -> HttpResponse:
    """Canceling by oneself is quicker than asking for it; what was typed comes along."""
    page = reverse("cancel_subscription", args=[subscription.number])
    drafts.keep(request, page, {"message": form.text})
    messages.info(request, _("You can cancel this subscription here. Nothing has been sent yet."))
    if request.FILES:
        messages.info(request, _("Your files are not kept. You can add them to the request afterwards."))
    return redirect(page)


def _to_the_first_request(request: HttpRequest, form: TicketForm, first: CancellationRequest) -> HttpResponse:
    drafts.keep(request, first.ticket.get_absolute_url(), {"body": form.text})
    text = _(
        "The end of this subscription has been requested before, and this is that request. Nothing has been sent yet: "
        "your text is below, as a reply."
    )
    messages.info(request, text)
    if request.FILES:
        messages.info(request, choose_again(request.FILES))
    return redirect(first.ticket)
